import { createHash } from 'node:crypto';
import { chown, cp, lchown, lstat, mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { EXIT, RunnerError } from '../errors.ts';
import type { Binaries } from './embedded-binaries.ts';
import { succeeds } from './embedded-run.ts';
import { exists, placesOf } from './embedded-state.ts';

export interface Account {
  readonly uid: number;
  readonly gid: number;
}

/** Where a home outside of the data root is tried, in order; the last may not outlive a reboot. */
const PARENTS = ['/var/lib', '/var/tmp', tmpdir()];

/**
 * Makes a folder that `account` can reach and nobody else, named after the data root.
 * @throws RunnerError `EMBEDDED_NO_HOME`
 */
export async function makeOutside(dataRoot: string, account: Account): Promise<string> {
  const hash = createHash('sha256').update(dataRoot).digest('hex').slice(0, 12);
  for (const parent of PARENTS) {
    const home = join(parent, `runner-postgres-${hash}`);
    await mkdir(home, { mode: 0o700 }).catch(() => undefined);
    const found = await lstat(home).catch(() => undefined);
    // A folder, or link, that someone else has put there is not for our data.
    if (found?.isDirectory() !== true || ![0, account.uid].includes(found.uid)) continue;
    await chown(home, account.uid, account.gid);
    if (await succeeds({ kind: 'account', ...account }, '/bin/sh', ['-c', 'test -w "$0"', home])) return home;
  }
  throw new RunnerError(
    {
      code: 'EMBEDDED_NO_HOME',
      message: `no folder was found for the data of the embedded PostgreSQL, tried ${PARENTS.join(', ')}`,
      hint: 'Run as a normal user, or set PGHOST to use another server.',
    },
    EXIT.failed,
  );
}

/** A copy of the binaries in `home`, of this version only. */
export async function copyBinaries(binaries: Binaries, home: string, account: Account): Promise<string> {
  const native = join(home, `native-${binaries.version}`);
  if (await exists(native)) return native;
  for (const entry of await readdir(home)) {
    if (entry.startsWith('native-')) await rm(join(home, entry), { recursive: true, force: true });
  }
  const draft = join(home, 'native-draft');
  await cp(binaries.native, draft, { recursive: true, verbatimSymlinks: true });
  await giveAll(draft, account);
  await rename(draft, native);
  return native;
}

/** Copies the data; the caller removes the old one once it has noted where the new one is. */
export async function copyData(from: string, to: string): Promise<void> {
  const [source, target] = [placesOf(from).data, placesOf(to).data];
  if (source === target || !(await exists(source))) return;
  const draft = join(to, `${basename(target)}.draft`);
  await rm(draft, { recursive: true, force: true });
  await cp(source, draft, { recursive: true, verbatimSymlinks: true });
  await rm(target, { recursive: true, force: true });
  await rename(draft, target);
}

/** PostgreSQL opens a data directory, and its log, only as their owner. */
export async function giveData(home: string, account: Account): Promise<void> {
  const { data, log } = placesOf(home);
  const owner = await ownerOf(data);
  if (owner !== undefined && owner.uid !== account.uid) await giveAll(data, account);
  if (await exists(log)) await chown(log, account.uid, account.gid);
}

export async function ownerOf(path: string): Promise<Account | undefined> {
  return stat(path).then(
    ({ uid, gid }) => ({ uid, gid }),
    () => undefined,
  );
}

/** The folder itself comes last: when this is interrupted, its owner still tells that it has to be done again. */
async function giveAll(folder: string, account: Account): Promise<void> {
  for (const entry of await readdir(folder, { recursive: true })) {
    await lchown(join(folder, entry), account.uid, account.gid);
  }
  await chown(folder, account.uid, account.gid);
}
