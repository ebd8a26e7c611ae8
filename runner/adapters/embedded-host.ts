import { readFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { EXIT, RunnerError } from '../errors.ts';
import type { Binaries } from './embedded-binaries.ts';
import { type Account, copyBinaries, copyData, giveData, makeOutside, ownerOf } from './embedded-outside.ts';
import { type Identity, succeeds } from './embedded-run.ts';
import { placesOf } from './embedded-state.ts';

/** As whom the server runs, where its data is and which binaries it uses. */
export interface Host {
  readonly identity: Identity;
  /** The folder of data and log: the data root, or one outside of it that the server's user can reach. */
  readonly home: string;
  readonly native: string;
}

/**
 * PostgreSQL refuses to run as root. As any other user it simply runs. As root, in this order:
 *  1. data made by another user is served as that user;
 *  2. in a user namespace in which root has the number of another account: the rights on files stay those of root, so
 *     that a folder only root may enter is no obstacle;
 *  3. as an unprivileged account, in place when that one can reach the folder, else with a copy of binaries and data
 *     in a folder of its own.
 * What the choice needs (owner of the data, copies) is put right here; the server must not be running.
 * @param home where the data is now, if there is any
 * @throws RunnerError `EMBEDDED_NO_ACCOUNT` when none of these is possible
 */
export async function prepareHost(dataRoot: string, home: string, binaries: Binaries): Promise<Host> {
  const direct: Host = { identity: { kind: 'self' }, home, native: binaries.native };
  if (process.platform === 'win32' || process.getuid === undefined) return direct;
  const accounts = await readAccounts();
  if (process.getuid() !== 0) {
    if (hasAccount()) return direct;
    // initdb wants a name for its user, which a container started with any number may not have.
    const identity = await findNamespace(accounts, direct.native, home);
    if (identity !== undefined) return { ...direct, identity };
    throw noAccount(`user ${process.getuid()} has no entry in /etc/passwd`);
  }
  const owner = await ownerOf(placesOf(home).data);
  if (owner !== undefined && owner.uid !== 0) {
    const identity: Identity = { kind: 'account', ...owner };
    if (await canServe(identity, binaries.native, home)) return { ...direct, identity };
    if (home !== dataRoot) return { identity, home, native: await copyBinaries(binaries, home, owner) };
  }
  const namespace = await findNamespace(accounts, binaries.native, home);
  if (namespace !== undefined) {
    await giveData(home, { uid: 0, gid: 0 });
    return { ...direct, identity: namespace };
  }
  return prepareAccount(dataRoot, home, binaries, accounts);
}

async function prepareAccount(
  dataRoot: string,
  home: string,
  binaries: Binaries,
  accounts: ReadonlyMap<string, Account>,
): Promise<Host> {
  const account = accounts.get('nobody') ?? accounts.get('daemon') ?? [...accounts.values()][0];
  if (account === undefined) throw noAccount('/etc/passwd names no user but root');
  const identity: Identity = { kind: 'account', ...account };
  if (!(await succeeds(identity, '/bin/sh', ['-c', 'true']))) {
    throw noAccount('root may not take another identity here, and user namespaces are off');
  }
  if (await canServe(identity, binaries.native, home)) {
    await giveData(home, account);
    return { identity, home, native: binaries.native };
  }
  const outside = await makeOutside(dataRoot, account);
  const native = await copyBinaries(binaries, outside, account);
  await copyData(home, outside);
  await giveData(outside, account);
  return { identity, home: outside, native };
}

function hasAccount(): boolean {
  try {
    userInfo();
    return true;
  } catch {
    return false;
  }
}

/** All but root; and but `nobody` of macOS, whose number is below zero. */
async function readAccounts(): Promise<ReadonlyMap<string, Account>> {
  const text = await readFile('/etc/passwd', 'utf8').catch(() => '');
  const fields = text.split('\n').map((line) => line.split(':'));
  return new Map(
    fields.flatMap(([name = '', , uid, gid]) => {
      const account = { uid: Number(uid), gid: Number(gid) };
      return name !== '' && account.uid > 0 && account.gid > 0 ? [[name, account] as const] : [];
    }),
  );
}

/** The number is one that `/etc/passwd` has a name for, 1000 if possible; 65534 is what unknown owners appear as. */
async function findNamespace(
  accounts: ReadonlyMap<string, Account>,
  native: string,
  home: string,
): Promise<Identity | undefined> {
  // For tests: as if the system refused user namespaces.
  if (process.platform !== 'linux' || process.env.RUNNER_EMBEDDED_NO_USERNS === '1') return undefined;
  const usable = [...accounts.values()].filter(({ uid }) => uid !== 65534);
  const account = usable.find(({ uid }) => uid === 1000) ?? usable[0];
  if (account === undefined) return undefined;
  const identity: Identity = { kind: 'namespace', ...account };
  return (await canServe(identity, native, home)) ? identity : undefined;
}

/** Whether the identity can be taken, start the binaries and enter the folder of the data. */
async function canServe(identity: Identity, native: string, home: string): Promise<boolean> {
  // In a namespace the data is made by the server itself, with root's rights; an account is given what is made for it.
  const folder = identity.kind === 'namespace' ? 'test -w "$1" && test -x "$1"' : 'test -x "$1"';
  const script = `"$0" --version >/dev/null && ${folder}`;
  return succeeds(identity, '/bin/sh', ['-c', script, join(native, 'bin', 'initdb'), home]);
}

function noAccount(why: string): RunnerError {
  return new RunnerError(
    {
      code: 'EMBEDDED_NO_ACCOUNT',
      message: `the embedded PostgreSQL cannot run as this user: ${why}`,
      hint: 'Run as a normal user, or set PGHOST to use another server.',
    },
    EXIT.failed,
  );
}
