import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import process from 'node:process';
import { text } from 'node:stream/consumers';
import { stripVTControlCharacters } from 'node:util';

const TIMED = path.join(import.meta.dirname, 'timed.py');

/** A process that did not end in the time given, or ended with another code than 0: what it said last. `limit` is set of the first: the seconds. */
export class ProcessFailed extends Error {
  constructor(command, said, limit) {
    const why = limit ? `did not end within ${limit} s` : 'failed';
    super(`${command} ${why}${said ? `: ${said}` : ''}`);
    this.limit = limit;
  }
}

/**
 * Runs a whole process, from its start to its end.
 * @param limit seconds after which it is killed
 * @returns wall and processor time in seconds, peak memory in MiB, and what it printed
 * @throws ProcessFailed
 */
export async function timed(command, args, { cwd, env = {}, limit = 600, codes = [0] } = {}) {
  const child = spawn('python3', [TIMED, command, ...args], {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    detached: true,
  });
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    process.kill(-child.pid, 'SIGKILL');
  }, limit * 1000);
  const notStarted = once(child, 'error').then(([error]) => {
    throw new Error(`python3, which takes the time, could not be started: ${error.message}`);
  });
  const outputs = Promise.all([child.stdout, child.stderr, child.stdio[3]].map((out) => text(out)));
  const [stdout, stderr, told] = await Promise.race([outputs, notStarted]).finally(() => clearTimeout(timer));
  const name = path.basename(command);
  if (late) throw new ProcessFailed(name, '', limit);
  if (told === '') throw new Error(`timed.py ended without a word on ${name}: ${lastOf(stderr)}`);
  const { seconds, cpu, peakKiB, code } = JSON.parse(told);
  if (!codes.includes(code)) throw new ProcessFailed(`${name} ${args.join(' ')}`, lastOf(stdout + stderr));
  return { seconds, cpu, peak: peakKiB / 1024, stdout, stderr };
}

/** The end of an output, without colours. */
function lastOf(output) {
  return stripVTControlCharacters(output).trim().split('\n').slice(-12).join('\n');
}
