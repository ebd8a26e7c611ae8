import { afterAll, beforeAll, expect, test } from 'vitest';
import { Cancelled } from '../errors.ts';
import { type TestDatabase, testDatabase } from '../test/database.ts';
import type { Database } from './types.ts';

let scratch: TestDatabase;
const reason = new Cancelled('SIGINT');

beforeAll(async () => {
  scratch = await testDatabase({ applicationName: 'cancel test', max: 3 });
  await scratch.db.query('create table kept (a int); create table filled (a int)');
});
afterAll(() => scratch.drop());

/** Starts `work`, waits until the server does `what`, cancels; returns what was thrown. */
async function cancelDuring(what: string, work: (db: Database) => Promise<unknown>): Promise<unknown> {
  const controller = new AbortController();
  const failure = work(scratch.db.until(controller.signal)).then(
    () => undefined,
    (error: unknown) => error,
  );
  await expect.poll(() => countOf(what), { timeout: 20_000 }).toBe('1');
  controller.abort(reason);
  const error = await failure;
  expect(await countOf(what)).toBe('0');
  return error;
}

const countOf = async (what: string): Promise<string | null | undefined> =>
  (await scratch.db.query(`select count(*) from pg_stat_activity where datname = current_database() and ${what}`))
    .rows[0]?.[0];
const locked = "wait_event_type = 'Lock'";

async function* rows(): AsyncGenerator<string> {
  yield '1\n';
}

test('a query in flight is cancelled on the server, and its transaction rolled back', async () => {
  const error = await cancelDuring("wait_event = 'PgSleep'", (db) =>
    db.transaction(async (tx) => {
      await tx.query('insert into kept values (1)');
      await tx.query('select pg_sleep(1000)');
    }),
  );
  expect(error).toBe(reason);
  expect((await scratch.db.query('select count(*) from kept')).rows).toEqual([['0']]);
});

test('so is one that waits for a lock, and a copy that does', async () => {
  await scratch.db.connection(async (holder) => {
    await holder.query('begin; lock table filled in access exclusive mode');
    expect(await cancelDuring(locked, (db) => db.query('select * from filled'))).toBe(reason);
    const copy = (db: Database): Promise<unknown> =>
      db.transaction((tx) => tx.copyIn('copy filled from stdin', rows()));
    expect(await cancelDuring(locked, copy)).toBe(reason);
  });
});

test('a copy whose source is silent is ended too: a server that waits for rows hears no request', async () => {
  async function* silent(): AsyncGenerator<string> {
    yield '1\n'.repeat(50_000);
    await new Promise(() => undefined);
  }
  const error = await cancelDuring("query like 'copy filled%' and state = 'active'", (db) =>
    db.transaction((tx) => tx.copyIn('copy filled from stdin', silent())),
  );
  expect(error).toBe(reason);
  expect((await scratch.db.query('select count(*) from filled')).rows).toEqual([['0']]);
});

test('nothing more is sent once the signal has come, not even a commit', async () => {
  const controller = new AbortController();
  const db = scratch.db.until(controller.signal);
  const work = db.transaction(async (tx) => {
    await tx.query('insert into kept values (1)');
    controller.abort(reason);
  });
  await expect(work).rejects.toBe(reason);
  await expect(db.query('select 1')).rejects.toBe(reason);
  expect((await scratch.db.query('select count(*) from kept')).rows).toEqual([['0']]);
});

test('an administrator who cancels a query is told apart', async () => {
  const controller = new AbortController();
  const failure = scratch.db
    .until(controller.signal)
    .query('select pg_sleep(1000)')
    .catch((error: unknown) => error);
  await expect.poll(() => countOf("wait_event = 'PgSleep'"), { timeout: 20_000 }).toBe('1');
  await scratch.db.query(
    "select pg_cancel_backend(pid) from pg_stat_activity where wait_event = 'PgSleep' and datname = current_database()",
  );
  expect(await failure).toMatchObject({ sqlstate: '57014', message: expect.stringContaining('user request') });
});
