import { randomBytes } from 'node:crypto';
import { readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { EXIT, RunnerError } from '../errors.ts';
import { isAlive } from './embedded-process.ts';

/** Milliseconds: between two looks at a lock that another process holds, and between two signs of life of its holder. */
const POLL = 50;
const HEARTBEAT = 2_000;
/** Looks at a lock without any sign of life, half a minute, before its holder counts as gone. */
const SILENT_LOOKS = 600;
/** Looks before giving up, five minutes. */
const MAX_LOOKS = 6_000;

interface Holder {
  readonly pid: number;
  readonly host: string;
  readonly token: string;
}

/**
 * Runs `work` while no other process is in here for the same `path`. A lock left by a process that died is taken over.
 * @throws RunnerError `EMBEDDED_LOCKED` when another process keeps it for minutes
 */
export async function withLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  const holder: Holder = { pid: process.pid, host: hostname(), token: randomBytes(8).toString('hex') };
  await acquire(path, holder);
  const heartbeat = setInterval(() => {
    const now = new Date();
    utimes(path, now, now).catch(() => undefined);
  }, HEARTBEAT);
  heartbeat.unref();
  try {
    return await work();
  } finally {
    clearInterval(heartbeat);
    if ((await readHolder(path))?.token === holder.token) await rm(path, { force: true });
  }
}

async function acquire(path: string, holder: Holder): Promise<void> {
  let silent = 0;
  let seen = '';
  for (let look = 0; look < MAX_LOOKS; look += 1) {
    if (await create(path, JSON.stringify(holder))) return;
    const other = await readHolder(path);
    const sign = `${other?.token} ${await modified(path)}`;
    silent = sign === seen ? silent + 1 : 0;
    seen = sign;
    const dead = other !== undefined && other.host === holder.host && !isAlive(other.pid);
    if (dead || silent > SILENT_LOOKS) await takeAway(path, other);
    else await sleep(POLL);
  }
  throw new RunnerError(
    {
      code: 'EMBEDDED_LOCKED',
      message: 'another process has been starting or stopping the embedded PostgreSQL for minutes',
      file: path,
      hint: 'Wait for it. If there is none, remove the file.',
    },
    EXIT.failed,
  );
}

/** Two that wait may both find the holder dead: only the one that makes the marker removes that very lock. */
async function takeAway(path: string, dead: Holder | undefined): Promise<void> {
  const marker = `${path}.${dead?.token ?? 'unreadable'}`;
  if (!(await create(marker, ''))) {
    // Being done by another, unless that one died in here.
    if (Date.now() - (await modified(marker)) > SILENT_LOOKS * POLL) await rm(marker, { force: true });
    await sleep(POLL);
    return;
  }
  if ((await readHolder(path))?.token === dead?.token) await rm(path, { force: true });
  await rm(marker, { force: true });
}

async function create(path: string, content: string): Promise<boolean> {
  try {
    await writeFile(path, content, { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** `undefined`: no lock, or one just being written. */
async function readHolder(path: string): Promise<Holder | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Holder;
  } catch {
    return undefined;
  }
}

async function modified(path: string): Promise<number> {
  return stat(path).then(
    (found) => found.mtimeMs,
    () => 0,
  );
}
