import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DatabaseError, RunnerError } from '../errors.ts';
import { type TestDatabase, testDatabase } from '../test/database.ts';
import { openDatabase } from './postgres.ts';

let scratch: TestDatabase;

beforeAll(async () => {
  scratch = await testDatabase({ max: 2, settings: { TimeZone: 'Europe/Paris', 'runner.run_id': 'r "1"' } });
});

afterAll(() => scratch.drop());

async function failureOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => undefined,
    (error: unknown) => error,
  );
}

async function countOf(table: string): Promise<string | null | undefined> {
  return (await scratch.db.query(`select count(*) from ${table}`)).rows[0]?.[0];
}

test('every value comes as the text that PostgreSQL writes, with the name and the type of its column', async () => {
  const result = await scratch.db.query(`
    select 9007199254740993::bigint as big, 2.50 as amount, true as flag, null as nothing, '' as empty,
      date '2026-11-24' as day, timestamptz '2026-07-01 10:00:00+00' as moment, 0.1::float8 + 0.2::float8 as float,
      array['a', 'b c'] as list, '{"a": 1}'::jsonb as doc, 'éà' as accents`);
  expect(result.rows).toEqual([
    [
      '9007199254740993',
      '2.50',
      't',
      null,
      '',
      '2026-11-24',
      '2026-07-01 12:00:00+02',
      '0.30000000000000004',
      '{a,"b c"}',
      '{"a": 1}',
      'éà',
    ],
  ]);
  expect(result.columns.slice(0, 3)).toEqual([
    { name: 'big', type: 20 },
    { name: 'amount', type: 1700 },
    { name: 'flag', type: 16 },
  ]);
});

test('parameters are sent apart from the statement', async () => {
  const result = await scratch.db.query('select $1::text, $2::int, $3::text[], $4::text', ["a'b", 3, ['x', 'y'], null]);
  expect(result.rows).toEqual([["a'b", '3', '{x,y}', null]]);
});

test('several statements give the result of the last, and the number of rows it touched', async () => {
  const result = await scratch.db.query('create table many (a int); insert into many select generate_series(1, 5)');
  expect(result).toMatchObject({ rowCount: 5, rows: [] });
  expect((await scratch.db.query('create table none ()')).rowCount).toBe(0);
});

test('the settings given when opening hold on every connection', async () => {
  const read = (): Promise<string | null | undefined> =>
    scratch.db
      .query("select current_setting('runner.run_id') || ', ' || current_setting('TimeZone') from pg_sleep(0.05)")
      .then((result) => result.rows[0]?.[0]);
  expect(await Promise.all([read(), read(), read()])).toEqual(Array(3).fill('r "1", Europe/Paris'));
});

test('what one piece of work sets on its own connection is not seen by the next', async () => {
  await scratch.db.connection((session) => session.query("select set_config('runner.run_id', 'other', false)"));
  const { rows } = await scratch.db.query("select current_setting('runner.run_id')");
  expect(rows).toEqual([['r "1"']]);
});

test('an error of the server keeps its SQLSTATE, position, detail and hint', async () => {
  const error = await failureOf(scratch.db.query('select 1 + nowhere'));
  expect(error).toBeInstanceOf(DatabaseError);
  expect(error).toMatchObject({ sqlstate: '42703', position: 12, message: 'column "nowhere" does not exist' });
  const raised = await failureOf(
    scratch.db.query("do $$ begin raise 'no' using errcode = 'P0123', detail = 'why', hint = 'how'; end $$"),
  );
  expect(raised).toMatchObject({
    sqlstate: 'P0123',
    detail: 'why',
    hint: 'how',
    where: expect.stringContaining('line'),
  });
});

test('a transaction is written whole when its work ends well, and not at all otherwise', async () => {
  await scratch.db.query('create table kept (a int)');
  await scratch.db.transaction((tx) => tx.query('insert into kept values (1)'));
  const failure = new Error('changed my mind');
  const error = await failureOf(
    scratch.db.transaction(async (tx) => {
      await tx.query('insert into kept values (2)');
      throw failure;
    }),
  );
  expect(error).toBe(failure);
  expect(await countOf('kept')).toBe('1');
});

test('a transaction whose failed statement was passed over does not pass for written', async () => {
  const error = await failureOf(
    scratch.db.transaction(async (tx) => {
      await tx.query('create table lost ()');
      await failureOf(tx.query('select 1 / 0'));
    }),
  );
  expect(error).toMatchObject({ sqlstate: '25P02' });
  expect((await scratch.db.query("select to_regclass('lost')")).rows).toEqual([[null]]);
});

test('a statement sent after the end of its transaction is refused', async () => {
  const tx = await scratch.db.transaction(async (session) => session);
  expect(await failureOf(tx.query('select 1'))).toMatchObject({ message: expect.stringContaining('after the end') });
});

test('rows are copied in no faster than the server takes them', async () => {
  await scratch.db.query('create table wide (id int, filler text)');
  const filler = 'x'.repeat(1_000);
  let made = 0;
  async function* rows(): AsyncGenerator<string> {
    for (let id = 0; id < 40_000; id += 1) {
      made += 1;
      yield `${id}\t${filler}\n`;
    }
  }
  // The table is locked: the server stops reading after a while, and so must we.
  const copied = await scratch.db.connection(async (locker) => {
    await locker.query('begin; lock table wide in access exclusive mode');
    const copy = scratch.db.transaction((tx) => tx.copyIn('copy wide from stdin', rows()));
    await sleep(500);
    expect(made).toBeLessThan(40_000);
    await locker.query('commit');
    return copy;
  });
  expect(copied).toBe(40_000);
  expect(await countOf('wide')).toBe('40000');
});

test('a source that fails aborts the copy and the transaction, and its own error is the one reported', async () => {
  await scratch.db.query('create table half (a int)');
  async function* source(): AsyncGenerator<string> {
    for (let i = 0; i < 20_000; i += 1) yield `${i}\n`;
    throw new Error('the file ends in the middle of a row');
  }
  const error = await failureOf(
    scratch.db.transaction(async (tx) => {
      await tx.query('insert into half values (0)');
      await tx.copyIn('copy half from stdin', source());
    }),
  );
  expect(error).toMatchObject({ message: 'the file ends in the middle of a row' });
  expect(await countOf('half')).toBe('0');
});

test('a source that fails before its first row aborts the copy too, and the connection stays of use', async () => {
  const rest = await scratch.db.transaction(async (tx) => {
    await tx.query('create table early (a int); savepoint before');
    // biome-ignore lint/correctness/useYield: it fails before it could.
    async function* source(): AsyncGenerator<string> {
      throw new Error('no such file');
    }
    expect(await failureOf(tx.copyIn('copy early from stdin', source()))).toMatchObject({ message: 'no such file' });
    await tx.query('rollback to savepoint before');
    return tx.query('select 1');
  });
  expect(rest.rows).toEqual([['1']]);
});

test('a row that the server refuses ends the copy with the server’s error, and the source is closed', async () => {
  await scratch.db.query('create table strict (a int)');
  let closed = false;
  async function* source(): AsyncGenerator<string> {
    try {
      yield '1\n';
      for (;;) yield 'abc\n'.repeat(20_000);
    } finally {
      closed = true;
    }
  }
  const error = await failureOf(scratch.db.transaction((tx) => tx.copyIn('copy strict from stdin', source())));
  expect(error).toMatchObject({ sqlstate: '22P02', where: expect.stringContaining('COPY strict, line 2') });
  await expect.poll(() => closed).toBe(true);
  expect(await countOf('strict')).toBe('0');
});

test('a copy into a table that is not there is refused, even while its source is silent', async () => {
  async function* silent(): AsyncGenerator<string> {
    await new Promise(() => undefined);
    yield '';
  }
  const error = await failureOf(scratch.db.transaction((tx) => tx.copyIn('copy absent from stdin', silent())));
  expect(error).toMatchObject({ sqlstate: '42P01' });
});

test('an empty source copies no row', async () => {
  await scratch.db.query('create table empty (a int)');
  async function* nothing(): AsyncGenerator<string> {}
  expect(await scratch.db.transaction((tx) => tx.copyIn('copy empty from stdin', nothing()))).toBe(0);
});

test('a connection that the server ends is replaced, and its work fails with a reason', async () => {
  const end = (pid: string | null | undefined): Promise<unknown> =>
    scratch.db.query('select pg_terminate_backend($1::int)', [pid]);
  const error = await failureOf(
    scratch.db.transaction(async (tx) => {
      await end((await tx.query('select pg_backend_pid()')).rows[0]?.[0]);
      await sleep(100);
      await tx.query('select 1');
    }),
  );
  expect(error).toBeInstanceOf(RunnerError);
  expect(error).toMatchObject({ exitCode: 1, faults: [{ code: 'CONNECTION_LOST' }] });
  expect((await scratch.db.query('select 1')).rows).toEqual([['1']]);
});

test('a statement with a place for a value that nobody gives is refused, and no lost connection', async () => {
  const error = await failureOf(scratch.db.transaction((tx) => tx.query('select $1 as a', [])));
  expect(error).toMatchObject({ sqlstate: '08P01', message: expect.stringContaining('0 parameters') });
});

test('a server that refuses the password, or is not there, is named without the password', async () => {
  const wrong = openDatabase({ ...scratch.config, password: 'a secret' });
  const error = await failureOf(wrong.query('select 1'));
  await wrong.close();
  expect(error).toMatchObject({ exitCode: 1, faults: [{ code: 'CONNECTION_FAILED' }] });
  const { host, port, user, database } = scratch.config;
  expect(String(error)).toContain(`${host}:${port}, user ${user}, database ${database}`);
  expect(JSON.stringify(error)).not.toContain('a secret');
  const nowhere = openDatabase({ ...scratch.config, port: 1 });
  expect(await failureOf(nowhere.query('select 1'))).toMatchObject({
    faults: [{ code: 'CONNECTION_FAILED', hint: expect.stringContaining('PGPORT') }],
  });
  await nowhere.close();
});

test('a setting that the server does not accept is an error when connecting', async () => {
  const db = openDatabase(scratch.config, { settings: { TimeZone: 'Nowhere/Atall' } });
  expect(await failureOf(db.query('select 1'))).toMatchObject({
    faults: [{ message: expect.stringContaining('"TimeZone": "Nowhere/Atall"') }],
  });
  await db.close();
  await db.close();
});
