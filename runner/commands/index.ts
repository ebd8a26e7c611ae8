import type { Options } from 'yargs';
import { OUTPUT_OPTION, ROWS_OPTION, SELECTION_OPTIONS, WAIT_OPTION } from '../options.ts';
import { alerting } from './alerting.ts';
import type { Command } from './types.ts';

/** A command as the command line knows it; its module is loaded only when it is the one called. */
export interface CommandSpec {
  /** yargs' command text: name and positional arguments. */
  readonly command: string;
  readonly describe: string;
  readonly options?: Readonly<Record<string, Options>>;
  readonly positionals?: Readonly<Record<string, Options>>;
  readonly examples: readonly (readonly [example: string, meaning: string])[];
  readonly load: () => Promise<Command<never>>;
}

const BUILD_OPTIONS = {
  ...SELECTION_OPTIONS,
  ...WAIT_OPTION,
  ...ROWS_OPTION,
  'full-refresh': {
    type: 'boolean',
    default: false,
    describe: 'Rebuild incremental models from nothing, but those with full_refresh=false',
  },
} as const satisfies CommandSpec['options'];

export const COMMANDS: readonly CommandSpec[] = [
  {
    command: 'load [sources..]',
    describe: 'Land the sources whose content changed; print the flags',
    options: {
      ...WAIT_OPTION,
      'dry-run': {
        type: 'boolean',
        default: false,
        describe: 'Say what would land or be asked; lands nothing, and asks nothing that is paid for',
      },
    },
    positionals: {
      sources: {
        type: 'string',
        array: true,
        describe: 'Systems (shop) or tables (shop.orders); default: all that no model asks',
      },
    },
    examples: [
      ['$0 load', 'all sources'],
      ['$0 load shop', 'one system'],
      ['$0 load maps --dry-run', 'what it would cost to ask a service that is paid for'],
    ],
    load: async () => alerting('load', (await import('./load.ts')).load),
  },
  {
    command: 'build',
    describe: 'Build seeds and models with their contracts, in dependency order',
    options: BUILD_OPTIONS,
    examples: [
      ['$0 build', 'everything'],
      ['$0 build --select changed', 'what differs from what is published, and what depends on it'],
      ['$0 build --select rates+', 'a seed and all that reads it'],
    ],
    load: async () => alerting('build', (await import('./build.ts')).build),
  },
  {
    command: 'pipeline',
    describe:
      'Load, build what changed (with --full-refresh everything, with --select that), send messages, as one run',
    options: BUILD_OPTIONS,
    examples: [
      ['$0 pipeline', 'the daily run'],
      ['$0 pipeline --wait=600', 'after another run that may hold the target, if it ends within ten minutes'],
      ['$0 pipeline --as-of 2026-10-31', 'as it would have been on that day'],
      ['$0 pipeline --full-refresh', 'everything, incremental models from nothing'],
    ],
    load: async () => alerting('pipeline', (await import('./pipeline.ts')).pipeline),
  },
  {
    command: 'notify',
    describe: 'Send the messages that were not sent yet, the oldest first',
    options: {
      ...WAIT_OPTION,
      due: {
        type: 'boolean',
        default: false,
        describe: 'Take up new messages only where the flag of their outbox was raised; what waits is sent in any case',
      },
      'dry-run': { type: 'boolean', default: false, describe: 'Count what would be sent; send and write nothing' },
      skip: { type: 'string', array: true, describe: 'Keys of messages that are never to be sent; nothing is sent' },
      'skip-all': { type: 'boolean', default: false, describe: 'The same of all messages that wait' },
      ...OUTPUT_OPTION,
    },
    examples: [
      ['$0 notify', 'also what the last run could not send'],
      ['$0 notify --due', 'after load and build: what pipeline would send'],
      ['$0 notify --dry-run', 'how many messages wait'],
      ['$0 notify --skip-all', 'after the first build, before the webhook is set: messages of years ago are not sent'],
    ],
    load: async () => alerting('notify', (await import('./notify.ts')).notify),
  },
  {
    command: 'retry',
    describe: 'Build what failed, was kept from running or was not reached in the last run',
    options: {
      ...WAIT_OPTION,
      ...ROWS_OPTION,
      'full-refresh': {
        type: 'boolean',
        describe: 'Rebuild incremental models from nothing, or with --no-full-refresh not (default: as the last run)',
      },
    },
    examples: [
      ['$0 retry', 'after the cause is mended; with the day and variables of that run'],
      ['$0 retry --as-of 2026-10-31', 'for another day'],
    ],
    load: async () => alerting('retry', (await import('./retry.ts')).retry),
  },
  {
    command: 'replay [run]',
    describe: 'Build a recorded run again beside the live data, from its own batches, files and day, and compare',
    positionals: {
      run: { type: 'string', describe: 'Its id, its label, or last (default: the last that built something)' },
    },
    options: { ...SELECTION_OPTIONS, ...OUTPUT_OPTION },
    examples: [
      ['$0 replay', 'the last run that built something: exit 0 when equal, 1 when not, 2 when it cannot be replayed'],
      ['$0 replay 20261124T080003-1f2e3d', 'a run of ops.run; a name that is not there lists the last ones'],
    ],
    load: async () => (await import('./replay.ts')).replay,
  },
  {
    command: 'test',
    describe: 'Run model unit tests, and evaluate contracts on what is published, without building',
    options: {
      ...SELECTION_OPTIONS,
      ...WAIT_OPTION,
      ...ROWS_OPTION,
      unit: { type: 'boolean', default: false, describe: 'Unit tests only: needs a server, but no table' },
      contracts: { type: 'boolean', default: false, describe: 'Contracts only' },
      engine: {
        choices: ['runner', 'soda'],
        describe:
          'Who evaluates the contracts; soda: the real one (npm run soda:install), contracts only (default: runner)',
      },
      history: {
        type: 'boolean',
        default: false,
        describe: 'Show how each check went in the last runs; evaluates nothing',
      },
      last: { type: 'number', describe: 'With --history: verdicts of each check (default: 10)' },
      ...OUTPUT_OPTION,
    },
    examples: [
      ['$0 test --unit', 'the unit tests of all models; nothing is locked or recorded'],
      ['$0 test --select tag:kpi', 'the unit tests and contracts of some nodes'],
      ['$0 test --history --select tag:kpi', 'the trend of their checks'],
      ['$0 test --engine soda', 'all contracts, by the engine that an auditor would use'],
    ],
    load: async () => alerting('test', (await import('./test.ts')).test),
  },
  {
    command: 'ls',
    describe: 'List the nodes of a selection, in build order',
    options: {
      ...SELECTION_OPTIONS,
      selectors: { type: 'boolean', default: false, describe: 'List the named selections of project.yml instead' },
      ...OUTPUT_OPTION,
    },
    examples: [
      ["$0 ls --select '+revenue'", 'what a model is made of'],
      ["$0 ls --select '1+revenue+1'", 'what it reads and what reads it, one step'],
      ["$0 ls --select '@rate'", 'what reads a seed, and all that is needed to build that'],
      ['$0 ls --select tag:kpi,config.materialized:view', 'in both: a comma; in either: a space'],
      ["$0 ls --select 'result:error+ result:failed+'", 'what failed in the last run, and what reads it'],
      ['$0 ls --select changed --exclude path:models/log', 'what a run would build, without a folder'],
    ],
    load: async () => (await import('./ls.ts')).ls,
  },
  {
    command: 'explain',
    describe: 'Say why each node would run or not: what changed, from what to what',
    options: { ...SELECTION_OPTIONS, ...OUTPUT_OPTION },
    examples: [
      ['$0 explain', 'what `build --select changed` would build, and why'],
      ['$0 explain --select revenue', 'one model, also when nothing changed'],
    ],
    load: async () => (await import('./explain.ts')).explain,
  },
  {
    command: 'lineage <column>',
    describe: 'Say what a column is made of and what is made of it, back to sources and on to views; without a server',
    positionals: {
      column: {
        type: 'string',
        describe: 'model.column, system.table.column or schema.relation.column; all columns without one',
      },
    },
    options: {
      direction: {
        choices: ['up', 'down', 'both'],
        default: 'both',
        describe: 'up: what it comes from; down: what reads it',
      },
      depth: { type: 'number', describe: 'Steps at the most (default: all)' },
      conditions: {
        type: 'boolean',
        default: false,
        describe: 'Also the columns that decide which rows there are: filters, joins, groups',
      },
      output: {
        ...OUTPUT_OPTION.output,
        choices: ['text', 'json', 'mermaid'],
        describe: 'json: exactly one JSON array of objects, a step each; mermaid: a flowchart',
      },
    },
    examples: [
      ['$0 lineage revenue.total --direction up', 'what a figure is made of'],
      ['$0 lineage shop.orders.amount', 'a column of a source: all that it goes into'],
      ['$0 lineage revenue --depth 1', 'each column of a model, one step'],
      ['$0 lineage revenue.total --conditions', 'also what decides which rows are counted'],
      ['$0 lineage revenue.total --output mermaid', 'a drawing for a page'],
    ],
    load: async () => (await import('./lineage.ts')).lineage,
  },
  {
    command: 'compile',
    describe: 'Render models into target/compiled/ and describe the project in target/manifest.json, without a server',
    options: { ...SELECTION_OPTIONS, ...OUTPUT_OPTION },
    examples: [['$0 compile --select revenue', 'print one model as SQL']],
    load: async () => (await import('./compile.ts')).compile,
  },
  {
    command: 'show [model]',
    describe: 'Print the rows of a model or query; nothing is written',
    positionals: { model: { type: 'string', describe: 'A model or seed' } },
    options: {
      inline: { type: 'string', describe: 'SQL to run instead; ref() and macros work in it' },
      limit: { type: 'number', default: 20, describe: 'Rows at the most; 0 for all' },
      ...OUTPUT_OPTION,
    },
    examples: [
      ['$0 show revenue', "a model's rows"],
      ['$0 show --inline "select count(*) from {{ ref(\'orders\') }}" --output json', 'a query, as JSON'],
    ],
    load: async () => (await import('./show.ts')).show,
  },
  {
    command: 'docs',
    describe: 'Write a site about the project and its last runs, to be opened from disk',
    options: {
      out: { type: 'string', describe: 'Folder it is written to (default: target/docs)' },
    },
    examples: [
      ['$0 docs', 'after a run; without a server it tells what the files say'],
      ['$0 docs --out /srv/docs', 'to a folder that is served or shared'],
    ],
    load: async () => (await import('./docs.ts')).docs,
  },
  {
    command: 'diff',
    describe: 'Say what a change does: builds both sides aside, on the same landed data and day; publishes nothing',
    options: {
      base: {
        type: 'string',
        describe:
          'Commit, branch or tag: what HEAD has in common with it is the base (default: the default branch; on it, HEAD itself)',
      },
      ...SELECTION_OPTIONS,
      output: {
        alias: 'o',
        choices: ['text', 'markdown', 'json'] as const,
        default: 'text',
        describe: 'text: the summary; markdown: all, for a pull request; json: one JSON array that holds the report',
      },
      out: { type: 'string', describe: 'File that the Markdown is written to, whatever the output' },
      examples: {
        type: 'number',
        describe:
          'Rows shown of each kind: added, removed, changed, with pseudonyms; default: 5 of the embedded server, else 0',
      },
      'fail-if-diff': {
        type: 'boolean',
        default: false,
        describe:
          'Exit 1 where a figure, an outcome, a row, a column (its type too) or a result of a contract or unit test is another one; another text of SQL alone is no difference. Without it, 1 is for what fails and did not on the base',
      },
    },
    examples: [
      ['$0 diff', 'what is not committed yet, or all that the branch changes'],
      ['$0 diff --base v1.4', 'since what HEAD has in common with a tag'],
      ['$0 diff --out diff.md', 'the summary here, all of it for a pull request there'],
      ['$0 diff --select tag:kpi --fail-if-diff', 'whether a refactoring moves a KPI'],
    ],
    load: async () => (await import('./diff.ts')).diff,
  },
  {
    command: 'powerbi',
    describe: 'Write a semantic model for Power BI: tables, relationships, measures; without a server',
    options: {
      out: { type: 'string', default: 'powerbi', describe: 'Folder it is written to' },
      check: { type: 'boolean', default: false, describe: 'Write nothing; fail where what is there is out of date' },
      server: { type: 'string', describe: 'host:port that it reads (default: that of project.yml)' },
      database: { type: 'string', describe: 'Database that it reads (default: that of project.yml)' },
    },
    examples: [
      ['$0 powerbi', 'after a contract or the semantic_model of project.yml has changed'],
      ['$0 powerbi --check', 'whether that was done'],
      ['$0 powerbi --out /tmp/pbi --server pg.example.com:5432', 'one for another server'],
    ],
    load: async () => (await import('./powerbi.ts')).powerbi,
  },
  {
    command: 'forget [id]',
    describe: 'Erase a person: the rows that forget: of project.yml calls theirs; the history stays',
    positionals: {
      id: {
        type: 'string',
        describe: 'As the source names them; without it, what a forget that ended early left to do',
      },
    },
    options: {
      ...WAIT_OPTION,
      'dry-run': { type: 'boolean', default: false, describe: 'Count the rows; erase nothing' },
      yes: { type: 'boolean', default: false, describe: 'Erase without asking' },
    },
    examples: [
      ['$0 forget 4711 --dry-run', 'how many rows of which tables are theirs'],
      ['$0 forget 4711', 'asks; what other people wrote of them in a comment is not known to be theirs'],
    ],
    load: async () => (await import('./forget.ts')).forget,
  },
  {
    command: 'debug',
    describe: 'Check the project and the target, and try each source and webhook; nothing is landed or posted',
    options: { ...OUTPUT_OPTION },
    examples: [['$0 debug', 'one line for each, with what to do']],
    load: async () => (await import('./debug.ts')).debug,
  },
  {
    command: 'db <action>',
    describe: 'Start or stop the embedded server, or print its address; make the roles of project.yml',
    positionals: { action: { choices: ['start', 'stop', 'url', 'roles'], describe: 'What to do' } },
    options: {
      print: {
        type: 'boolean',
        default: false,
        describe: 'With roles: print the SQL for an administrator, do nothing',
      },
    },
    examples: [
      ['$0 db roles', 'roles, what they may, and the passwords of the environment; may run again'],
      ['$0 db url', 'for psql or Power BI; holds the password'],
      ['$0 db stop', 'stop it; the data stays'],
    ],
    load: async () => (await import('./db.ts')).db,
  },
  {
    command: 'clean',
    describe: 'Remove generated files, or what removed models have left in the database',
    options: {
      data: { type: 'boolean', default: false, describe: 'Also the embedded server with all its data' },
      orphans: {
        type: 'boolean',
        default: false,
        describe: 'List the relations that no model builds any more, and drop them once confirmed',
      },
      yes: { type: 'boolean', default: false, describe: 'With --orphans: drop without asking' },
      'include-protected': {
        type: 'string',
        array: true,
        describe: 'With --orphans: also these, though full_refresh=false protects their rows',
      },
    },
    examples: [
      ['$0 clean --data', 'back to a fresh clone'],
      ['$0 clean --orphans', 'what removed and renamed models have left; asks before it drops'],
    ],
    load: async () => (await import('./clean.ts')).clean,
  },
];
