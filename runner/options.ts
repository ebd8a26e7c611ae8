import type { Options } from 'yargs';

/** Options that every command takes: parsing, help and the reference come from this table. */
export const COMMON_OPTIONS = {
  target: {
    type: 'string',
    describe: 'embedded, or the server that PGHOST names (default: that one if PGHOST is set)',
  },
  'as-of': { type: 'string', describe: 'The day the run stands for, YYYY-MM-DD (default: today)' },
  vars: {
    type: 'string',
    array: true,
    describe: 'Project variables, name=value or map.key=value; wins over project.yml',
  },
  threads: { type: 'number', default: 4, describe: 'Nodes built at once' },
  'fail-fast': { type: 'boolean', default: false, describe: 'Start nothing more after the first failure' },
  quiet: { type: 'boolean', alias: 'q', default: false, describe: 'Say only answers and errors' },
  'log-format': { choices: ['text', 'json'] as const, default: 'text', describe: 'json: one event a line' },
  timings: { type: 'boolean', default: false, describe: 'Say at the end what the time went into, by stage' },
  kestra: {
    type: 'boolean',
    default: false,
    describe:
      'Under Kestra: the last line on stdout is the outputs of the task (default where KESTRA_EXECUTION_ID is set)',
  },
  'project-dir': { type: 'string', default: '.', describe: 'Folder that holds project.yml' },
} as const satisfies Readonly<Record<string, Options>>;

export const SELECTION_OPTIONS = {
  select: {
    type: 'string',
    alias: 's',
    array: true,
    describe:
      'Nodes to take: name or folder, +name, name+, 2+name+1, @name, tag:, path:, file:, source:, resource_type:, config.KEY:, result:, selector:, changed; wildcards * ? [abc]; space = or, comma = and',
  },
  exclude: { type: 'string', array: true, describe: 'Nodes to leave out, in the same grammar' },
  selector: { type: 'string', array: true, describe: 'Named selections of project.yml: the same as selector:NAME' },
} as const satisfies Readonly<Record<string, Options>>;

/** Of the commands that evaluate contracts. */
export const ROWS_OPTION = {
  rows: { type: 'number', default: 5, describe: 'Offending rows shown of a check that fails, at the most; 0 for all' },
} as const satisfies Readonly<Record<string, Options>>;

/** Seconds that `--wait` waits when it names none. */
export const DEFAULT_WAIT = 3600;

/** Of the commands that hold the target while they run. */
export const WAIT_OPTION = {
  wait: {
    // A text: as a number, --wait alone would be none.
    type: 'string',
    describe: `Wait for another run that holds the target: seconds at the most, ${DEFAULT_WAIT} when none are given`,
  },
} as const satisfies Readonly<Record<string, Options>>;

export const OUTPUT_OPTION = {
  output: {
    alias: 'o',
    choices: ['text', 'json'] as const,
    default: 'text',
    describe: 'json: exactly one JSON array of objects on stdout',
  },
} as const satisfies Readonly<Record<string, Options>>;
