import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openDatabase } from '../adapters/postgres.ts';
import { type TestDatabase, testDatabase } from '../test/database.ts';
import { buildAll, projectGraph } from '../test/publishing.ts';
import { AuditFailure } from './contract-faults.ts';

let test: TestDatabase;
const query = async (sql: string) => (await test.db.query(sql)).rows;
/** Builds a project of these files. */
const build = (files: Readonly<Record<string, string>>, fullRefresh = false) =>
  buildAll(test.db, projectGraph(files), { fullRefresh });
const contract = (name: string, rest: string): string => `dataset: test/test/public/${name}\n${rest}`;

beforeAll(async () => {
  test = await testDatabase();
  await test.db.query('create role build_reader; create role build_editor');
});
beforeEach(() => test.db.query('drop schema if exists public cascade; create schema public'));
afterAll(async () => {
  await test.db.query('drop owned by build_reader, build_editor; drop role build_reader; drop role build_editor');
  await test.drop();
});

describe('the contract of a model', () => {
  const checks = `columns: []
checks:
  - failed_rows: {name: one row of a kind, query: "select t.kind from t group by t.kind having count(*) > 1"}
  - failed_rows: {qualifier: b, name: none is bad, expression: "kind in (select public.t.kind from public.t where kind = 'bad')"}
`;

  it.each(['table', 'view', 'materialized_view'])(
    'is asked of the new rows of a %s, under its own name, before they are published',
    async (kind) => {
      const model = (rows: string) => ({
        'models/t.sql': `{{ config(materialized='${kind}') }} select * from (values ${rows}) as v (kind)`,
        'soda/t.yml': contract('t', checks),
      });
      await build(model("('good')"));
      for (const rows of ["('bad')", "('a'), ('a')"])
        await expect(build(model(rows))).rejects.toBeInstanceOf(AuditFailure);
      expect(await query('select kind from t')).toEqual([['good']]);
      await build(model("('better')"));
      expect(await query('select kind from t')).toEqual([['better']]);
    },
  );

  it('of an incremental model is asked of the whole table, with the rows that are about to come', async () => {
    const model = (rows: string) => ({
      'models/t.sql': `{{ config(materialized='incremental', incremental_strategy='append') }} select * from (values ${rows}) as v (kind)`,
      'soda/t.yml': contract('t', checks),
    });
    await build(model("('a')"));
    await build(model("('b')"));
    await expect(build(model("('a')"))).rejects.toBeInstanceOf(AuditFailure);
    expect(await query('select kind from t order by 1')).toEqual([['a'], ['b']]);
  });

  it.each([
    ['table', "publish='swap'", ''],
    ['table', "publish='swap'", ', 1 as other'],
    ['table', "publish='difference'", ''],
    ['view', 'tags=[]', ''],
    ['view', 'tags=[]', ', 1 as other'],
    ['materialized_view', 'tags=[]', ''],
  ])('is asked, and the SQL is run, without locking readers out of a %s (%s%s)', async (kind, config, other) => {
    const model = (row: string) => ({
      'models/t.sql': `{{ config(materialized='${kind}', ${config}) }} select ${row} from (select pg_sleep(0.2)) as slow`,
      'soda/t.yml': contract(
        't',
        'columns: []\nchecks:\n  - failed_rows: {name: slow, query: select from t where pg_sleep(0.2) is null}\n',
      ),
    });
    await build(model('1 as k'));
    await query('create view by_hand as select k from t');
    const watcher = openDatabase(test.config, { max: 1 });
    const seen = new Set<string | undefined>();
    let running = true;
    const work = build(model(`2 as k${other}`)).finally(() => {
      running = false;
    });
    while (running) {
      const { rows } = await watcher.query(
        `select coalesce(l.mode, 'asleep') from pg_stat_activity a left join pg_locks l on l.pid = a.pid and l.mode = 'AccessExclusiveLock'
           and l.relation in ('t'::regclass, 'by_hand'::regclass)
         where a.pid <> pg_backend_pid() and a.wait_event = 'PgSleep' and a.datname = current_database()`,
      );
      for (const [mode] of rows) seen.add(mode ?? undefined);
    }
    await work.finally(() => watcher.close());
    expect([...seen]).toEqual(['asleep']);
    expect(await query('select k from by_hand')).toEqual([['2']]);
  });
});

describe('a seed', () => {
  it('that its contract refuses is not published', async () => {
    const files = { 'seeds/s.csv': '', 'soda/s.yml': contract('s', 'columns: []\nchecks:\n  - row_count: {}\n') };
    await expect(build(files)).rejects.toBeInstanceOf(AuditFailure);
    expect(await query("select to_regclass('s')")).toEqual([[null]]);
  });
});

describe('an ephemeral model', () => {
  it('stands in the SQL of its readers, through others too, and has no relation', async () => {
    await build({
      'models/base.sql': "{{ config(materialized='table') }} select 1 as k union all select 2",
      'models/kept.sql':
        "{{ config(materialized='ephemeral') }} select * from {{ ref('base') }} where k > 1 -- the rest",
      'models/twice.sql': "{{ config(materialized='ephemeral') }} select k * 2 as k from {{ ref('kept') }} as kept",
      'models/t.sql':
        "{{ config(materialized='table') }} select twice.k from {{ ref('twice') }} as twice, {{ ref('kept') }}",
    });
    expect(await query('select k from t')).toEqual([['4']]);
    expect(await query("select relname from pg_class where relnamespace = 'public'::regnamespace order by 1")).toEqual([
      ['base'],
      ['t'],
    ]);
  });
});

describe('the configuration of a model', () => {
  it('grants exactly what it says, and where it says nothing leaves what others granted', async () => {
    const model = (config: string) => ({ 'models/t.sql': `{{ config(materialized='table'${config}) }} select 1 as k` });
    const granted = () =>
      query(
        "select a.grantee::regrole::text, a.privilege_type from pg_class c, aclexplode(c.relacl) a where oid = 't'::regclass and a.grantee <> relowner order by 1, 2",
      );
    await build(model(", grants={select: ['build_reader', 'public'], update: 'build_editor'}"));
    expect(await granted()).toEqual([
      ['-', 'SELECT'],
      ['build_editor', 'UPDATE'],
      ['build_reader', 'SELECT'],
    ]);
    await query('grant insert on t to build_editor');
    await build(model(''));
    expect(await granted()).toHaveLength(4);
    await build(model(", grants={select: 'build_reader'}"));
    expect(await granted()).toEqual([['build_reader', 'SELECT']]);
    await build(model(', grants={}'));
    expect(await granted()).toEqual([]);
  });

  it.each(['table', 'view', 'materialized_view'])(
    'writes the descriptions of the contract into a %s as comments, when it says so',
    async (kind) => {
      const files = (docs: boolean, text: string) => ({
        'models/t.sql': `{{ config(materialized='${kind}', persist_docs=${docs}) }} select 1 as k, 2 as n`,
        'soda/t.yml': contract('t', `description: ${text}\ncolumns:\n  - {name: k, description: "it's ${text}"}\n`),
      });
      const comments = () =>
        query(
          "select obj_description('t'::regclass, 'pg_class'), col_description('t'::regclass, 1), col_description('t'::regclass, 2)",
        );
      await build(files(false, 'a'));
      expect(await comments()).toEqual([[null, null, null]]);
      await build(files(true, 'a'));
      expect(await comments()).toEqual([['a', "it's a", null]]);
      await build(files(true, 'b'));
      expect(await comments()).toEqual([['b', "it's b", null]]);
    },
  );

  it('runs its hooks in the transaction that publishes it, before it is built and after', async () => {
    const hooks = `pre_hook="create table if not exists log (what text, seen text)",
      post_hook=["insert into log select 'after', string_agg(k::text, '') from {{ this }}", "insert into log select 'base', k from {{ ref('base') }}"]`;
    const files = (sql: string, more = hooks) => ({
      'models/base.sql': 'select 7 as k',
      'models/t.sql': `{{ config(materialized='table', ${more}) }} ${sql}`,
    });
    await build(files('select 1 as k'));
    await expect(
      build(files('select 1 / 0 as k', hooks.replace('create table', "insert into log values ('x'); --"))),
    ).rejects.toThrow();
    await expect(build(files('select 2 as k', `pre_hook="commit"`))).rejects.toMatchObject({
      faults: [{ code: 'HOOK_INVALID' }],
    });
    const broken = `pre_hook="select 1", post_hook=["select 2", "select 1 / 0 from {{ this }}"]`;
    await expect(build(files('select 2 as k', broken))).rejects.toMatchObject({
      faults: [
        {
          code: 'SQL_22012',
          message: 'post_hook 2 of t: division by zero',
          file: 'models/t.sql',
          found: 'post_hook 2: select 1 / 0 from "public"."t"',
          hint: expect.stringContaining('Correct the post_hook') as string,
        },
      ],
    });
    expect(await query('select * from log')).toEqual([
      ['after', '1'],
      ['base', '7'],
    ]);
    expect(await query('select * from t')).toEqual([['1']]);
  });

  it('limits how long one of its statements may take, and that of no other', async () => {
    const slow = (config: string) => ({
      'models/t.sql': `{{ config(materialized='table'${config}) }} select 1 as k from (select pg_sleep(0.3)) as s`,
    });
    await expect(build(slow(", statement_timeout='50ms'"))).rejects.toThrow('statement timeout');
    await build(slow(", statement_timeout='5s'"));
    expect(await query('show statement_timeout')).toEqual([['0']]);
  });

  it('protects an incremental table from a full refresh', async () => {
    const files = (config: string, k: number) => ({
      'models/t.sql': `{{ config(materialized='incremental', unique_key='k'${config}) }} select ${k} as k`,
    });
    await build(files(', full_refresh=false', 1));
    await build(files(', full_refresh=false', 2), true);
    expect(await query('select k from t order by 1')).toEqual([['1'], ['2']]);
    await build(files('', 3), true);
    expect(await query('select k from t')).toEqual([['3']]);
  });
});
