import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../adapters/types.ts';
import { DatabaseError } from '../errors.ts';
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
const notices: string[] = [];
const notice = (message: string): unknown => notices.push(message);
/** Does `work` in a space with a schema of one table, from which another reads. */
const inSpace = <T>(work: (schema: string) => Promise<T>, { db } = test): Promise<T> =>
  withScratchSpace({ db, lasting: db, notice }, async ({ prefix }) => {
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
      await test.db.connection(async (session) => expect(await dropAbandoned(session, notice)).toBe(1));
      expect((await test.db.query(`select n from ${first}.a`)).rows).toEqual([['1']]);
    });
    expect(await schemas()).toEqual(others);
    await test.db.query(others.map((schema) => `drop schema ${schema}`).join(';'));
  });

  it('is left to a later start while a statement of its killed process still runs in it', async () => {
    await test.db.query(
      'create schema runner_scratch_deadbeef_head_marts; create table runner_scratch_deadbeef_head_marts.a (n int)',
    );
    await test.db.transaction(async (tx) => {
      await tx.query('lock table runner_scratch_deadbeef_head_marts.a in access share mode');
      await inSpace(async (schema) => expect(await schemas()).toContain(schema));
      expect(await schemas()).toEqual(['runner_scratch_deadbeef_head_marts']);
    });
    expect(notices.splice(0)).toEqual([expect.stringMatching(/runner_scratch_deadbeef_head_marts: .*lock timeout/)]);
    await inSpace(async () => undefined);
    expect([await schemas(), notices]).toEqual([[], []]);
  });

  it('that can not be emptied is told with the names of its schemas, whatever became of the work', async () => {
    const db: Database = {
      ...test.db,
      query: async (sql) => {
        if (/^drop schema .*_head_/.test(sql)) throw new DatabaseError({ sqlstate: '57014', message: 'not now' });
        return test.db.query(sql);
      },
    };
    const failing = inSpace(
      async (head) => {
        await test.db.query(`create schema ${head.replace('_head_', '_late_')}`);
        throw new Error('failed');
      },
      { ...test, db },
    );
    await expect(failing).rejects.toThrow('failed');
    const [left, ...others] = await schemas();
    expect(others).toEqual([]);
    expect(notices.splice(0)).toEqual([expect.stringContaining(`: ${left}: not now`)]);
    await inSpace(async (head) => expect(await schemas()).toEqual([head]));
    const broken: Database = { ...db, query: () => Promise.reject(new Error('the server is gone')) };
    const place = { db: test.db, lasting: broken, notice };
    await expect(withScratchSpace(place, async () => 'done')).resolves.toBe('done');
    expect(notices.splice(0)).toEqual([expect.stringMatching(/runner_scratch_[0-9a-f]{8}_…: the server is gone$/)]);
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
