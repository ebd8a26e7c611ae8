import { execFile } from 'node:child_process';
import { readFile, realpath, rm, stat } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { exists } from './embedded-state.ts';

/** The server's own `postmaster.pid`. */
export interface Postmaster {
  readonly pid: number;
  readonly data: string;
  readonly port: number;
  readonly ready: boolean;
}

export async function readPostmaster(data: string): Promise<Postmaster | undefined> {
  const text = await readFile(join(data, 'postmaster.pid'), 'utf8').catch(() => '');
  const lines = text.split('\n').map((line) => line.trim());
  const pid = Number(lines[0]);
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  return { pid, data: lines[1] ?? '', port: Number(lines[3]), ready: lines[7] === 'ready' };
}

/** The server of this data directory when it runs and takes connections. A look, without a connection on most systems. */
export async function findRunning(data: string): Promise<Postmaster | undefined> {
  const postmaster = await readPostmaster(data);
  if (postmaster?.ready !== true) return undefined;
  const whose = await whoseProcess(postmaster, data);
  if (whose === 'unknown') return (await listens(postmaster.port)) ? postmaster : undefined;
  return whose === 'ours' ? postmaster : undefined;
}

/**
 * Waits, two minutes at most, for a server that is on its way up or down. A `postmaster.pid` left by one that was killed is
 * removed when its number has gone to another process, for then PostgreSQL would refuse to start.
 */
export async function awaitServer(data: string): Promise<Postmaster | undefined> {
  for (let look = 0; look < 2_400; look += 1) {
    const running = await findRunning(data);
    if (running !== undefined) return running;
    const postmaster = await readPostmaster(data);
    if (postmaster === undefined) return undefined;
    const whose = await whoseProcess(postmaster, data);
    if (whose === 'other') await rm(join(data, 'postmaster.pid'), { force: true });
    if (whose !== 'ours') return undefined;
    await sleep(50);
  }
  return undefined;
}

/**
 * Whether the process that `postmaster.pid` names is the server of this data directory. After a crash or a reboot the
 * number may belong to any other process, and in a copied folder to the server of the original. `unknown`: this
 * system does not tell.
 */
export async function whoseProcess(postmaster: Postmaster, data: string): Promise<'ours' | 'other' | 'unknown'> {
  if (!isAlive(postmaster.pid)) return 'other';
  if (process.platform === 'linux') return linuxProcess(postmaster, data);
  if (!(await samePlace(postmaster.data, data).catch(() => false))) return 'other';
  if (process.platform === 'win32') return 'unknown';
  const command = await new Promise<string>((resolve) => {
    execFile('ps', ['-o', 'command=', '-p', String(postmaster.pid)], (_error, stdout) => resolve(stdout));
  });
  return command.includes('postgres') ? 'ours' : 'other';
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** A PostgreSQL server works inside its data directory. Where that is hidden (another user's), its command names it. */
async function linuxProcess(postmaster: Postmaster, data: string): Promise<'ours' | 'other' | 'unknown'> {
  const proc = `/proc/${postmaster.pid}`;
  try {
    return (await samePlace(`${proc}/cwd`, data)) ? 'ours' : 'other';
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return (await exists('/proc/self')) ? 'other' : 'unknown';
  }
  const command = await readFile(`${proc}/cmdline`, 'utf8').catch(() => '');
  const real = await realpath(data);
  return command.split('\0').includes(postmaster.data) && postmaster.data === real ? 'ours' : 'other';
}

/** @throws the system's error when `first` can't be looked at for another reason than being absent */
async function samePlace(first: string, second: string): Promise<boolean> {
  const [one, two] = await Promise.all([stat(first), stat(second)]);
  return one.dev === two.dev && one.ino === two.ino;
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
