import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LoadedProject, loadProject } from '../commands/load-project.ts';
import { type TestDatabase, testDatabase } from '../test/database.ts';
import { quoted } from '../util/sql.ts';
import { buildScratch } from './build-scratch.ts';
import { withScratchSpace } from './scratch-space.ts';
import type { Scratch } from './types.ts';
import { withAllRead } from './with-all-read.ts';

const FILES = {
  'project.yml':
    'name: small\ndata_source: small\ndatabase: small\nmodels: { marts: { schema: marts, materialized: table } }\nseeds: { schema: marts }\n',
  'seeds/rate.csv': 'name,rate\na,1.5\nb,2\n',
  'soda/marts/rate.yml':
    'dataset: small/small/marts/rate\ncolumns:\n  - { name: name, data_type: text }\n  - { name: rate, data_type: numeric }\n',
  'models/marts/shown.sql': "{{ config(materialized='view') }}select name, rate * 2 as twice from {{ ref('rate') }}",
  'models/marts/inlined.sql': "{{ config(materialized='ephemeral') }}select * from {{ ref('shown') }}",
  'models/marts/log.sql':
    "{{ config(materialized='incremental', group_key=['run'], full_refresh=false) }}select current_setting('runner.run_id') as run, current_setting('runner.run_started_at') as at, name from {{ ref('inlined') }}{% if is_incremental() %} where false{% endif %}",
  'models/marts/log.tests.yml':
    '- name: Each name is written down\n  given: { inlined: [{ name: x }] }\n  expect: [{ name: x }]\n- name: Some name that nobody has is written down\n  given: { inlined: [{ name: x }] }\n  expect: [{ name: y }]\n',
  'models/marts/broken.sql': "select name,\n  rate + nothing as b\nfrom {{ ref('rate') }}",
  'models/marts/below.sql': "select * from {{ ref('broken') }}",
  'models/marts/bad.sql': "select * from {{ ref('shown') }}",
  'soda/marts/bad.yml':
    "dataset: small/small/marts/bad\ncolumns:\n  - { name: name }\n  - { name: twice }\nchecks:\n  - failed_rows: { name: Nothing is twice as much, qualifier: law, query: 'select b.name from marts.bad b join marts.rate r on r.name = b.name where b.twice = r.rate * 2' }\n",
  'models/marts/reader.sql': "select count(*) as n from {{ ref('bad') }}",
};

let dir: string;
let test: TestDatabase;
let loaded: LoadedProject;
const { signal } = new AbortController();
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'runner-test-'));
  for (const [file, text] of Object.entries(FILES)) {
    mkdirSync(dirname(join(dir, file)), { recursive: true });
    writeFileSync(join(dir, file), text);
  }
  loaded = await loadProject({ projectDir: dir, threads: 2, failFast: false, argv: '', signal, asOf: '2026-11-24' });
  test = await testDatabase();
});
afterAll(async () => {
  await test?.drop();
  rmSync(dir, { recursive: true, force: true });
});

interface Built {
  readonly scratch: Scratch;
  readonly rowsOf: (name: string) => Promise<readonly (readonly (string | null)[])[]>;
  readonly resultOf: (name: string) => ReturnType<Scratch['results']['get']>;
}

function build<T>(names: readonly string[], look: (built: Built) => Promise<T>): Promise<T> {
  const ids = names.map((name) => loaded.graph.idOf(name));
  return withScratchSpace({ db: test.db, lasting: test.db, notice: expect.unreachable }, async (space) => {
    const scratch = await buildScratch(space, {
      ...loaded,
      side: 'head',
      nodes: withAllRead(loaded.graph, ids),
      audited: new Set(ids),
      batches: new Map(),
      run: { id: 'that run', label: 'that run', startedAt: new Date('2026-11-24T08:00:00Z') },
      threads: 2,
      signal,
      emit: () => undefined,
    });
    const nodeOf = (name: string) => scratch.graph.nodes.get(scratch.graph.idOf(name));
    return look({
      scratch,
      rowsOf: async (name) => {
        const relation = nodeOf(name)?.relation;
        return relation ? (await test.db.query(`select * from ${quoted(relation)} order by 1`)).rows : [];
      },
      resultOf: (name) => scratch.results.get(scratch.graph.idOf(name)),
    });
  });
}

const schemas = async (): Promise<readonly (string | null | undefined)[]> =>
  (
    await test.db.query("select nspname from pg_namespace where nspname !~ '^(pg_|information_schema|public)'")
  ).rows.flat();

describe('a throw-away build', () => {
  it('makes seeds, views, what stands in others and histories, and publishes nothing', async () => {
    await build(['log'], async ({ rowsOf, resultOf }) => {
      expect(await rowsOf('rate')).toEqual([
        ['a', '1.5'],
        ['b', '2'],
      ]);
      expect(await rowsOf('shown')).toEqual([
        ['a', '3.0'],
        ['b', '4'],
      ]);
      const at = '2026-11-24T08:00:00.000Z';
      expect(await rowsOf('log')).toEqual([
        ['that run', at, 'a'],
        ['that run', at, 'b'],
      ]);
      expect(resultOf('inlined')).toBeUndefined();
      expect(await schemas()).not.toContain('marts');
      expect((await schemas()).length).toBe(1);
    });
    expect(await schemas()).toEqual([]);
  });

  it('runs the unit tests of what is asked for, of a history as of a first run', async () => {
    await build(['log'], async ({ resultOf }) => {
      expect(resultOf('log')?.unitTests?.map(({ outcome }) => outcome)).toEqual(['PASSED', 'FAILED']);
      expect(resultOf('log')?.status).toBe('success');
      expect(resultOf('shown')?.unitTests).toBeUndefined();
    });
  });

  it('says what a contract finds, also by a query of other tables, and builds what reads the node all the same', async () => {
    await build(['bad', 'reader'], async ({ resultOf, rowsOf }) => {
      expect(resultOf('bad')).toMatchObject({ status: 'success', contract: { status: 'FAILED' } });
      const [check] = resultOf('bad')?.contract?.checks.filter(({ outcome }) => outcome === 'FAILED') ?? [];
      expect(check).toMatchObject({ name: 'Nothing is twice as much', value: '2' });
      expect(await rowsOf('reader')).toEqual([['2']]);
    });
  });

  it('names the place in the template of an SQL error, and does not build what reads that', async () => {
    await build(['below', 'shown'], async ({ resultOf }) => {
      expect(resultOf('broken')).toMatchObject({
        status: 'error',
        faults: [{ code: 'SQL_42703', file: 'models/marts/broken.sql', line: 2, column: 10 }],
      });
      expect(resultOf('below')).toMatchObject({
        status: 'upstream_failed',
        message: expect.stringContaining('broken'),
      });
      expect(resultOf('shown')?.status).toBe('success');
    });
    expect(await schemas()).toEqual([]);
  });
});
