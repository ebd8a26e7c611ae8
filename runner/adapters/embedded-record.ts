import { createHash, randomBytes } from 'node:crypto';
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { embeddedError } from './embedded-binaries.ts';

/** What `server.json` remembers. It holds the password, so that only its owner may read it. */
export interface ServerRecord {
  /** Where the data is when not in the data root itself: `outsideOf` it. */
  readonly home: string | null;
  readonly user: string;
  readonly password: string;
  /** The databases known to exist: spares a connection when the server is reused. */
  readonly databases: readonly string[];
}

/** The folder for the data, and a copy of the binaries, of a server whose user can't reach the data root. */
export function outsideOf(dataRoot: string): string {
  const hash = createHash('sha256').update(dataRoot).digest('hex').slice(0, 12);
  return join('/var/lib', `runner-postgres-${hash}`);
}

/**
 * @param dataRoot a real path
 * @returns `undefined` when no server was made here
 * @throws RunnerError `EMBEDDED_SETTINGS_UNREADABLE`; `EMBEDDED_MOVED` when the data is outside of the folder and that
 * of another one, for two folders must not share a server
 */
export async function readRecord(dataRoot: string): Promise<ServerRecord | undefined> {
  const file = join(dataRoot, 'server.json');
  let record: ServerRecord;
  try {
    record = JSON.parse(await readFile(file, 'utf8')) as ServerRecord;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    throw embeddedError({
      code: 'EMBEDDED_SETTINGS_UNREADABLE',
      message: 'cannot read the settings of the embedded PostgreSQL',
      file,
      // Not the message, which quotes the text and with it the password.
      found: code ?? 'something else than the runner wrote',
      hint: 'Run as the user who made them. If they are lost, remove the folder that holds them: the data is made anew.',
    });
  }
  if (record.home === null || record.home === outsideOf(dataRoot)) return record;
  throw embeddedError({
    code: 'EMBEDDED_MOVED',
    message: 'this folder is a copy, or was moved: the data of its embedded PostgreSQL was made for another folder',
    file,
    found: record.home,
    hint: 'Remove server.json to have a server made anew here, or move the folder back to where it was.',
  });
}

/** Writes the first record of a folder. Of several processes one succeeds, and all get what that one has written. */
export async function createRecord(dataRoot: string, home: string | null, user: string): Promise<ServerRecord> {
  const record = { home, user, password: randomBytes(24).toString('base64url'), databases: [] };
  await put(dataRoot, record, link).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  return (await readRecord(dataRoot)) ?? record;
}

export function writeRecord(dataRoot: string, record: ServerRecord): Promise<void> {
  return put(dataRoot, record, rename);
}

/** Written beside, then moved: a reader sees the old record or the new one, whole. */
async function put(dataRoot: string, record: ServerRecord, move: typeof rename): Promise<void> {
  const path = join(dataRoot, 'server.json');
  const draft = `${path}.${randomBytes(8).toString('hex')}`;
  try {
    await writeFile(draft, `${JSON.stringify(record, null, 2)}\n`, { mode: 0o600 });
    await move(draft, path);
  } finally {
    await rm(draft, { force: true });
  }
}
