import { constants } from 'node:fs';
import { access, mkdir, realpath, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { EXIT, RunnerError } from '../errors.ts';
import { prepareData } from './embedded-data.ts';
import { withLock } from './embedded-lock.ts';
import { awaitServer, findRunning, type Postmaster } from './embedded-process.ts';
import { start, stop } from './embedded-server.ts';
import { exists, placesOf, readRecord, type ServerRecord, writeRecord } from './embedded-state.ts';
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
}

export interface EmbeddedStatus {
  readonly state: 'absent' | 'stopped' | 'running';
  /** When running: how to connect to `database`. */
  readonly config?: ConnectionConfig;
}

/**
 * The embedded server, running: reused, or started, or first made. It goes on running after the runner's end.
 * @throws RunnerError with a code `EMBEDDED_…`, exit code 1
 */
export async function ensureEmbedded(options: EmbeddedOptions): Promise<ConnectionConfig> {
  const dataRoot = await makeFolder(options.dataRoot);
  const record = await readRecord(dataRoot);
  if (record?.databases.includes(options.database)) {
    const postmaster = await findRunning(dataOf(dataRoot, record));
    if (postmaster !== undefined) return connection(record, postmaster, options.database);
  }
  return withLock(lockOf(dataRoot), () => bringUp(dataRoot, options));
}

/** @returns whether there was a running server */
export async function stopEmbedded(dataRoot: string): Promise<boolean> {
  if (!(await exists(join(dataRoot, 'server.json')))) return false;
  const root = await realpath(dataRoot);
  return withLock(lockOf(root), () => bringDown(root));
}

/** Stops the server and removes its data, log and settings, wherever they are. */
export async function removeEmbedded(dataRoot: string): Promise<void> {
  if (!(await exists(dataRoot))) return;
  const root = await realpath(dataRoot);
  await withLock(lockOf(root), async () => {
    await bringDown(root);
    const home = (await readRecord(root))?.home ?? null;
    if (home !== null) await rm(home, { recursive: true, force: true });
    const { data, log } = placesOf(root);
    for (const path of [join(root, 'server.json'), data, log]) await rm(path, { recursive: true, force: true });
  });
}

/** Looks only: nothing is started, and nobody is waited for. */
export async function embeddedStatus(dataRoot: string, database: string): Promise<EmbeddedStatus> {
  const root = await realpath(dataRoot).catch(() => undefined);
  const record = root === undefined ? undefined : await readRecord(root);
  if (root === undefined || record === undefined) return { state: 'absent' };
  const data = dataOf(root, record);
  if (!(await exists(data))) return { state: 'absent' };
  const postmaster = await findRunning(data);
  if (postmaster === undefined) return { state: 'stopped' };
  return { state: 'running', config: connection(record, postmaster, database) };
}

async function makeFolder(path: string): Promise<string> {
  try {
    await mkdir(path, { recursive: true });
    await access(path, constants.W_OK);
    return await realpath(path);
  } catch (error) {
    throw new RunnerError(
      {
        code: 'EMBEDDED_FOLDER_UNUSABLE',
        message: `the folder of the embedded PostgreSQL cannot be used: ${(error as Error).message}`,
        file: path,
        hint: 'Make it writable for this user, or set PGHOST to use another server.',
      },
      EXIT.failed,
    );
  }
}

function lockOf(dataRoot: string): string {
  return join(dataRoot, 'server.lock');
}

function dataOf(dataRoot: string, record: ServerRecord): string {
  return placesOf(record.home ?? dataRoot).data;
}

function connection(record: ServerRecord, postmaster: Postmaster, database: string): ConnectionConfig {
  return { host: '127.0.0.1', port: postmaster.port, user: record.user, password: record.password, database };
}

async function bringUp(dataRoot: string, options: EmbeddedOptions): Promise<ConnectionConfig> {
  const { durable = true, user = 'runner', onProgress = () => undefined } = options;
  let record = await readRecord(dataRoot);
  let postmaster = record === undefined ? undefined : await awaitServer(dataOf(dataRoot, record));
  if (record === undefined || postmaster === undefined) {
    const prepared = await prepareData(dataRoot, { durable, user, onProgress });
    onProgress('starting PostgreSQL');
    const port = await start(prepared.host, prepared.record.port, durable);
    // The databases are looked for again: what was true at the last start may no longer be.
    record = { ...prepared.record, port, databases: [] };
    await writeRecord(dataRoot, record);
    postmaster = await awaitServer(dataOf(dataRoot, record));
  }
  if (postmaster === undefined) throw serverGone(dataRoot, record);
  if (!record.databases.includes(options.database)) {
    await createDatabase(connection(record, postmaster, 'postgres'), options.database);
    await writeRecord(dataRoot, { ...record, databases: [...record.databases, options.database] });
  }
  return connection(record, postmaster, options.database);
}

/** UTF-8 sorted by code point, by PostgreSQL itself: the same on every system. */
async function createDatabase(server: ConnectionConfig, name: string): Promise<void> {
  const { openDatabase } = await import('./postgres.ts');
  const db = openDatabase(server, { max: 1 });
  try {
    const found = await db.query('select 1 from pg_database where datname = $1', [name]);
    if (found.rowCount > 0) return;
    const quoted = `"${name.replaceAll('"', '""')}"`;
    const locale = "locale_provider builtin builtin_locale 'C.UTF-8' locale 'C'";
    await db.query(`create database ${quoted} template template0 encoding 'UTF8' ${locale}`);
  } finally {
    await db.close();
  }
}

async function bringDown(dataRoot: string): Promise<boolean> {
  const record = await readRecord(dataRoot);
  if (record === undefined) return false;
  const data = dataOf(dataRoot, record);
  const postmaster = await awaitServer(data);
  if (postmaster === undefined) return false;
  if (await stop(postmaster, data)) return true;
  throw new RunnerError(
    {
      code: 'EMBEDDED_STOP_FAILED',
      message: `the embedded PostgreSQL, process ${postmaster.pid}, does not stop`,
      file: placesOf(record.home ?? dataRoot).log,
      hint: 'See the last lines of the log.',
    },
    EXIT.failed,
  );
}

function serverGone(dataRoot: string, record: ServerRecord): RunnerError {
  return new RunnerError(
    {
      code: 'EMBEDDED_START_FAILED',
      message: 'the embedded PostgreSQL started and ended at once',
      file: placesOf(record.home ?? dataRoot).log,
      hint: 'See the last lines of the log. To use another server, set PGHOST.',
    },
    EXIT.failed,
  );
}
