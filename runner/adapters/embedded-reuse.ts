import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { findServer, type Server } from './embedded-pid.ts';
import { readRecord, type ServerRecord } from './embedded-record.ts';
import type { ConnectionConfig } from './types.ts';

/**
 * How to connect to the embedded server where it runs and has the database; `undefined` where anything is to be done
 * first. Looks at three small files and loads nothing of what starts a server.
 * @throws RunnerError as {@link readRecord} does
 */
export async function runningEmbedded(dataRoot: string, database: string): Promise<ConnectionConfig | undefined> {
  const root = await realpath(dataRoot).catch(() => undefined);
  const record = root === undefined ? undefined : await readRecord(root);
  if (root === undefined || !record?.databases.includes(database)) return undefined;
  const server = findServer(dataOf(root, record));
  return server?.ready ? connection(record, server, database) : undefined;
}

export function dataOf(dataRoot: string, { home }: ServerRecord): string {
  return join(home ?? dataRoot, 'postgres');
}

export function connection(record: ServerRecord, server: Server, database: string): ConnectionConfig {
  return { host: '127.0.0.1', port: server.port, user: record.user, password: record.password, database };
}
