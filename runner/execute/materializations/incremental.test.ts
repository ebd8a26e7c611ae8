import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { NodeConfig } from '../../project/types.ts';
import { type TestDatabase, testDatabase } from '../../test/database.ts';
import { publishModel } from '../../test/publishing.ts';
import type { Written } from './types.ts';

let test: TestDatabase;
const query = async (sql: string) => (await test.db.query(sql)).rows;
/** All rows, each as its text, in order. */
const content = async () => (await query('select t::text from m.t order by 1')).flat();
const values = (rows: string, columns = 'k, x'): string => `select * from (values ${rows}) as v (${columns})`;
const build = (sql: string, config: NodeConfig): Promise<Written> =>
  publishModel(test.db, 'incremental', sql, { config, incremental: false });
const add = (sql: string, config: NodeConfig): Promise<Written> =>
  publishModel(test.db, 'incremental', sql, { config, incremental: true });
const fault = (code: string, more: object = {}): object => ({ faults: [{ code, ...more }] });

beforeAll(async () => {
  test = await testDatabase();
});
beforeEach(() => test.db.query('drop schema if exists m cascade; create schema m'));
afterAll(() => test.drop());

describe('an incremental model', () => {
  const first = values("(1, 'a'), (2, 'b')");
  const APPEND: NodeConfig = { incremental_strategy: 'append' };
  const MERGE: NodeConfig = { incremental_strategy: 'merge', unique_key: ['k'] };
  const REPLACE: NodeConfig = { unique_key: ['k'] };
  const GROUPS: NodeConfig = { group_key: ['k'] };

  it.each([
    ['adds rows with append', APPEND, "(2, 'c')", ['(1,a)', '(2,b)', '(2,c)'], 1],
    ['updates and inserts by key with merge', MERGE, "(2, 'c'), (3, 'd')", ['(1,a)', '(2,c)', '(3,d)'], 2],
    ['leaves equal rows alone with merge', MERGE, "(2, 'b')", ['(1,a)', '(2,b)'], 0],
    ['replaces a row by its key', REPLACE, "(2, 'c')", ['(1,a)', '(2,c)'], 2],
    ['leaves equal rows alone by their key', REPLACE, "(1, 'a'), (2, 'b')", ['(1,a)', '(2,b)'], 0],
    ['replaces all rows of a group', GROUPS, "(2, 'b'), (2, 'd'), (2, 'd')", ['(1,a)', '(2,b)', '(2,d)', '(2,d)'], 2],
  ])('%s', async (_what, config, sql, expected, changed) => {
    await build(first, config);
    const rows = sql.split('), (').length;
    expect(await add(values(sql), config)).toEqual({ rows, changed, identical: changed === 0 });
    expect(await content()).toEqual(expected);
  });

  it('keeps no row of a group that is fewer now', async () => {
    await build(values("(1, 'a'), (2, 'b'), (2, 'c')"), GROUPS);
    expect((await add(values("(2, 'c')"), GROUPS)).changed).toBe(1);
    expect(await content()).toEqual(['(1,a)', '(2,c)']);
  });

  it.each([
    ['merge', MERGE, '1 NULL, 1 double'],
    ['delete+insert', REPLACE, '1 NULL, 1 double'],
    ['delete+insert of groups', GROUPS, '1 NULL'],
  ])('refuses a key that is NULL or double with %s, the first time too', async (_strategy, config, found) => {
    const bad = values("(2, 'c'), (2, 'd'), (null, 'e')");
    await expect(build(bad, config)).rejects.toMatchObject(fault('KEY_INVALID', { found }));
    await build(first, config);
    await expect(add(bad, config)).rejects.toMatchObject(fault('KEY_INVALID', { found }));
    expect(await content()).toEqual(['(1,a)', '(2,b)']);
  });

  it('writes its columns by their names, whatever their order', async () => {
    await build(first, MERGE);
    await add(values("('c', 2)", 'x, k'), MERGE);
    expect(await content()).toEqual(['(1,a)', '(2,c)']);
  });

  it('locks no reader out, and a cursor of an older snapshot reads on', async () => {
    await build(first, MERGE);
    const seen = await test.db.transaction(async (reader) => {
      await reader.query('set transaction isolation level repeatable read');
      await reader.query('declare c cursor for select x from m.t order by k');
      await reader.query('fetch 1 from c');
      await add(values("(2, 'c'), (3, 'd')"), MERGE);
      return (await reader.query('fetch all from c')).rows;
    });
    expect(seen).toEqual([['b']]);
  });
});

describe('an incremental model whose columns change', () => {
  const KEY = { unique_key: ['k'] } as const;
  const first = values("(1, 'a', 'old'), (2, 'b', 'old')", 'k, x, gone');
  const second = values("(2, 'c', 5), (3, 'd', 6)", 'k, x, n');

  beforeEach(() => build(first, KEY));

  it('fails unless told otherwise, and says what differs', async () => {
    await expect(add(second, KEY)).rejects.toMatchObject(
      fault('SCHEMA_CHANGED', { expected: 'k integer, x text, gone text', found: 'k integer, x text, n integer' }),
    );
    expect(await content()).toEqual(['(1,a,old)', '(2,b,old)']);
  });

  it('leaves new columns out with ignore, but needs those that are there', async () => {
    const config = { ...KEY, on_schema_change: 'ignore' } as const;
    await expect(add(second, config)).rejects.toMatchObject(fault('SCHEMA_CHANGED'));
    await add(values("(2, 'c', 'new', 5)", 'k, x, gone, n'), config);
    expect(await content()).toEqual(['(1,a,old)', '(2,c,new)']);
  });

  it('gets the new ones with append_new_columns, and keeps those that are gone', async () => {
    const config = { ...KEY, on_schema_change: 'append_new_columns' } as const;
    await query('create view m.v as select k, gone from m.t; create role onlooker; grant select on m.t to onlooker');
    expect(await add(second, config)).toEqual({ rows: 2, changed: 3, identical: false });
    expect(await content()).toEqual(['(1,a,old,)', '(2,c,,5)', '(3,d,,6)']);
    expect(await query('select gone from m.v order by k')).toEqual([['old'], [null], [null]]);
    expect(await query("select has_table_privilege('onlooker', 'm.t', 'select')")).toEqual([['t']]);
    await query('drop owned by onlooker; drop role onlooker');
  });

  it('gets exactly those of the select with sync_all_columns, their types too', async () => {
    const config = { ...KEY, on_schema_change: 'sync_all_columns' } as const;
    await add(values("(2::bigint, 'c', 5)", 'k, x, n'), config);
    expect(await content()).toEqual(['(1,a,)', '(2,c,5)']);
    expect(
      await query("select atttypid::regtype from pg_attribute where attrelid = 'm.t'::regclass and attname = 'k'"),
    ).toEqual([['bigint']]);
  });

  it('keeps its table when a view needs a column that would go, or a type does not fit', async () => {
    const config = { ...KEY, on_schema_change: 'sync_all_columns' } as const;
    await query('create view m.v as select gone from m.t');
    await expect(add(second, config)).rejects.toMatchObject(fault('DEPENDENT_VIEW'));
    await expect(add(values('(2, 3, 4)', 'k, x, gone'), config)).rejects.toThrow(
      'invalid input syntax for type integer',
    );
    expect(await content()).toEqual(['(1,a,old)', '(2,b,old)']);
  });
});
