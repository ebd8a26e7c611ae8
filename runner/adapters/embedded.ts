import { constants, existsSync } from 'node:fs';
import { access, mkdir, readFile, realpath, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseError } from '../errors.ts';
import { embeddedError, findBinaries } from './embedded-binaries.ts';
import { findHost, removeDrafts } from './embedded-host.ts';
import { findServer, type Server } from './embedded-pid.ts';
import { createRecord, readRecord, type ServerRecord, writeRecord } from './embedded-record.ts';
import { connection, dataOf } from './embedded-reuse.ts';
import { initialise, start, stop } from './embedded-server.ts';
import type { ConnectionConfig } from './types.ts';

export interface EmbeddedOptions {
  /** Folder of the server: its data in `postgres/`, its log in `postgres.log`, its settings in `server.json`. */
  readonly dataRoot: string;
  /** Created when absent: UTF-8, sorted by code point. */
  readonly database: string;
  /** The owner of everything in it; counts when the data directory is made, and `runner` unless told. */
  readonly user?: string;
  /** `false` for tests: faster, and lost when the machine crashes. */
  readonly durable?: boolean;
  /** Says what takes time. */
  readonly onProgress?: (message: string) => void;
  /** Nothing more is waited for once it has come; a server on its way up is left to get there. */
  readonly signal?: AbortSignal;
}

export interface EmbeddedStatus {
  readonly state: 'absent' | 'stopped' | 'running';
  /** When running: how to connect to `database`. */
  readonly config?: ConnectionConfig;
}

/**
 * The embedded server, running: reused, or started, or first made. It goes on running after the runner's end.
 * Several processes may do this at once, without a lock of ours: the record is linked and the data renamed into place,
 * which only the first can do, and PostgreSQL itself lets one server have the data.
 * @throws RunnerError with a code `EMBEDDED_…`, exit code 1; the signal's reason when that has come
 */
export async function ensureEmbedded(options: EmbeddedOptions): Promise<ConnectionConfig> {
  try {
    return await ensure(options);
  } catch (error) {
    // What it ended in the middle says something else.
    throw options.signal?.aborted ? options.signal.reason : error;
  }
}

async function ensure(options: EmbeddedOptions): Promise<ConnectionConfig> {
  options.signal?.throwIfAborted();
  const dataRoot = await makeFolder(options.dataRoot);
  let record = await readRecord(dataRoot);
  let server = record && findServer(dataOf(dataRoot, record));
  if (!record || !server?.ready) [record, server] = await bringUp(dataRoot, record, options);
  if (!record.databases.includes(options.database)) {
    await createDatabase(connection(record, server, 'postgres'), options);
    await writeRecord(dataRoot, { ...record, databases: [...record.databases, options.database] });
  }
  return connection(record, server, options.database);
}

/** @returns whether there was a running server */
export async function stopEmbedded(dataRoot: string): Promise<boolean> {
  const [root, record] = await recordOf(dataRoot);
  return record !== undefined && stop(dataOf(root, record), logOf(root));
}

/** Stops the server and removes its data, log and settings, wherever they are. */
export async function removeEmbedded(dataRoot: string): Promise<void> {
  const [root, record] = await recordOf(dataRoot);
  if (!record) return;
  await stop(dataOf(root, record), logOf(root));
  // The settings, which tell where the data is, come last.
  const paths = [record.home ?? dataOf(root, record), logOf(root), join(root, 'server.json')];
  for (const path of paths) await rm(path, { recursive: true, force: true });
}

/** Looks only: nothing is started, and nobody is waited for. */
export async function embeddedStatus(dataRoot: string, database: string): Promise<EmbeddedStatus> {
  const [root, record] = await recordOf(dataRoot);
  if (!record || !existsSync(dataOf(root, record))) return { state: 'absent' };
  const server = findServer(dataOf(root, record));
  return server?.ready ? { state: 'running', config: connection(record, server, database) } : { state: 'stopped' };
}

async function recordOf(dataRoot: string): Promise<readonly [string, ServerRecord | undefined]> {
  const root = await realpath(dataRoot).catch(() => dataRoot);
  return [root, await readRecord(root)];
}

async function makeFolder(path: string): Promise<string> {
  try {
    await mkdir(path, { recursive: true });
    await access(path, constants.W_OK);
    return await realpath(path);
  } catch (error) {
    throw embeddedError({
      code: 'EMBEDDED_FOLDER_UNUSABLE',
      message: `the folder of the embedded PostgreSQL cannot be used: ${(error as Error).message}`,
      file: path,
      hint: 'Make it writable for this user, or set PGHOST to use another server.',
    });
  }
}

function logOf(dataRoot: string): string {
  return join(dataRoot, 'postgres.log');
}

async function bringUp(
  dataRoot: string,
  known: ServerRecord | undefined,
  { user = 'runner', durable = true, onProgress = () => undefined, signal }: EmbeddedOptions,
): Promise<readonly [ServerRecord, Server]> {
  const binaries = await findBinaries();
  const host = await findHost(dataRoot, known, binaries);
  const data = join(host.home, 'postgres');
  // Asked in this order: a record is always written before its data.
  const isMade = existsSync(data);
  let record = known ?? (await readRecord(dataRoot));
  if (isMade && !record) {
    throw embeddedError({
      code: 'EMBEDDED_SETTINGS_MISSING',
      message: 'the data of the embedded PostgreSQL is here, but server.json with its password is not',
      file: data,
      hint: 'Put server.json back, or move the folder away: the data is then made anew.',
    });
  }
  record ??= await createRecord(dataRoot, host.home === dataRoot ? null : host.home, user);
  if (!isMade) {
    onProgress('creating the PostgreSQL data directory');
    await initialise(host, data, record, { durable, signal });
  }
  await checkVersion(data, binaries.major);
  await removeDrafts(host.home);
  onProgress('starting PostgreSQL');
  const server = await start(host, data, logOf(dataRoot), { durable, signal });
  // The databases are looked for again: what was true at the last start may no longer be.
  return [{ ...record, databases: [] }, server];
}

/** UTF-8 sorted by code point, by PostgreSQL itself: the same on every system. */
async function createDatabase(server: ConnectionConfig, { database, signal }: EmbeddedOptions): Promise<void> {
  const { openDatabase } = await import('./postgres.ts');
  const opened = openDatabase(server, { max: 1 });
  const db = signal ? opened.until(signal) : opened;
  const quoted = `"${database.replaceAll('"', '""')}"`;
  const locale = "locale_provider builtin builtin_locale 'C.UTF-8' locale 'C'";
  try {
    await db.query(`create database ${quoted} template template0 encoding 'UTF8' ${locale}`);
  } catch (error) {
    // It is there: duplicate_database, or unique_violation when another process was making it.
    if (!(error instanceof DatabaseError && ['42P04', '23505'].includes(error.sqlstate))) throw error;
  } finally {
    await db.close();
  }
}

async function checkVersion(data: string, major: string): Promise<void> {
  const found = (await readFile(join(data, 'PG_VERSION'), 'utf8').catch(() => '')).trim();
  if (found === major) return;
  throw embeddedError({
    code: 'EMBEDDED_VERSION',
    message: 'the data of the embedded PostgreSQL is of another version',
    file: data,
    expected: `PostgreSQL ${major}`,
    found: found === '' ? 'no PG_VERSION' : `PostgreSQL ${found}`,
    hint: 'Use the version of the runner that made it, or move the folder away: the data is then made anew.',
  });
}
