import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase } from '../adapters/postgres.ts';
import { type TestDatabase, testDatabase } from '../test/database.ts';
import { dropAbandoned, withScratchSpace } from './scratch-space.ts';

let test: TestDatabase;
beforeAll(async () => {
  test = await testDatabase();
});
afterAll(() => test?.drop());

const schemas = async (): Promise<readonly (string | null | undefined)[]> =>
  (await test.db.query("select nspname from pg_namespace where nspname like 'runner_scratch%' order by 1")).rows.map(
    ([name]) => name,
  );
/** Does `work` in a space with a schema of one table, from which another reads. */
const inSpace = <T>(work: (schema: string) => Promise<T>, db = test.db): Promise<T> =>
  withScratchSpace(db, db, async ({ prefix }) => {
    const schema = `${prefix}_head_marts`;
    await db.query(`create schema ${schema}; create table ${schema}.a as select 1 as n`);
    return work(schema);
  });

describe('a space for throw-away schemas', () => {
  it('is emptied when the work is done and when it fails', async () => {
    expect(await inSpace(async (schema) => schema)).toMatch(/^runner_scratch_[0-9a-f]{8}_head_marts$/);
    await expect(inSpace(() => Promise.reject(new Error('failed')))).rejects.toThrow('failed');
    expect(await schemas()).toEqual([]);
  });

  it('is dropped by the next start when its process is gone, and one that is in use is left alone', async () => {
    const left = ['runner_scratch_deadbeef_base_marts', 'runner_scratch_deadbeef_head_marts'];
    await test.db.query(
      left.map((schema) => `create schema ${schema}; create table ${schema}.a as select 1 as n`).join(';'),
    );
    // Not of ours: neither has the form of a space.
    const others = ['runner_scratch_notes', 'runner_scratchy_deadbeef_a'];
    await test.db.query(others.map((schema) => `create schema ${schema}`).join(';'));
    await inSpace(async (first) => {
      expect(await schemas()).toEqual([first, ...others].sort());
      await inSpace(async (second) => expect(await schemas()).toEqual([first, second, ...others].sort()));
      expect(await schemas()).toEqual([first, ...others].sort());
      await test.db.connection(async (session) => expect(await dropAbandoned(session)).toBe(1));
      expect((await test.db.query(`select n from ${first}.a`)).rows).toEqual([['1']]);
    });
    expect(await schemas()).toEqual(others);
    await test.db.query(others.map((schema) => `drop schema ${schema}`).join(';'));
  });

  it('is left to a later start while a statement of its killed process still runs in it', async () => {
    const busy = openDatabase(test.config, { max: 1 });
    const impatient = openDatabase(test.config, { settings: { lock_timeout: '50' } });
    await test.db.query(
      'create schema runner_scratch_deadbeef_head_marts; create table runner_scratch_deadbeef_head_marts.a (n int)',
    );
    await busy.transaction(async (tx) => {
      await tx.query('lock table runner_scratch_deadbeef_head_marts.a in access share mode');
      await inSpace(async (schema) => expect(await schemas()).toContain(schema), impatient);
      expect(await schemas()).toEqual(['runner_scratch_deadbeef_head_marts']);
    });
    await inSpace(async () => undefined, impatient);
    expect(await schemas()).toEqual([]);
    await Promise.all([busy.close(), impatient.close()]);
  });

  it('whose session is lost is given up: another start may have emptied it before the work was done', async () => {
    const work = inSpace(async () => {
      await test.db.query(
        "select pg_terminate_backend(pid, 5000) from pg_locks where locktype = 'advisory' and classid = 1935897204 and pid <> pg_backend_pid()",
      );
    });
    await expect(work).rejects.toMatchObject({ faults: [{ code: 'CONNECTION_LOST' }] });
    expect(await schemas()).toEqual([]);
  });

  it('is read by no other role', async () => {
    await inSpace(async (schema) => {
      const { rows } = await test.db.query(
        `select has_schema_privilege('pg_monitor', '${schema}', 'usage'), has_table_privilege('pg_monitor', '${schema}.a', 'select')`,
      );
      expect(rows).toEqual([['f', 'f']]);
    });
  });
});
