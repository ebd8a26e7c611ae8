import { afterAll, beforeAll, expect, it } from 'vitest';
import { type TestDatabase, testDatabase } from '../test/database.ts';
import { OWN_TABLES } from '../util/own-tables.ts';
import { migrate } from './migrations.ts';

let scratch: TestDatabase;
beforeAll(async () => {
  scratch = await testDatabase();
});
afterAll(() => scratch?.drop());

it('the tables that no model may build are those that the migrations make, which may run twice', async () => {
  await migrate(scratch.config, 'ops');
  await migrate(scratch.config, 'ops');
  const { rows } = await scratch.db.query(
    "select tablename from pg_catalog.pg_tables where schemaname = 'ops' order by 1",
  );
  expect(rows.map(([name]) => name)).toEqual([...OWN_TABLES]);
});
