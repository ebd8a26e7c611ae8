import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { Ended } from './cli.ts';

type Host = ChildProcessByStdio<Writable, Readable, Readable>;

const HOST = fileURLToPath(new URL('warm-host.mjs', import.meta.url));
/** Those of this test file that wait for a call. */
const idle: Host[] = [];

/**
 * The real command line with a folder, an environment and outputs of its own, in a process that has run others before:
 * to load the runner anew takes most of a short call. As a process does, it ends when nothing is left open.
 */
export async function runWarm(
  dir: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Ended> {
  const host = idle.pop() ?? startHost();
  const ended = await call(host, { dir, args, env });
  if (host.exitCode === null && host.signalCode === null) idle.push(host);
  return ended;
}

function startHost(): Host {
  const host = spawn(process.execPath, [HOST], { env: { PATH: process.env.PATH ?? '' }, stdio: 'pipe' });
  // They end with the process of the tests.
  for (const part of [host, host.stdin, host.stdout, host.stderr]) (part as Socket).unref();
  host.once('close', () => {
    if (idle.includes(host)) idle.splice(idle.indexOf(host), 1);
  });
  return host;
}

function call(host: Host, given: object): Promise<Ended> {
  const mark = `\0${randomUUID()}`;
  return new Promise((resolve) => {
    let [stdout, stderr] = ['', ''];
    const settle = (code: number): void => {
      host.stdout.removeAllListeners('data');
      host.stderr.removeAllListeners('data');
      host.off('close', killed);
      resolve({ code, stdout: stdout.split(mark)[0] ?? '', stderr: stderr.split(mark)[0] ?? '' });
    };
    const killed = (code: number | null): void => settle(code ?? -1);
    const look = (): void => {
      const [, code] = stdout.split(mark);
      if (code?.endsWith(';') && stderr.endsWith(mark)) settle(Number.parseInt(code, 10));
    };
    host.once('close', killed);
    host.stdout.setEncoding('utf8').on('data', (piece: string) => {
      stdout += piece;
      look();
    });
    host.stderr.setEncoding('utf8').on('data', (piece: string) => {
      stderr += piece;
      look();
    });
    host.stdin.write(`${JSON.stringify({ ...given, mark })}\n`);
  });
}
