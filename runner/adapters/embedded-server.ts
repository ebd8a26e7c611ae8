import { type ChildProcess, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { open, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pause } from '../util/again.ts';
import { embeddedError } from './embedded-binaries.ts';
import { commandOf, give, type Host, makeWhole, run } from './embedded-host.ts';
import { findServer, read, removeStalePid, type Server } from './embedded-pid.ts';
import type { ServerRecord } from './embedded-record.ts';

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
const START_ATTEMPTS = 4;
/** Looks, two minutes, for a start, which after a crash includes the recovery, and for a stop; milliseconds in between. */
const MAX_LOOKS = 4_800;
const POLL = 25;

export interface StartOptions {
  readonly durable: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** Makes the data directory `data`. @throws RunnerError `EMBEDDED_INIT_FAILED` */
export async function initialise(
  host: Host,
  data: string,
  record: ServerRecord,
  { durable, signal }: StartOptions,
): Promise<void> {
  await makeWhole(data, async (draft) => {
    const passwordFile = join(draft, 'password');
    await writeFile(passwordFile, `${record.password}\n`, { mode: 0o600 });
    await give(host, draft);
    const locale = ['--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C', '-E', 'UTF8'];
    const access = ['-U', record.user, '-A', 'scram-sha-256', `--pwfile=${passwordFile}`];
    const flags = ['-D', join(draft, 'made'), ...locale, ...access, ...(durable ? [] : ['--no-sync'])];
    const failed = await run(host, join(host.native, 'bin', 'initdb'), flags, signal);
    if (failed !== undefined) throw failure('EMBEDDED_INIT_FAILED', 'initdb failed', failed, data);
  });
}

/**
 * Starts a server, which outlives the runner, on the port of the last time or else a free one. PostgreSQL lets only one
 * have the data: when another process was faster, its server is returned.
 * @throws RunnerError `EMBEDDED_START_FAILED`
 */
export async function start(host: Host, data: string, log: string, { durable, signal }: StartOptions): Promise<Server> {
  const settings = [...SETTINGS, ...(durable ? [] : NOT_DURABLE)].flatMap((setting) => ['-c', setting]);
  const lastPort = /"-p" "(\d+)"/.exec(read(join(data, 'postmaster.opts')))?.[1];
  let reason = '';
  for (let attempt = 0; attempt < START_ATTEMPTS; attempt += 1) {
    removeStalePid(data);
    // Whether it is free, PostgreSQL finds out; below what systems give to connections that go out.
    const port = (attempt < 2 && lastPort) || String(randomInt(20_000, 32_000));
    const flags = ['-D', data, '-p', port, ...settings];
    const [file, args, options] = commandOf(host, join(host.native, 'bin', 'postgres'), flags);
    const output = await open(log, 'a', 0o600);
    if ((await output.stat()).size > LOG_LIMIT) await output.truncate();
    const child = spawn(file, args, { ...options, detached: true, stdio: ['ignore', output.fd, output.fd] });
    child.once('error', (error) => {
      reason = error.message;
    });
    child.unref();
    const server = await becomesReady(child, data, signal).finally(() => output.close());
    if (server) return server;
    // Children of a killed server are still about to end, or another program has the port.
    await pause(300, signal);
  }
  throw failure('EMBEDDED_START_FAILED', 'it did not start', reason || (await readFile(log, 'utf8')), log);
}

/**
 * Stops the server, if there is one, and waits for its end.
 * @returns whether there was one
 * @throws RunnerError `EMBEDDED_STOP_FAILED`
 */
export async function stop(data: string, log: string): Promise<boolean> {
  const server = findServer(data);
  if (!server) return false;
  // A fast shutdown. As a signal, which needs no other identity.
  process.kill(server.pid, 'SIGINT');
  for (let look = 0; look < MAX_LOOKS; look += 1) {
    if (findServer(data)?.pid !== server.pid) return true;
    await pause(POLL);
  }
  throw failure('EMBEDDED_STOP_FAILED', `process ${server.pid} does not stop`, await readFile(log, 'utf8'), log);
}

/** `undefined` when the process has ended and no other server is here either, or after two minutes. */
async function becomesReady(
  child: ChildProcess,
  data: string,
  signal: AbortSignal | undefined,
): Promise<Server | undefined> {
  for (let look = 0; look < MAX_LOOKS; look += 1) {
    const over = child.pid === undefined || child.exitCode !== null || child.signalCode !== null;
    const server = findServer(data);
    if (server?.ready) return server;
    if (over && !server) return undefined;
    await pause(POLL, signal);
  }
  return undefined;
}

function failure(code: string, what: string, output: string, file: string): Error {
  return embeddedError({
    code,
    message: `the embedded PostgreSQL cannot be used: ${what}`,
    file,
    found: output.trim().split('\n').slice(-8).join('\n'),
    hint: 'Put right what these lines say, or set PGHOST to use another server.',
  });
}
