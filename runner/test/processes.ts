import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { ConnectionConfig, Session } from '../adapters/types.ts';
import { ROOT, type Workplace, workplace } from './cli.ts';

/** A command line that is under way, leader of a process group of its own, as one started from a terminal. */
export interface Running {
  readonly pid: number;
  /** Until it has written something, or has ended. */
  readonly spoke: Promise<void>;
  /** What it has written so far, on both outputs. */
  readonly output: () => string;
  /** `code` is that of a shell: 128 + the number of the signal that ended it. */
  readonly ended: Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }>;
  kill(signal: NodeJS.Signals): void;
  /** As a terminal does with Ctrl-C: to the whole group. */
  killGroup(signal: NodeJS.Signals): void;
}

const NUMBERS: Readonly<Record<string, number>> = { SIGINT: 2, SIGKILL: 9, SIGTERM: 15 };

export function startProcess(
  command: readonly string[],
  options: { readonly cwd: string; readonly env: Readonly<Record<string, string>> },
): Running {
  const [file = '', ...args] = command;
  const child = spawn(file, args, { ...options, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (piece: Buffer) => (stdout += piece));
  child.stderr.on('data', (piece: Buffer) => (stderr += piece));
  const pid = child.pid ?? 0;
  const spoke = new Promise<void>((resolve) => {
    child.stdout.once('data', () => resolve());
    child.once('close', () => resolve());
  });
  return {
    pid,
    spoke,
    output: () => stdout + stderr,
    ended: new Promise((resolve) => {
      child.on('close', (code, signal) =>
        resolve({ code: code ?? 128 + (NUMBERS[signal ?? ''] ?? 0), stdout, stderr }),
      );
    }),
    // Of one that has ended, another process may have the number.
    kill: (signal) => void child.kill(signal),
    killGroup: (signal) => void process.kill(-pid, signal),
  };
}

/** The runner in the folder and on the database of a place, or where `env` says. */
export function startRunner(
  place: Workplace,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Running {
  const command = [process.execPath, join(ROOT, 'bin', 'runner.mjs'), ...args];
  return startProcess(command, { cwd: place.dir, env: { ...place.env, ...env } });
}

export interface GatePlace extends Workplace {
  /** Starts the runner on the place's database, or where `env` says. */
  start(args: readonly string[], env?: Readonly<Record<string, string>>): Running;
  /** Does `work` while the model `slow` cannot be built; `open` lets it. */
  closed<T>(work: (open: () => Promise<void>) => Promise<T>): Promise<T>;
  /** Waits until `count` statements wait for the gate; returns their server processes. */
  waitAtGate(count?: number): Promise<readonly string[]>;
  /** Waits until no runner is connected any more. */
  waitUntilGone(): Promise<void>;
}

/** The variables that make the command line work on a database. */
export function serverEnv({ host, port, user, password = '', database }: ConnectionConfig): Record<string, string> {
  return {
    PATH: process.env.PATH ?? '',
    PGHOST: host,
    PGPORT: String(port),
    PGUSER: user,
    PGPASSWORD: password,
    PGDATABASE: database,
  };
}

/** A copy of the project `gate`, whose model `slow` waits for a lock that the test may hold. */
export async function gatePlace(): Promise<GatePlace> {
  const from = join(ROOT, 'runner/test/fixtures/gate');
  const place = await workplace(from, ['project.yml', 'models', 'sources']);
  const blocked = `select pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'
    and pid in (select pid from pg_locks where locktype = 'advisory' and not granted and objid = 7)`;
  return {
    ...place,
    start: (args, more) => startRunner(place, args, more),
    closed: (work) =>
      place.db.connection(async (session: Session) => {
        await session.query('select pg_advisory_lock(7)');
        return work(async () => void (await session.query('select pg_advisory_unlock(7)')));
      }),
    async waitAtGate(count = 1) {
      await expect.poll(async () => (await place.rows(blocked)).length, { timeout: 30_000 }).toBe(count);
      return (await place.rows(blocked)).map(([pid]) => pid ?? '');
    },
    async waitUntilGone() {
      const runners = `select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and application_name like 'runner %'`;
      await expect.poll(async () => (await place.rows(runners))[0]?.[0], { timeout: 30_000 }).toBe('0');
    },
  };
}
