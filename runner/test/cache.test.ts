import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { cachedRenderer } from '../compile/cached.ts';
import type { Rendered } from '../compile/types.ts';
import { RunnerError } from '../errors.ts';
import { type Cache, NO_CACHE, openCache } from '../project/cache.ts';
import { readProject } from '../project/read-project.ts';
import type { Project } from '../project/types.ts';

const FILES = {
  'project.yml': 'name: shop\nvars: {limit: 3}\nmodels: {marts: {schema: marts}}\n',
  'models/marts/a.sql': "select {{ least('x') }} as n, '{{ env('MODE', 'none') }}' as m from {{ ref('codes') }}",
  'models/marts/b.sql':
    "select 1 as b, date '{{ as_of }}' as d {% if is_incremental() %}where 1 = {{ var('limit') }}{% endif %}",
  'macros/least.sql':
    "{% set kept = env('SIZE', '1') %}{% macro least(x) %}{{ x }} + {{ kept }} + {{ var('limit') }}{% endmacro %}",
  'seeds/codes.csv': 'code,label\n1,one\n',
  'sources/sources.yml': 'sources: {web: {tables: {visits: {loader: x.js, columns: [a]}}}}\n',
  'models/marts/a.tests.yml': '- {name: one, given: {codes: [{code: 1, label: x}]}, expect: [{n: 1.50, m: null}]}\n',
  'soda/marts/a.yml': 'dataset: shop/shop/marts/a\ncolumns:\n  - name: n\n    checks: [{row_count: {}}]\n',
  'soda/marts/b.yml': `dataset: shop/shop/marts/b\nfilter: "d < '\${soda.NOW}'"\ncolumns: []\n`,
};

/** What the second caller would get depends on who was first. */
const KEEPING = '{% set seen = [] %}{% macro least(x) %}{{ seen.push(x) }}{% endmacro %}';

let dir: string;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] });
  dir = mkdtempSync(join(tmpdir(), 'cached-'));
  for (const [file, text] of Object.entries(FILES)) write(file, text);
});
afterEach(() => {
  vi.useRealTimers();
  rmSync(dir, { recursive: true, force: true });
});

function write(file: string, text: string): void {
  mkdirSync(dirname(join(dir, file)), { recursive: true });
  writeFileSync(join(dir, file), text);
}

/** With the time that the file had: what goes by time and size sees nothing. */
function edit(file: string, from: string, to: string): void {
  const path = join(dir, file);
  const { atime, mtime } = statSync(path);
  const text = readFileSync(path, 'utf8');
  expect(text).toContain(from);
  writeFileSync(path, text.replace(from, to));
  utimesSync(path, atime, mtime);
}

interface Options {
  readonly asOf?: string;
  readonly vars?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly frozen?: readonly string[];
}

type Loaded = { readonly project: Project; readonly rendered: readonly Rendered[] } | { readonly faults: unknown };

async function load(cache: Cache, { asOf = '2026-11-24', vars = {}, env = {}, frozen = [] }: Options): Promise<Loaded> {
  try {
    const project = await readProject(dir, cache);
    const options = { asOf, vars: { ...project.config.vars, ...vars }, env: (name: string) => env[name] };
    const { macroFaults, render } = cachedRenderer(project, { ...options, frozenMacros: new Set(frozen) }, cache);
    const faults = await macroFaults();
    if (faults.length > 0) return { faults };
    const rendered: Rendered[] = [];
    for (const model of project.models) rendered.push(await render(model));
    return { project, rendered };
  } catch (error) {
    if (error instanceof RunnerError) return { faults: error.faults };
    throw error;
  }
}

/** Loads with what is kept from before, keeps the result, and loads without the cache too. */
async function both(options: Options = {}): Promise<{ readonly cached: Loaded; readonly plain: Loaded }> {
  const cache = openCache(join(dir, 'target', 'cache'), 'test');
  const cached = await load(cache, options);
  cache.save();
  return { cached, plain: await load(NO_CACHE, options) };
}

describe('a project read with the cache is the one read without it', () => {
  it.each<[string, () => void, Options]>([
    ['nothing is edited', () => undefined, {}],
    ['a model is edited', () => edit('models/marts/b.sql', 'select 1', 'select 2'), {}],
    ['a macro is edited', () => edit('macros/least.sql', 'x }} +', 'x }} -'), {}],
    ['project.yml is edited', () => edit('project.yml', 'limit: 3', 'limit: 4'), {}],
    ['a unit test is edited', () => edit('models/marts/a.tests.yml', 'label: x', 'label: y'), {}],
    ['a seed is edited', () => edit('seeds/codes.csv', 'one', 'two'), {}],
    ['a contract is edited', () => edit('soda/marts/a.yml', 'row_count', 'duplicate'), {}],
    ['a contract moves a line', () => edit('soda/marts/a.yml', 'columns:', '\ncolumns:'), {}],
    ['sources.yml is edited', () => edit('sources/sources.yml', '[a]', '[b]'), {}],
    ['a folder has another configuration', () => edit('project.yml', 'schema: marts', 'schema: other'), {}],
    ['a seed that a model names is gone', () => rmSync(join(dir, 'seeds/codes.csv')), {}],
    ['a model is new', () => write('models/c.sql', 'select 3'), {}],
    ['a macro is broken', () => edit('macros/least.sql', '{{ kept }}', '{{ kep }}'), {}],
    ['it is another day', () => undefined, { asOf: '2026-11-25' }],
    ['the clock goes on', () => vi.setSystemTime(Date.now() + 60_000), {}],
    ['a variable is given', () => undefined, { vars: { limit: 9 } }],
    ['a variable is not a number any more', () => undefined, { vars: { limit: Number.NaN } }],
    ['a variable of the environment is set', () => undefined, { env: { MODE: 'x' } }],
    ["a variable that a macro's file reads is set", () => undefined, { env: { SIZE: '7' } }],
    ['a macro that nothing calls is broken', () => write('macros/other.sql', '{% macro wrong() %}{% endmacro %}'), {}],
    ['SQL is broken', () => edit('models/marts/b.sql', 'select 1', 'select from from'), {}],
    ['a macro is frozen', () => undefined, { frozen: ['least'] }],
    ['a macro keeps a list', () => write('macros/least.sql', KEEPING), {}],
  ])('when %s', async (_what, change, options) => {
    await both();
    change();
    const { cached, plain } = await both(options);
    expect(cached).toStrictEqual(plain);
    // And back again, as far as the options go.
    const back = await both();
    expect(back.cached).toStrictEqual(back.plain);
  });

  it('when two files have changed places', async () => {
    await both();
    const [a, b, c] = ['a', 'b', 'c'].map((name) => join(dir, 'models', 'marts', `${name}.sql`)) as [
      string,
      string,
      string,
    ];
    for (const [from, to] of [
      [a, c],
      [b, a],
      [c, b],
    ] as const)
      renameSync(from, to);
    const { cached, plain } = await both();
    expect(cached).toStrictEqual(plain);
  });

  it('when a variable of the environment is unset again, and in between', async () => {
    for (const env of [{ MODE: 'x' }, {}, { MODE: 'none' }, { MODE: 'x' }] as Options['env'][]) {
      const { cached, plain } = await both({ env: env ?? {} });
      expect(cached).toStrictEqual(plain);
    }
  });
});

describe('what the cache spares', () => {
  it('is all that has not changed', async () => {
    await both();
    const computed: string[] = [];
    const kept = openCache(join(dir, 'target', 'cache'), 'test');
    const watched: Cache = {
      ...kept,
      memo: (kind, key, compute, holds) =>
        kept.memo(
          kind,
          key,
          async () => {
            computed.push(kind);
            return compute();
          },
          holds,
        ),
    };
    const again = await load(watched, {});
    expect('rendered' in again && again.rendered.length).toBe(2);
    expect(computed).toEqual([]);
    edit('models/marts/a.sql', 'as n', 'as m');
    await load(watched, {});
    expect(computed).toEqual(['rendered']);
  });
});
