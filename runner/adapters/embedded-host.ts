import { execFile, type SpawnOptions } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chown, cp, lchown, mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Binaries, embeddedError } from './embedded-binaries.ts';
import { outsideOf, type ServerRecord } from './embedded-record.ts';

/** As whom the programs of PostgreSQL run, where they are and where the data is. */
export interface Host {
  /** The folder of the data: the data root, or the one outside of it. */
  readonly home: string;
  /** The folder with `bin`, `lib` and `share`. */
  readonly native: string;
  /** What comes before a command: `unshare` with its options, or nothing. */
  readonly prefix: readonly string[];
  /** The account to run as, when not the runner's own. */
  readonly account?: { readonly uid: number; readonly gid: number };
}

/**
 * PostgreSQL refuses to run as root. As any other user it simply runs. As root, in this order:
 *  1. in a user namespace in which root has another number: the rights on files stay those of root as their owner, so
 *     that a folder only root may enter is no obstacle;
 *  2. where that is not possible, as `nobody`, with data and a copy of the binaries in a folder of its own.
 * Data that was made in one of the two ways stays with it.
 * @throws RunnerError `EMBEDDED_ROOT_REFUSED` when that way is no longer possible, or none is
 */
export async function findHost(dataRoot: string, record: ServerRecord | undefined, binaries: Binaries): Promise<Host> {
  const direct: Host = { home: dataRoot, native: binaries.native, prefix: [] };
  const uid = process.getuid?.();
  const passwd = await readFile('/etc/passwd', 'utf8').catch(() => '');
  const isNamed = (id: number): boolean => new RegExp(`^[^:]+:[^:]*:${id}:`, 'm').test(passwd);
  // initdb wants a name for its user, which a container started with any number may not have.
  if (uid === undefined || (uid !== 0 && isNamed(uid))) return direct;
  if (!record?.home) {
    const id = isNamed(1000) ? 1000 : 65_534;
    const inside: Host = { ...direct, prefix: ['unshare', '--user', `--map-user=${id}`, `--map-group=${id}`] };
    if (await canServe(inside)) return inside;
    if (uid !== 0) return direct;
    if (record) throw refused(dataRoot, 'its data needs user namespaces, which are off, or is that of another user');
  }
  try {
    const [, user, group] = /^nobody:[^:]*:(\d+):(\d+):/m.exec(passwd) ?? [];
    if (!user || !group) throw new Error('/etc/passwd does not name it');
    return await prepareOutside(outsideOf(dataRoot), { uid: Number(user), gid: Number(group) }, binaries);
  } catch (error) {
    throw refused(dataRoot, `user namespaces are off, and nobody cannot run it either: ${(error as Error).message}`);
  }
}

/** Runs a program to its end. @returns `undefined` when it succeeded, else what it said or why it could not be started */
export function run(
  host: Host,
  program: string,
  args: readonly string[],
  signal?: AbortSignal,
): Promise<string | undefined> {
  const [file, rest, options] = commandOf(host, program, args);
  return new Promise((resolve) => {
    execFile(file, rest, { ...options, ...(signal && { signal }) }, (error, stdout, stderr) =>
      resolve(error ? `${stdout}${stderr}` || error.message : undefined),
    );
  });
}

/** A command as `node:child_process` takes it. */
export function commandOf(
  { prefix, account }: Host,
  program: string,
  args: readonly string[],
): readonly [string, readonly string[], SpawnOptions] {
  const [file = program, ...rest] = [...prefix, program, ...args];
  // The server lives on after the run: it gets none of the secrets, nor a PGDATA or PGPORT meant for others.
  const kept = ['PATH', 'TMPDIR', 'TEMP', 'SystemRoot'].map((name) => [name, process.env[name]]);
  // The folder is one that every user may enter.
  return [file, rest, { cwd: '/', env: { ...Object.fromEntries(kept), LC_ALL: 'C' }, ...account }];
}

/**
 * Makes the folder `target` whole or not at all: as `made` in a draft folder beside it, then renamed. When another
 * process is faster, its folder is as good.
 */
export async function makeWhole(target: string, make: (draft: string) => Promise<void>): Promise<void> {
  if (existsSync(target)) return;
  const draft = await mkdtemp(join(dirname(target), 'draft-'));
  try {
    await make(draft);
    await rename(join(draft, 'made'), target);
  } catch (error) {
    if (!existsSync(target)) throw error;
  } finally {
    await rm(draft, { recursive: true, force: true }).catch(() => undefined);
  }
}

/** What a making that was killed has left; once all is made, nobody needs a draft any more. */
export async function removeDrafts(folder: string): Promise<void> {
  for (const entry of await readdir(folder)) {
    // One that is still written to can't be removed; the next start tries again.
    if (entry.startsWith('draft-')) await rm(join(folder, entry), { recursive: true }).catch(() => undefined);
  }
}

/** Makes a folder and all in it belong to the account that the server runs as. */
export async function give({ account }: Host, folder: string): Promise<void> {
  if (!account) return;
  for (const entry of ['', ...(await readdir(folder, { recursive: true }))]) {
    await lchown(join(folder, entry), account.uid, account.gid);
  }
}

/** Whether it can be run so, start the binaries and write into the folder of the data. */
async function canServe(host: Host): Promise<boolean> {
  // For tests: as if the system refused user namespaces.
  if (process.env.RUNNER_EMBEDDED_NO_USERNS === '1') return false;
  const args = ['-c', '"$0" --version && test -w "$1" && test -x "$1"', join(host.native, 'bin', 'initdb'), host.home];
  return (await run(host, '/bin/sh', args)) === undefined;
}

async function prepareOutside(home: string, account: Required<Host>['account'], binaries: Binaries): Promise<Host> {
  await mkdir(home, { recursive: true, mode: 0o700 });
  const host: Host = { home, native: join(home, `native-${binaries.version}`), prefix: [], account };
  await chown(home, account.uid, account.gid);
  await makeWhole(host.native, async (draft) => {
    await cp(binaries.native, join(draft, 'made'), { recursive: true, verbatimSymlinks: true });
    await give(host, draft);
  });
  return host;
}

function refused(dataRoot: string, why: string): Error {
  return embeddedError({
    code: 'EMBEDDED_ROOT_REFUSED',
    message: `the embedded PostgreSQL cannot be run by root here: ${why}`,
    file: dataRoot,
    hint: 'Run as the owner of the folder, allow user namespaces (unshare --user), or set PGHOST to use another server.',
  });
}
