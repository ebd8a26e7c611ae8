import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase } from '../adapters/postgres.ts';
import { type TestDatabase, testDatabase } from '../test/database.ts';
import { pause } from '../util/again.ts';
import { OWN_TABLES } from '../util/own-tables.ts';
import { LATEST_MIGRATION, MIGRATIONS, migrate } from './migrations.ts';

let scratch: TestDatabase;
beforeAll(async () => {
  scratch = await testDatabase();
});
afterAll(() => scratch?.drop());

const rows = async (sql: string) => (await scratch.db.query(sql)).rows;
const tables = async (schema: string): Promise<readonly (string | null)[]> =>
  (await rows(`select tablename from pg_catalog.pg_tables where schemaname = '${schema}' order by 1`)).flat();
/** All that tells one version of the tables from another. */
const shape = (schema: string) =>
  rows(
    `select table_name, column_name, data_type, is_nullable, column_default from information_schema.columns where table_schema = '${schema}'
     union all select conrelid::regclass::text, conname, contype::text, pg_get_constraintdef(oid), null from pg_constraint where connamespace = '${schema}'::regnamespace
     order by 1, 2`,
  );

it('the tables that no model may build are those that the migrations make, which may run twice', async () => {
  await migrate(scratch.config, 'ops');
  await migrate(scratch.config, 'ops');
  expect(await tables('ops')).toEqual([...OWN_TABLES]);
});

it('two runs that bring a target up to date at once both succeed, and it is done once', async () => {
  await Promise.all([1, 2, 3].map(() => migrate(scratch.config, 'at_once')));
  expect(await tables('at_once')).toEqual([...OWN_TABLES]);
  expect(await rows('select name from at_once.migration order by id')).toEqual(MIGRATIONS.map(({ name }) => [name]));
});

describe('an upgrade that ends in the middle', () => {
  const ofTheFirstVersion = async (schema: string) => {
    await migrate(scratch.config, schema, 1);
    await scratch.db.query(
      `insert into ${schema}.run values ('r1', 'r1', 'build', '', 'p', 't', '2026-01-01', null, 'cli', 'success', null, now(), now())`,
    );
    return shape(schema);
  };
  const isWhole = async (schema: string) => {
    await migrate(scratch.config, schema);
    expect(await tables(schema)).toEqual([...OWN_TABLES]);
    expect(await rows(`select run_id, execution from ${schema}.run`)).toEqual([['r1', null]]);
  };

  it('because something is in its way leaves the tables as they were, says what, and is done when that is gone', async () => {
    const former = await ofTheFirstVersion('failed');
    await scratch.db.query('create table failed.outbox (mine text)');
    await expect(migrate(scratch.config, 'failed')).rejects.toMatchObject({
      sqlstate: '42P07',
      message: expect.stringContaining('"outbox" already exists'),
    });
    await scratch.db.query('drop table failed.outbox');
    expect(await shape('failed')).toEqual(former);
    expect(await rows('select name from failed.migration')).toEqual([[MIGRATIONS[0]?.name]]);
    await isWhole('failed');
  });

  it('because it was killed leaves the tables as they were and no lock behind', async () => {
    const former = await ofTheFirstVersion('killed');
    const other = openDatabase(scratch.config, { max: 1 });
    await other.transaction(async (tx) => {
      await tx.query('lock table killed.run in access share mode');
      const ended = expect(migrate(scratch.config, 'killed')).rejects.toThrow('connection');
      const kill = `select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock' and query like 'alter table%'`;
      while ((await rows(kill)).length === 0) await pause(20);
      await ended;
    });
    await other.close();
    expect(await shape('killed')).toEqual(former);
    await isWhole('killed');
  });
});

it('a target that a newer version has brought up to date is refused, and nothing is written to it', async () => {
  await migrate(scratch.config, 'newer');
  await scratch.db.query("insert into newer.migration (name, batch) values ('999_of_tomorrow', 2)");
  await scratch.db.query('alter table newer.run drop column plan');
  const former = await shape('newer');
  await expect(migrate(scratch.config, 'newer')).rejects.toMatchObject({
    exitCode: 2,
    faults: [{ code: 'TARGET_NEWER', found: '999_of_tomorrow', expected: expect.stringContaining(LATEST_MIGRATION) }],
  });
  expect(await shape('newer')).toEqual(former);
});

it('who is no superuser, does not own the database and may only use the schema that was made for them can upgrade it', async () => {
  const { database } = scratch.config;
  const user = `owner_of_${database}`;
  await scratch.db.query(
    `create role ${user} login password 'x' nosuperuser nocreatedb nocreaterole; create schema theirs authorization ${user}`,
  );
  try {
    const config = { ...scratch.config, user, password: 'x' };
    await migrate(config, 'theirs', 1);
    await migrate(config, 'theirs');
    expect(await tables('theirs')).toEqual([...OWN_TABLES]);
    await expect(migrate(config, 'nowhere')).rejects.toMatchObject({ sqlstate: '42501' });
  } finally {
    await scratch.db.query(`drop owned by ${user}; drop role ${user}`);
  }
});
