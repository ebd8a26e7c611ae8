import { ConnectionLost, DatabaseError, EXIT, RunnerError } from '../errors.ts';
import { driver } from './driver.ts';
import type { ConnectionConfig } from './types.ts';

/**
 * SQLSTATEs with which the server ends a connection: shutdown, an administrator, a crash, time limits of a session. Of a
 * statement with `$1` and no value for it, it says 08P01 and goes on.
 */
const ENDS_CONNECTION = /^(08(?!P01)...|57P0[1-5]|25P0[34])$/;

/** What was going on: the SQL that was sent, and for a connection that is lost, where it stood. */
interface Sent {
  readonly statement?: string;
  readonly atCommit?: boolean;
  readonly backend?: number | undefined;
}

/** Errors of the server and of the connection in the runner's own terms; an error of the caller's data as it is. */
export function statementError(error: unknown, at: Sent = {}): unknown {
  if (error instanceof driver.DatabaseError) {
    if (ENDS_CONNECTION.test(error.code ?? '')) return new ConnectionLost(error.message, at);
    return new DatabaseError({
      message: error.message,
      sqlstate: error.code ?? 'XX000',
      detail: error.detail,
      hint: error.hint,
      position: error.position === undefined ? undefined : Number(error.position),
      where: [error.where, error.internalQuery].filter(Boolean).join('\n') || undefined,
      statement: at.statement,
    });
  }
  return error instanceof Error && isLost(error) ? new ConnectionLost(error.message, at) : error;
}

function isLost(error: Error): boolean {
  return (
    /^(Connection terminated|Client has encountered a connection error|Client was closed)/.test(error.message) ||
    ('syscall' in error && ['read', 'write'].includes(String(error.syscall)))
  );
}

/**
 * Whether connecting again may succeed soon: the server is starting or stopping. One that was never there is not waited
 * for: its address may be wrong.
 */
export function isPassing(error: unknown, wasThere: boolean): boolean {
  const { code } = describe(error);
  if (code === '57P03') return true;
  return (
    wasThere && (code === 'ECONNREFUSED' || ENDS_CONNECTION.test(code) || (error instanceof Error && isLost(error)))
  );
}

/** Why no connection was made. The password is in none of what is said. */
export function connectionError(error: unknown, config: ConnectionConfig): RunnerError {
  const { code, message } = describe(error);
  return new RunnerError(
    {
      code: 'CONNECTION_FAILED',
      message: `cannot connect to PostgreSQL at ${config.host}:${config.port}, user ${config.user}, database ${config.database}: ${message}`,
      hint: CONNECTION_HINTS[code] ?? 'Check PGHOST, PGPORT, PGUSER, PGPASSWORD and PGDATABASE.',
    },
    EXIT.failed,
  );
}

/** Both addresses of a host refused make an AggregateError, whose own message is empty. */
function describe(error: unknown): { code: string; message: string } {
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error;
  if (!(first instanceof Error)) return { code: '', message: String(first) };
  return { code: 'code' in first ? String(first.code) : '', message: first.message };
}

/** By SQLSTATE or error code of the system. */
const CONNECTION_HINTS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'No server listens there: start it, or check PGHOST and PGPORT.',
  ENOTFOUND: 'The name of the host is unknown: check PGHOST.',
  '28P01': 'The password or the user is not the right one: check PGUSER and PGPASSWORD.',
  '28000': 'The server refuses this user from here: check PGUSER and the server’s pg_hba.conf.',
  '3D000': 'Create the database, or name another in PGDATABASE.',
  '53300': 'All connections of the server are taken: close some, or try again later.',
  '57P03': 'The server is starting or stopping: try again in a moment.',
};
