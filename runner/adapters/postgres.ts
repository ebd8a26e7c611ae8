import type pg from 'pg';
import { DatabaseError } from '../errors.ts';
import { backendOf, type Canceller, createCanceller, NO_CANCELLER } from './postgres-cancel.ts';
import { type Connections, createConnections } from './postgres-connect.ts';
import { copyInto } from './postgres-copy.ts';
import { statementError } from './postgres-errors.ts';
import type { ConnectionConfig, Database, ResultColumn, Session, TextResult } from './types.ts';

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

/**
 * Opens a pool; nothing is connected before the first statement. A server that is starting is waited for, and so is one
 * that was there and is stopping or gone, 20 seconds.
 * Every method throws RunnerError `CONNECTION_FAILED` when the server can't be reached or refuses the connection,
 * ConnectionLost when it goes away later, and DatabaseError for what it says of a statement.
 */
export function openDatabase(config: ConnectionConfig, options: DatabaseOptions = {}): Database {
  const connections = createConnections(config, options.max ?? 4, {
    application_name: options.applicationName ?? 'runner',
    ...options.settings,
  });
  const view = (canceller: Canceller): Database => {
    const use = <T>(work: (client: pg.PoolClient) => Promise<T>, ownOnly = false): Promise<T> =>
      withClient(connections, canceller, work, ownOnly);
    return {
      query: (sql, params) => use((client) => runQuery(client, canceller, sql, params)),
      connection: (work) => use((client) => work(openSession(client, canceller)), true),
      transaction: (work) => use((client) => runTransaction(client, canceller, work)),
      until: (signal) => view(createCanceller(config, signal)),
      settle: ({ backend }) => use((client) => endBackend(client, canceller, backend)),
      close: () => connections.close(),
    };
  };
  return view(NO_CANCELLER);
}

/** `ownOnly`: the connection is closed afterwards, and with it the settings and locks that `work` left on it. */
async function withClient<T>(
  connections: Connections,
  canceller: Canceller,
  work: (client: pg.PoolClient) => Promise<T>,
  ownOnly: boolean,
): Promise<T> {
  const client = await connections.acquire(canceller.signal);
  try {
    return await work(client);
  } finally {
    client.release(ownOnly || client.getTransactionStatus() !== 'I' || canceller.wasCancelled(client));
  }
}

async function runTransaction<T>(
  client: pg.PoolClient,
  canceller: Canceller,
  work: (tx: Session) => Promise<T>,
): Promise<T> {
  const session = openSession(client, canceller);
  await runQuery(client, canceller, 'begin');
  try {
    const value = await work(session);
    session.end();
    canceller.signal?.throwIfAborted();
    await commit(client);
    return value;
  } catch (error) {
    session.end();
    // When even this fails the connection is gone, and the server has rolled back by itself.
    await client.query('rollback').catch(() => undefined);
    throw error;
  }
}

/**
 * `commit` of a transaction in which a statement failed answers ROLLBACK, and no error: it must not pass for done.
 * It is not cancelled: it is short, and how it ended has to be known.
 */
async function commit(client: pg.PoolClient): Promise<void> {
  const { command } = await client.query('commit').catch((error: unknown) => {
    throw statementError(error, { atCommit: true, backend: backendOf(client) });
  });
  if (command === 'COMMIT') return;
  const message = 'the transaction was rolled back because one of its statements had failed';
  throw new DatabaseError({ sqlstate: '25P02', message });
}

/** Its number may by now be that of someone else's process. */
async function endBackend(client: pg.PoolClient, canceller: Canceller, backend: number | undefined): Promise<void> {
  if (backend === undefined) return;
  const sql = `select pg_terminate_backend(pid, 2000) from pg_stat_activity
    where pid = $1 and pid <> pg_backend_pid() and application_name = current_setting('application_name')`;
  await runQuery(client, canceller, sql, [backend]);
}

/** `end` makes the session unusable: a statement sent after its transaction would be committed by itself. */
function openSession(client: pg.PoolClient, canceller: Canceller): Session & { end(): void } {
  let open = true;
  const checkOpen = (): void => {
    if (!open) throw new Error('a statement was sent after the end of its transaction');
  };
  return {
    query: async (sql, params) => {
      checkOpen();
      return runQuery(client, canceller, sql, params);
    },
    copyIn: async (sql, data) => {
      checkOpen();
      return canceller.run(client, () =>
        copyInto(client, sql, data, canceller.signal).catch((error: unknown) => {
          throw statementError(error, { backend: backendOf(client) });
        }),
      );
    },
    end: () => {
      open = false;
    },
  };
}

async function runQuery(
  client: pg.PoolClient,
  canceller: Canceller,
  sql: string,
  params?: readonly unknown[],
): Promise<TextResult> {
  const config: pg.QueryArrayConfig = { text: sql, rowMode: 'array', types: AS_TEXT };
  // The extended protocol takes one statement only, and parameters or none.
  if (params !== undefined) Object.assign(config, { values: [...params], queryMode: 'extended' });
  const answer: pg.QueryArrayResult | pg.QueryArrayResult[] = await canceller.run(client, () =>
    client.query(config).catch((error: unknown) => {
      throw statementError(error, { statement: sql, backend: backendOf(client) });
    }),
  );
  const last = Array.isArray(answer) ? answer.at(-1) : answer;
  return {
    columns: (last?.fields ?? []).map(toColumn),
    rows: last?.rows ?? [],
    rowCount: last?.rowCount ?? 0,
  };
}

function toColumn({ name, dataTypeID: type, tableID: table, columnID: column }: pg.FieldDef): ResultColumn {
  return table === 0 ? { name, type } : { name, type, origin: { table, column } };
}

const AS_TEXT: pg.CustomTypesConfig = { getTypeParser: () => (value: unknown) => value };
