import pg from 'pg';
import { DatabaseError, EXIT, RunnerError } from '../errors.ts';
import type { ConnectionConfig } from './types.ts';

/** Errors of the server and of the connection in the runner's own terms; an error of the caller's data as it is. */
export function statementError(error: unknown): unknown {
  if (error instanceof pg.DatabaseError) {
    return new DatabaseError({
      message: error.message,
      sqlstate: error.code ?? 'XX000',
      detail: error.detail,
      hint: error.hint,
      position: error.position === undefined ? undefined : Number(error.position),
      where: error.where,
    });
  }
  if (
    error instanceof Error &&
    /^(Connection terminated|Client has encountered a connection error|Client was closed)/.test(error.message)
  ) {
    return lostConnection(error);
  }
  if (error instanceof Error && 'syscall' in error && ['read', 'write'].includes(String(error.syscall))) {
    return lostConnection(error);
  }
  return error;
}

function lostConnection(error: Error): RunnerError {
  return new RunnerError(
    {
      code: 'CONNECTION_LOST',
      message: `the connection to PostgreSQL was lost: ${error.message}`,
      hint: 'What was being written has been rolled back. See whether the server still runs, then run the same command again.',
    },
    EXIT.failed,
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
