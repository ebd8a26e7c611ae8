import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { RunnerError } from '../../errors.ts';
import type { NodeConfig } from '../../project/types.ts';
import { type TestDatabase, testDatabase } from '../../test/database.ts';
import { publishModel } from '../../test/publishing.ts';
import type { ModelAt, PlannedView } from '../publish/project-models.ts';
import type { MATERIALIZATIONS } from './index.ts';
import type { Written } from './types.ts';

let test: TestDatabase;
const query = async (sql: string) => (await test.db.query(sql)).rows;

beforeAll(async () => {
  test = await testDatabase();
  await test.db.query('create role table_reader');
});
beforeEach(() => test.db.query('drop schema if exists m cascade; create schema m'));
afterAll(async () => {
  await test.db.query('drop owned by table_reader; drop role table_reader');
  await test.drop();
});

/** Publishes m.t. */
function publish(materialized: keyof typeof MATERIALIZATIONS, sql: string, config: NodeConfig = {}): Promise<Written> {
  return publishModel(test.db, materialized, sql, { config });
}
/** Whatever is asked about is a view that the run rebuilds. */
const planned =
  (view: PlannedView): ModelAt =>
  () => ({ name: 'v', file: 'models/v.sql', isReader: true, isPlanned: true, isStopped: false, view });
const values = (rows: string): string => `select * from (values ${rows}) as v (k, x)`;
const content = (): Promise<readonly (readonly (string | null)[])[]> => query('select k, x from m.t order by k, x');

describe('a table', () => {
  it('is published by its difference: rows that stay are not touched', async () => {
    expect(await publish('table', values("(1, 'a'), (2, 'b'), (2, 'b'), (3, null)"))).toEqual({
      rows: 4,
      changed: 4,
      identical: false,
    });
    const kept = await query('select ctid, xmin from m.t where k in (1, 3) order by k');
    // One of the two doubles goes, 4 comes, and NULL equals NULL.
    expect(await publish('table', values("(1, 'a'), (2, 'b'), (3, null), (4, 'd')"))).toEqual({
      rows: 4,
      changed: 2,
      identical: false,
    });
    expect(await content()).toEqual([
      ['1', 'a'],
      ['2', 'b'],
      ['3', null],
      ['4', 'd'],
    ]);
    expect(await query('select ctid, xmin from m.t where k in (1, 3) order by k')).toEqual(kept);
    expect(await publish('table', values("(1, 'a'), (2, 'b'), (3, null), (4, 'd')"))).toEqual({
      rows: 4,
      changed: 0,
      identical: true,
    });
  });

  it('that is swapped is left alone when it has the same rows in any order, and only then', async () => {
    const isLeftAlone = async (rows: string): Promise<boolean> =>
      (await publish('table', values(rows), { publish: 'swap' })).identical;
    expect(await isLeftAlone("(1, 'a'), (2, 'b'), (2, 'b')")).toBe(false);
    expect(await isLeftAlone("(2, 'b'), (1, 'a'), (2, 'b')")).toBe(true);
    // As many rows, one of them another; the same values, another one of them twice; a row less.
    for (const rows of ["(1, 'a'), (2, 'b'), (2, 'c')", "(1, 'a'), (1, 'a'), (2, 'b')", "(1, 'a'), (2, 'b')"])
      expect(await isLeftAlone(rows)).toBe(false);
    expect(await content()).toEqual([
      ['1', 'a'],
      ['2', 'b'],
    ]);
  });

  it('has exactly the text of its values: 1.0 becomes 1.00', async () => {
    await publish('table', 'select 1 as k, 1.0 as x');
    await publish('table', 'select 1 as k, 1.00 as x');
    expect(await content()).toEqual([['1', '1.00']]);
  });

  it('keeps its grants, comment, indexes and readers when its columns change', async () => {
    const config = { indexes: [{ columns: ['k'], unique: true }] };
    await publish('table', values("(1, 'a')"), config);
    await query(
      "grant select on m.t to table_reader; comment on table m.t is 'why'; create view m.v as select x from m.t; create view m.w as select x from m.v; grant select on m.w to table_reader; alter view m.w set (security_invoker = true); comment on view m.w is 'w'",
    );
    await publish('table', "select 1 as k, now()::date as d, 'b'::text as x", config);
    expect(await query('select x from m.w')).toEqual([['b']]);
    expect(
      await query(
        "select has_table_privilege('table_reader', 'm.t', 'select'), has_table_privilege('table_reader', 'm.w', 'select'), obj_description('m.t'::regclass), obj_description('m.w'::regclass), (select reloptions from pg_class where oid = 'm.w'::regclass)",
      ),
    ).toEqual([['t', 't', 'why', 'w', '{security_invoker=true}']]);
    expect(await query("select indexdef like '%UNIQUE%(k)' from pg_indexes where schemaname = 'm'")).toEqual([['t']]);
  });

  it('is not published when a reader would break, unless this run rebuilds that reader', async () => {
    await publish('table', values("(1, 'a')"));
    await query('create view m.v as select k, x from m.t');
    const refusal = await publish('table', 'select 1 as k').catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(RunnerError);
    expect((refusal as RunnerError).message).toContain('the view m.v reads it');
    expect(await content()).toEqual([['1', 'a']]);
    await publishModel(test.db, 'table', 'select 2 as k', {
      modelAt: planned({ sql: 'select k from m.t', audit: async () => undefined }),
    });
    expect(await query('select * from m.v')).toEqual([['2']]);
  });

  it('is not published when the new SQL of a reader, made for it, fails its contract', async () => {
    await publish('table', values("(1, 'a')"));
    await query('create view m.v as select k, x from m.t');
    const refuse = (): Promise<void> => Promise.reject(new Error('contract of v failed'));
    const modelAt = planned({ sql: 'select k from m.t', audit: refuse });
    await expect(publishModel(test.db, 'table', 'select 2 as k', { modelAt })).rejects.toThrow('contract of v failed');
    expect(await query('select * from m.v')).toEqual([['1', 'a']]);
  });

  it('is replaced beside others that share its readers', async () => {
    const tables = ['a', 'b', 'c', 'd'];
    await query(
      `${tables.map((name) => `create table m.${name} as select 1 as k`).join(';')}; ${tables.map((name) => `create view m.v_${name} as select a.k from m.a join m.b using (k) join m.c using (k) join m.d using (k)`).join(';')}`,
    );
    for (let round = 0; round < 5; round += 1) {
      const columns = round % 2 === 0 ? 'int' : 'text';
      await Promise.all(
        tables.map((name) => publishModel(test.db, 'table', `select 1 as k, null::${columns} as x`, { name })),
      );
    }
    expect(await query('select count(*) from m.v_a, m.v_b, m.v_c, m.v_d')).toEqual([['1']]);
  });

  it('has the indexes that it asks for now, and keeps those that others made', async () => {
    const definitions = async (): Promise<readonly (string | null)[]> =>
      (
        await query(
          "select regexp_replace(indexdef, '.* INDEX \\S+ ON m.t USING btree ', case when indexdef like '%UNIQUE%' then 'unique ' else '' end) from pg_indexes where schemaname = 'm' order by 1",
        )
      ).flat();
    await publish('table', values("(1, 'a')"), { indexes: [{ columns: ['k'] }] });
    await query('create index by_hand on m.t (x)');
    expect(await definitions()).toEqual(['(k)', '(x)']);
    await publish('table', values("(1, 'a')"), { indexes: [{ columns: ['k'], unique: true }] });
    expect(await definitions()).toEqual(['(x)', 'unique (k)']);
    // Named like one of the runner's own.
    await query('create index t_0123abcd_idx on m.t (lower(x))');
    for (const how of ['difference', 'swap'] as const) {
      await publish('table', values(`(1, '${how}')`), { publish: how });
      expect(await definitions()).toEqual(['(lower(x))', '(x)']);
    }
  });

  it('may become a view, and a view a table', async () => {
    await publish('table', values("(1, 'a')"));
    await publish('view', values("(2, 'b')"));
    expect(await content()).toEqual([['2', 'b']]);
    await publish('table', values("(3, 'c')"));
    expect(await content()).toEqual([['3', 'c']]);
    expect(await query("select relkind from pg_class where oid = 'm.t'::regclass")).toEqual([['r']]);
  });
});

describe('a view', () => {
  it('is replaced in place, or made again when its columns change', async () => {
    await publish('view', "select 1 as k, 'a'::text as x");
    await query('create view m.v as select x from m.t');
    await publish('view', "select 2 as k, 'b'::text as x");
    expect(await query('select x from m.v')).toEqual([['b']]);
    await publish('view', "select 'c'::text as x, 3 as k");
    expect(await query('select x from m.v')).toEqual([['c']]);
  });
});

describe('a materialized view', () => {
  const indexes = [{ columns: ['k'], unique: true }];
  const made = () =>
    query("select 'm.t'::regclass::oid, (select array_agg(indexdef) from pg_indexes where tablename = 't')");

  it('is left alone when neither its SQL nor its rows differ, and swapped in with its indexes when they do', async () => {
    await query('create table m.base as select 1 as k');
    await publish('materialized_view', 'select k from m.base', { indexes });
    const before = await made();
    expect(before[0]?.[1]).toContain('UNIQUE INDEX');
    expect(await publish('materialized_view', 'select k from m.base', { indexes })).toEqual({
      rows: 1,
      changed: 0,
      identical: true,
    });
    expect(await made()).toEqual(before);
    await query('insert into m.base values (2)');
    expect(await publish('materialized_view', 'select k from m.base', { indexes })).toEqual({
      rows: 2,
      changed: 2,
      identical: false,
    });
    expect((await made())[0]?.[0]).not.toBe(before[0]?.[0]);
    expect((await made())[0]?.[1]).toBe(before[0]?.[1]);
    // The same rows by another SQL: descendants need not know, a refresh by hand does.
    expect((await publish('materialized_view', 'select k + 0 as k from m.base', { indexes })).identical).toBe(true);
    await query('refresh materialized view m.t');
    await publish('materialized_view', 'select k + 0 as k from m.base');
    expect((await made())[0]?.[1]).toBeNull();
  });
});

describe('what is identical', () => {
  it('is said of a view whose definition stays, whatever its text', async () => {
    await query('create table m.base as select 1 as k');
    expect((await publish('view', 'select k from m.base')).identical).toBe(false);
    const before = await query("select xmin from pg_class where oid = 'm.t'::regclass");
    expect((await publish('view', 'select base.k -- the key\nfrom m.base')).identical).toBe(true);
    expect(await query("select xmin from pg_class where oid = 'm.t'::regclass")).toEqual(before);
    expect((await publish('view', 'select k from m.base where k > 0')).identical).toBe(false);
    expect((await publish('view', 'select k, 1 as x from m.base where k > 0')).identical).toBe(false);
  });

  it('is not said of a table whose columns change, though its rows look the same', async () => {
    await publish('table', 'select 1 as k');
    expect((await publish('table', 'select 1 as k')).identical).toBe(true);
    expect((await publish('table', 'select 1::bigint as k')).identical).toBe(false);
    expect((await publish('table', 'select 1::bigint as n')).identical).toBe(false);
  });
});
