import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { RunnerError } from '../errors.ts';
import type { ModelNode } from '../graph/types.ts';
import type { NodeConfig } from '../project/types.ts';
import { type TestDatabase, testDatabase } from '../test/database.ts';
import { dropAside, MATERIALIZATIONS, type Written } from './materialize.ts';
import { publishReplacement } from './replace.ts';

let test: TestDatabase;
const query = async (sql: string) => (await test.db.query(sql)).rows;

beforeAll(async () => {
  test = await testDatabase();
  await test.db.query('create role reader');
});
beforeEach(() => test.db.query('drop schema if exists m cascade; create schema m'));
afterAll(async () => {
  await test.db.query('drop owned by reader; drop role reader');
  await test.drop();
});

/** Publishes m.t with the SQL, as a run would. */
function publish(
  materialized: ModelNode['materialized'],
  sql: string,
  config: NodeConfig = {},
  incremental = false,
  planned = '',
  audit = async (): Promise<void> => undefined,
): Promise<Written> {
  const node = {
    type: 'model',
    id: 'model.x.t',
    name: 't',
    file: 'models/t.sql',
    relation: { schema: 'm', name: 't' },
    tags: [],
    contract: undefined,
    materialized,
    config,
  } as unknown as ModelNode;
  return test.db.transaction(async (tx) => {
    const written = await MATERIALIZATIONS[materialized](tx, node, sql, {
      incremental,
      plannedView: () => (planned ? { sql: planned, audit } : undefined),
    });
    await dropAside(tx, node.relation);
    return written;
  });
}
/** Gives m.<name> one more column, as a run of its own would. */
function replaceTable(name: string, columns: string): Promise<void> {
  return test.db.transaction(async (tx) => {
    await tx.query(`create table m.${name}__aside (k int, ${columns}); insert into m.${name}__aside values (1)`);
    await publishReplacement(tx, { schema: 'm', name }, { schema: 'm', name: `${name}__aside` }, () => undefined);
  });
}
const values = (rows: string): string => `select * from (values ${rows}) as v (k, x)`;
const content = (): Promise<readonly (readonly (string | null)[])[]> => query('select k, x from m.t order by k, x');

describe('a table', () => {
  it('is published by its difference: rows that stay are not touched', async () => {
    expect(await publish('table', values("(1, 'a'), (2, 'b'), (2, 'b'), (3, null)"))).toEqual({ rows: 4, changed: 4 });
    const kept = await query('select ctid, xmin from m.t where k in (1, 3) order by k');
    // One of the two doubles goes, 4 comes, and NULL equals NULL.
    expect(await publish('table', values("(1, 'a'), (2, 'b'), (3, null), (4, 'd')"))).toEqual({ rows: 4, changed: 2 });
    expect(await content()).toEqual([
      ['1', 'a'],
      ['2', 'b'],
      ['3', null],
      ['4', 'd'],
    ]);
    expect(await query('select ctid, xmin from m.t where k in (1, 3) order by k')).toEqual(kept);
    expect(await publish('table', values("(1, 'a'), (2, 'b'), (3, null), (4, 'd')"))).toEqual({ rows: 4, changed: 0 });
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
      "grant select on m.t to reader; comment on table m.t is 'why'; create view m.v as select x from m.t; create view m.w as select x from m.v; grant select on m.w to reader; alter view m.w set (security_invoker = true); comment on view m.w is 'w'",
    );
    await publish('table', "select 1 as k, now()::date as d, 'b'::text as x", config);
    expect(await query('select x from m.w')).toEqual([['b']]);
    expect(
      await query(
        "select has_table_privilege('reader', 'm.t', 'select'), has_table_privilege('reader', 'm.w', 'select'), obj_description('m.t'::regclass), obj_description('m.w'::regclass), (select reloptions from pg_class where oid = 'm.w'::regclass)",
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
    await publish('table', 'select 2 as k', {}, false, 'select k from m.t');
    expect(await query('select * from m.v')).toEqual([['2']]);
  });

  it('is not published when the new SQL of a reader, made for it, fails its contract', async () => {
    await publish('table', values("(1, 'a')"));
    await query('create view m.v as select k, x from m.t');
    const refuse = (): Promise<void> => Promise.reject(new Error('contract of v failed'));
    await expect(publish('table', 'select 2 as k', {}, false, 'select k from m.t', refuse)).rejects.toThrow(
      'contract of v failed',
    );
    expect(await query('select * from m.v')).toEqual([['1', 'a']]);
  });

  it('is replaced beside others that share its readers', async () => {
    const tables = ['a', 'b', 'c', 'd'];
    await query(
      `${tables.map((name) => `create table m.${name} as select 1 as k`).join(';')}; ${tables.map((name) => `create view m.v_${name} as select a.k from m.a join m.b using (k) join m.c using (k) join m.d using (k)`).join(';')}`,
    );
    for (let round = 0; round < 5; round += 1) {
      const columns = round % 2 === 0 ? 'x int' : 'y text';
      await Promise.all(tables.map((name) => replaceTable(name, columns)));
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
    await publish('table', values("(1, 'a')"));
    expect(await definitions()).toEqual(['(x)']);
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

describe('an incremental model', () => {
  const first = values("(1, 'a'), (2, 'b')");

  it.each([
    [
      'append',
      values("(2, 'c')"),
      [
        ['1', 'a'],
        ['2', 'b'],
        ['2', 'c'],
      ],
      1,
    ],
    [
      'delete+insert',
      values("(2, 'c'), (2, 'd')"),
      [
        ['1', 'a'],
        ['2', 'c'],
        ['2', 'd'],
      ],
      3,
    ],
    [
      'merge',
      values("(2, 'c'), (3, 'd')"),
      [
        ['1', 'a'],
        ['2', 'c'],
        ['3', 'd'],
      ],
      2,
    ],
    [
      'merge',
      values("(2, 'b')"),
      [
        ['1', 'a'],
        ['2', 'b'],
      ],
      0,
    ],
  ])('%s', async (strategy, sql, expected, changed) => {
    const config = { unique_key: ['k'], incremental_strategy: strategy };
    await publish('incremental', first, config);
    expect((await publish('incremental', sql, config, true)).changed).toBe(changed);
    expect(await content()).toEqual(expected);
  });

  it('refuses a key that is double or NULL, and other columns than the table has', async () => {
    const config = { unique_key: ['k'], incremental_strategy: 'merge' };
    await publish('incremental', first, config);
    await expect(publish('incremental', values("(2, 'c'), (2, 'd'), (null, 'e')"), config, true)).rejects.toMatchObject(
      { faults: [{ code: 'KEY_INVALID', found: '1 NULL, 1 double' }] },
    );
    await expect(publish('incremental', "select 1 as k, 'a' as x, 2 as y", config, true)).rejects.toMatchObject({
      faults: [{ code: 'SCHEMA_CHANGED' }],
    });
    expect(await content()).toEqual([
      ['1', 'a'],
      ['2', 'b'],
    ]);
  });
});
