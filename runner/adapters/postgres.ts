import pg from 'pg';
import { DatabaseError } from '../errors.ts';
import { copyInto } from './postgres-copy.ts';
import { connectionError, statementError } from './postgres-errors.ts';
import type { ConnectionConfig, Database, Session, TextResult } from './types.ts';

export interface DatabaseOptions {
  /** Connections at once; 4 unless told. */
  readonly max?: number;
  /** Shown in `pg_stat_activity`; `runner` unless told. */
  readonly applicationName?: string;
  /**
   * Server settings of every connection, name → value, such as `TimeZone` (`UTC` unless told) or `runner.run_id`.
   * They win over the fixed ones below.
   */
  readonly settings?: Readonly<Record<string, string>>;
}

/** What decides how a value is written as text, fixed so that a role or server with other habits changes nothing. */
const FIXED_SETTINGS: Readonly<Record<string, string>> = {
  client_encoding: 'UTF8',
  DateStyle: 'ISO, YMD',
  IntervalStyle: 'postgres',
  TimeZone: 'UTC',
  bytea_output: 'hex',
  extra_float_digits: '1',
  standard_conforming_strings: 'on',
  // pg_catalog comes before it by itself; named, it would be where tables without a schema are created.
  search_path: 'public',
};

/** Milliseconds before a server that does not answer counts as unreachable. */
const CONNECT_TIMEOUT = 15_000;

/**
 * Opens a pool; nothing is connected before the first statement.
 * Every method throws RunnerError `CONNECTION_FAILED` when the server can't be reached or refuses the connection,
 * `CONNECTION_LOST` when it goes away later, and DatabaseError for what it says of a statement.
 */
export function openDatabase(config: ConnectionConfig, options: DatabaseOptions = {}): Database {
  const settings = {
    ...FIXED_SETTINGS,
    application_name: options.applicationName ?? 'runner',
    ...options.settings,
  };
  const pool = new pg.Pool({
    ...config,
    max: options.max ?? 4,
    keepAlive: true,
    Client: TimedClient,
    onConnect: (client) => prepareConnection(client, settings),
  });
  // A connection that dies while idle is dropped by the pool and replaced when needed: not an error of anyone's.
  pool.on('error', () => undefined);
  const acquire = (): Promise<pg.PoolClient> =>
    pool.connect().catch((error: unknown) => {
      throw connectionError(error, config);
    });
  return {
    query: (sql, params) => withClient(acquire, (client) => runQuery(client, sql, params)),
    connection: (work) => withClient(acquire, (client) => work(openSession(client)), true),
    transaction: (work) => withClient(acquire, (client) => runTransaction(client, work)),
    close: () => (pool.ending ? Promise.resolve() : pool.end()),
  };
}

/** The pool's own time limit would count the wait for a free connection too, so that the limit is set on the client. */
class TimedClient extends pg.Client {
  constructor(config?: pg.ClientConfig) {
    // The pool has hidden the password from a spread.
    super({ ...config, password: config?.password, connectionTimeoutMillis: CONNECT_TIMEOUT });
  }
}

async function prepareConnection(client: pg.ClientBase, settings: Readonly<Record<string, string>>): Promise<void> {
  // Without a listener, a connection lost between two statements would end the process.
  client.on('error', () => undefined);
  await client.query(
    'select set_config(s.name, s.value, false) from unnest($1::text[], $2::text[]) as s (name, value)',
    [Object.keys(settings), Object.values(settings)],
  );
}

/** `ownOnly`: the connection is closed afterwards, and with it the settings and locks that `work` left on it. */
async function withClient<T>(
  acquire: () => Promise<pg.PoolClient>,
  work: (client: pg.PoolClient) => Promise<T>,
  ownOnly = false,
): Promise<T> {
  const client = await acquire();
  try {
    return await work(client);
  } finally {
    client.release(ownOnly || client.getTransactionStatus() !== 'I');
  }
}

async function runTransaction<T>(client: pg.PoolClient, work: (tx: Session) => Promise<T>): Promise<T> {
  const session = openSession(client);
  await runQuery(client, 'begin');
  try {
    const value = await work(session);
    session.end();
    await commit(client);
    return value;
  } catch (error) {
    session.end();
    // When even this fails the connection is gone, and the server has rolled back by itself.
    await client.query('rollback').catch(() => undefined);
    throw error;
  }
}

/** `commit` of a transaction in which a statement failed answers ROLLBACK, and no error: it must not pass for done. */
async function commit(client: pg.PoolClient): Promise<void> {
  const { command } = await client.query('commit').catch((error: unknown) => {
    throw statementError(error);
  });
  if (command === 'COMMIT') return;
  const message = 'the transaction was rolled back because one of its statements had failed';
  throw new DatabaseError({ sqlstate: '25P02', message });
}

/** `end` makes the session unusable: a statement sent after its transaction would be committed by itself. */
function openSession(client: pg.PoolClient): Session & { end(): void } {
  let open = true;
  const checkOpen = (): void => {
    if (!open) throw new Error('a statement was sent after the end of its transaction');
  };
  return {
    query: async (sql, params) => {
      checkOpen();
      return runQuery(client, sql, params);
    },
    copyIn: async (sql, data) => {
      checkOpen();
      return copyInto(client, sql, data).catch((error: unknown) => {
        throw statementError(error);
      });
    },
    end: () => {
      open = false;
    },
  };
}

async function runQuery(client: pg.PoolClient, sql: string, params?: readonly unknown[]): Promise<TextResult> {
  const config: pg.QueryArrayConfig = { text: sql, rowMode: 'array', types: AS_TEXT };
  // The extended protocol takes one statement only, and parameters or none.
  if (params !== undefined) Object.assign(config, { values: [...params], queryMode: 'extended' });
  let answer: pg.QueryArrayResult | pg.QueryArrayResult[];
  try {
    answer = await client.query(config);
  } catch (error) {
    throw statementError(error);
  }
  const last = Array.isArray(answer) ? answer.at(-1) : answer;
  return {
    columns: (last?.fields ?? []).map((field: pg.FieldDef) => ({ name: field.name, type: field.dataTypeID })),
    rows: last?.rows ?? [],
    rowCount: last?.rowCount ?? 0,
  };
}

const AS_TEXT: pg.CustomTypesConfig = { getTypeParser: () => (value: unknown) => value };
