import { chown, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EXIT, RunnerError } from '../errors.ts';

/** What `server.json` remembers. It holds the password, so that only its owner may read it. */
export interface ServerRecord {
  /** The folder it was written for: tells a copied folder from a moved one. */
  readonly dataRoot: string;
  /** Where data and log are when not in `dataRoot` itself; see embedded-host.ts. */
  readonly home: string | null;
  readonly user: string;
  readonly password: string;
  /** The last port used, tried first at the next start. */
  readonly port: number | null;
  /** The databases known to exist: spares a connection when the server is reused. */
  readonly databases: readonly string[];
}

export interface Places {
  readonly data: string;
  readonly log: string;
}

export function placesOf(home: string): Places {
  return { data: join(home, 'postgres'), log: join(home, 'postgres.log') };
}

/**
 * @param dataRoot a real path
 * @returns `undefined` when no server was made here; also when the folder is a copy of another one whose server has its
 * data outside of it, for two folders must not share a server
 */
export async function readRecord(dataRoot: string): Promise<ServerRecord | undefined> {
  const path = join(dataRoot, 'server.json');
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw unreadable(path, error.message);
  });
  if (text === undefined) return undefined;
  const record = parseRecord(path, text);
  if (record.home !== null && record.dataRoot !== dataRoot && (await exists(join(record.dataRoot, 'server.json')))) {
    return undefined;
  }
  return record;
}

/** Written beside, then renamed: a reader sees the old record or the new one, whole. */
export async function writeRecord(dataRoot: string, record: ServerRecord): Promise<void> {
  const path = join(dataRoot, 'server.json');
  const draft = `${path}.${process.pid}`;
  await writeFile(draft, `${JSON.stringify(record, null, 2)}\n`, { mode: 0o600 });
  // Root must not take it from the user whose folder it is.
  const { uid, gid } = await stat(dataRoot);
  if (process.getuid?.() === 0 && uid !== 0) await chown(draft, uid, gid);
  await rename(draft, path);
}

function parseRecord(path: string, text: string): ServerRecord {
  try {
    const value = JSON.parse(text) as ServerRecord;
    if (typeof value.password === 'string' && Array.isArray(value.databases)) return value;
  } catch {
    // Told below.
  }
  throw unreadable(path, 'it is not what the runner wrote');
}

function unreadable(path: string, why: string): RunnerError {
  return new RunnerError(
    {
      code: 'EMBEDDED_SETTINGS_UNREADABLE',
      message: `cannot read the settings of the embedded PostgreSQL: ${why}`,
      file: path,
      hint: 'Run as the user who made them. If they are lost, remove the folder that holds them: the data is made anew.',
    },
    EXIT.failed,
  );
}

export async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
