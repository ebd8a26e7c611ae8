import {
  chown,
  mkdir,
  mkdtemp,
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { EXIT, RunnerError } from '../errors.ts';
import { findBinaries } from './embedded-binaries.ts';
import type { Host } from './embedded-host.ts';
import { isAlive, type Postmaster, readPostmaster, whoseProcess } from './embedded-process.ts';
import { runTool, succeeds } from './embedded-run.ts';
import { placesOf } from './embedded-state.ts';

/** What every embedded server is started with. */
const SETTINGS = [
  'listen_addresses=127.0.0.1',
  'unix_socket_directories=',
  'shared_buffers=64MB',
  'jit=off',
  'log_checkpoints=off',
  // Failed statements and their details quote data: they are told to the client that sent them, not written to a file.
  'log_min_messages=log',
  'log_min_error_statement=panic',
  'log_error_verbosity=terse',
];

/** For tests: nothing has to survive a crash of the machine. */
const NOT_DURABLE = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off'];

/** Bytes of log kept from one start to the next. */
const LOG_LIMIT = 1024 * 1024;
const START_ATTEMPTS = 5;
/** Seconds for a start, which after a crash includes the recovery, and for a stop. */
const PATIENCE = 120;

/** Makes the data directory: beside its place, then renamed, so that one that was interrupted is never taken for whole. */
export async function initialise(host: Host, user: string, password: string, durable: boolean): Promise<void> {
  const { data } = placesOf(host.home);
  const draft = await mkdtemp(`${data}.draft-`);
  const fresh = join(draft, 'data');
  const passwordFile = join(draft, 'password');
  try {
    await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
    await mkdir(fresh, { mode: 0o700 });
    const { identity } = host;
    if (identity.kind === 'account') {
      for (const path of [draft, passwordFile, fresh]) await chown(path, identity.uid, identity.gid);
    }
    const locale = ['--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C', '-E', 'UTF8'];
    const access = ['-U', user, '-A', 'scram-sha-256', `--pwfile=${passwordFile}`];
    const sync = durable ? [] : ['--no-sync'];
    const result = await runTool(identity, tool(host, 'initdb'), ['-D', fresh, ...locale, ...access, ...sync]);
    if (!result.ok) throw failure('EMBEDDED_INIT_FAILED', 'initdb failed', result.output, host.home);
    await rename(fresh, data);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

/** What a making that was killed has left in `folder`. */
export async function removeDrafts(folder: string): Promise<void> {
  for (const entry of await readdir(folder)) {
    if (!entry.startsWith('postgres.draft')) continue;
    // An initdb that outlived its runner may still be writing there; the next start tries again.
    await rm(join(folder, entry), { recursive: true, force: true }).catch(() => undefined);
  }
}

/**
 * Starts the server, which outlives the runner, and returns its port: `lastPort` where that is still free.
 * @throws RunnerError `EMBEDDED_START_FAILED`
 */
export async function start(host: Host, lastPort: number | null, durable: boolean): Promise<number> {
  const { data, log } = placesOf(host.home);
  await prepareLog(host, log);
  let reason = '';
  for (let attempt = 0; attempt < START_ATTEMPTS; attempt += 1) {
    const port = (attempt === 0 && lastPort !== null && (await freePort(lastPort))) || (await freePort(0));
    const from = (await stat(log)).size;
    const settings = [...SETTINGS, ...(durable ? [] : NOT_DURABLE)].map((setting) => `-c ${setting}`).join(' ');
    const flags = ['-D', data, '-l', log, '-w', '-t', String(PATIENCE), '-o', `-p ${port} ${settings}`];
    const result = await runTool(host.identity, tool(host, 'pg_ctl'), ['start', ...flags]);
    if (result.ok) return port;
    reason = (await readFile(log, 'utf8')).slice(from) || result.output;
    // Another program took the port, or children of a killed server are still about to end.
    if (!/could not (bind|create)|Address already in use|shared memory block/.test(reason)) break;
    await sleep(300);
  }
  throw failure('EMBEDDED_START_FAILED', 'it did not start', reason, host.home);
}

/** Stops the server and waits for its end; a second, harder request follows when the first is not obeyed. */
export async function stop(postmaster: Postmaster, data: string): Promise<boolean> {
  const gone = async (): Promise<boolean> => {
    const now = await readPostmaster(data);
    return now?.pid !== postmaster.pid || !isAlive(postmaster.pid) || (await whoseProcess(now, data)) === 'other';
  };
  if (process.platform === 'win32') {
    const { native } = await findBinaries();
    const flags = ['-D', data, '-m', 'fast', '-w', '-t', String(PATIENCE)];
    return succeeds({ kind: 'self' }, tool({ native }, 'pg_ctl'), ['stop', ...flags]);
  }
  // As a signal, which needs no identity: fast shutdown, then immediate.
  for (const signal of ['SIGINT', 'SIGQUIT'] as const) {
    process.kill(postmaster.pid, signal);
    for (let wait = 0; wait < PATIENCE * 10; wait += 1) {
      if (await gone()) return true;
      await sleep(25);
    }
  }
  return false;
}

function tool(host: { readonly native: string }, name: string): string {
  return join(host.native, 'bin', process.platform === 'win32' ? `${name}.exe` : name);
}

/** The log is written by the server: it exists and is the server's before, in a folder that may not be. */
async function prepareLog(host: Host, log: string): Promise<void> {
  await (await open(log, 'a', 0o600)).close();
  if (host.identity.kind === 'account') await chown(log, host.identity.uid, host.identity.gid);
  if ((await stat(log)).size > LOG_LIMIT) await truncate(log);
}

/** `wanted` when it is free, or any free port for 0; 0 when there is none. */
function freePort(wanted: number): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(0));
    server.listen(wanted, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}

function failure(code: string, what: string, output: string, home: string): RunnerError {
  const lines = output.trim().split('\n').slice(-8).join('\n');
  return new RunnerError(
    {
      code,
      message: `the embedded PostgreSQL cannot be used: ${what}`,
      file: placesOf(home).log,
      found: lines,
      hint: 'See the last lines of the log. To use another server, set PGHOST.',
    },
    EXIT.failed,
  );
}
