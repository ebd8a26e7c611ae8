import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/**
 * The rooms of the runner in the order of a call. A room imports values from `errors`, `util` and the rooms it stands
 * after here; types it may import from anywhere, but a cycle of rooms stays forbidden for values.
 */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  util: [],
  errors: [],
  options: [],
  interrupt: ['errors'],
  adapters: ['errors', 'util'],
  contracts: ['errors', 'util'],
  project: ['errors', 'util', 'contracts'],
  compile: ['errors', 'util', 'project'],
  graph: ['errors', 'util'],
  state: ['errors', 'util', 'adapters', 'graph'],
  roles: ['errors', 'util'],
  landing: ['errors', 'util'],
  lineage: ['errors', 'util', 'compile', 'graph'],
  policy: ['errors', 'util', 'lineage'],
  scratch: ['errors', 'util', 'compile', 'contracts', 'graph', 'state', 'execute', 'unit-tests'],
  diff: ['errors', 'util', 'compile', 'contracts', 'graph', 'lineage', 'policy', 'state', 'execute', 'unit-tests'],
  docs: ['errors', 'util', 'contracts', 'graph', 'policy'],
  outbox: ['errors', 'util', 'contracts'],
  'unit-tests': ['errors', 'util', 'compile'],
  execute: ['errors', 'util', 'compile', 'contracts', 'graph', 'state', 'landing', 'unit-tests'],
  artifacts: ['errors', 'util', 'graph'],
  powerbi: ['errors', 'util'],
  commands: [
    'errors',
    'util',
    'options',
    'adapters',
    'project',
    'compile',
    'graph',
    'state',
    'roles',
    'landing',
    'outbox',
    'execute',
    'artifacts',
    'powerbi',
    'contracts',
    'unit-tests',
    'lineage',
    'policy',
    'scratch',
    'diff',
    'docs',
  ],
  arguments: ['errors', 'util', 'options', 'commands'],
  reporters: ['errors', 'util'],
  cli: ['errors', 'util', 'interrupt', 'arguments', 'reporters'],
};

interface Import {
  readonly from: string;
  readonly to: string;
  readonly typeOnly: boolean;
}

function files(folder: string): readonly string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .map((file) => posix.join(folder, file.replaceAll('\\', '/')))
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts') && !file.startsWith('runner/test/'));
}

function importsOf(file: string): readonly Import[] {
  const text = readFileSync(join(root, file), 'utf8');
  const statics = [...text.matchAll(/^(?:import|export)\s+(type\s)?([^;'"]*?)from\s+'([^']+)'/gm)].map(
    ([, type, , to]) => ({ to: to ?? '', typeOnly: !!type }),
  );
  const dynamic = [...text.matchAll(/\bimport\('([^']+)'\)/g)].map(([, to]) => ({ to: to ?? '', typeOnly: false }));
  return [...statics, ...dynamic].map(({ to, typeOnly }) => ({
    from: file,
    to: to.startsWith('.') ? posix.normalize(posix.join(posix.dirname(file), to)) : to,
    typeOnly,
  }));
}

function room(file: string): string {
  return file.split('/')[1]?.replace(/\.ts$/, '') ?? '';
}

const runner = files('runner').flatMap(importsOf);
const sources = files('sources').flatMap(importsOf);

describe('imports point one way', () => {
  it('from a room of the runner only into the rooms before it', () => {
    const wrong = runner.filter(
      ({ from, to, typeOnly }) =>
        to.startsWith('runner/') && !typeOnly && room(from) !== room(to) && !MAY_IMPORT[room(from)]?.includes(room(to)),
    );
    expect(wrong).toEqual([]);
  });

  it('in no circle of files', () => {
    const values = new Map<string, string[]>();
    for (const { from, to, typeOnly } of runner)
      if (!typeOnly && to.startsWith('runner/')) values.set(from, [...(values.get(from) ?? []), to]);
    const circles: string[] = [];
    const visit = (file: string, path: readonly string[]): void => {
      if (path.includes(file)) circles.push([...path.slice(path.indexOf(file)), file].join(' → '));
      else for (const next of values.get(file) ?? []) visit(next, [...path, file]);
    };
    for (const file of values.keys()) visit(file, []);
    expect(circles).toEqual([]);
  });

  it('from sources into the runner as types of a loader alone', () => {
    const wrong = sources.filter(
      ({ to, typeOnly }) => to.startsWith('runner/') && !(typeOnly && to === 'runner/landing/types.ts'),
    );
    expect(wrong).toEqual([]);
  });

  it('from the runner into no source, and into each library from one room', () => {
    expect(runner.filter(({ to }) => to.startsWith('sources/'))).toEqual([]);
    const rooms = (library: string): readonly string[] => [
      ...new Set(runner.filter(({ to, typeOnly }) => to === library && !typeOnly).map(({ from }) => room(from))),
    ];
    expect(rooms('nunjucks')).toEqual(['compile']);
    expect(rooms('libpg-query')).toEqual(['compile']);
    expect(rooms('pg')).toEqual(['adapters']);
    expect(rooms('yargs')).toEqual(['arguments']);
    expect(rooms('knex')).toEqual(['adapters']);
    expect(rooms('@slack/webhook')).toEqual(['outbox']);
  });
});

describe('the runner is general', () => {
  it('names no word of the business', () => {
    const list =
      'salari[eé]|prime|bien.?[eê]tre|sportif|commute|slack|activit[eé]|activity|activitie|employee|gmaps|gsheet';
    const words = new RegExp(`(?<![\\p{L}_])(${list})s?(?![\\p{L}])`, 'iu');
    expect(words.test('les salariés')).toBe(true);
    const found = files('runner').flatMap((file) =>
      readFileSync(join(root, file), 'utf8')
        .split('\n')
        // The outbox speaks to Slack's webhooks, whatever the business says there.
        .map((line) => (file.startsWith('runner/outbox/') ? line.replace(/slack/gi, '') : line))
        .flatMap((line, index) => (words.test(line) ? [`${relative('.', file)}:${index + 1} ${line.trim()}`] : [])),
    );
    expect(found).toEqual([]);
  });

  it('writes to the terminal from cli and reporters alone', () => {
    const writers = files('runner').filter((file) =>
      /\bconsole\.|process\.std(out|err)\.write/.test(readFileSync(join(root, file), 'utf8')),
    );
    expect(writers.filter((file) => room(file) !== 'cli' && room(file) !== 'reporters')).toEqual([]);
  });
});
