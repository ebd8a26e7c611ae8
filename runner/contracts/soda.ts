import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import type { ConnectionConfig } from '../adapters/types.ts';
import { ConnectionLost, EXIT, RunnerError } from '../errors.ts';
import { digitsOf } from './number.ts';
import type { ContractResult, Outcome } from './types.ts';
import type { VariableValue } from './variables.ts';

/** The real Soda, in one process with one connection. It sees what is committed. */
export interface SodaEngine {
  /** As Soda tells it: `4.28.0`. */
  readonly version: string;
  /**
   * Verifies one contract. Its transaction has ended when the verdict is there, so that no lock is left.
   * @throws ConnectionLost, after which another contract may be asked for; RunnerError `SODA_FAILED`; the signal's reason
   */
  verify(contract: SodaContract): Promise<SodaVerdict>;
  close(): void;
}

export interface SodaContract {
  /** Shown in Soda's errors. */
  readonly file: string;
  readonly text: string;
  /** What freshness is measured at, and what `${soda.NOW}` stands for. */
  readonly clock: Date;
  readonly variables?: Readonly<Record<string, VariableValue>>;
}

export interface SodaVerdict {
  readonly status: ContractResult['status'];
  readonly checks: readonly SodaCheck[];
  /** What Soda logged as errors, or raised when it could not read the contract. */
  readonly errors: readonly string[];
}

interface SodaCheck {
  readonly path: string;
  readonly outcome: Outcome;
  /** Exact, in digits. */
  readonly value: string | null;
  /** The figures that it was made of, in Soda's words. */
  readonly message: string;
}

export interface SodaOptions {
  /** The Python file that speaks to Soda: `soda/verify.py`. */
  readonly script: string;
  /** Python of the environment in which Soda is installed. */
  readonly python: string;
  readonly connection: ConnectionConfig;
  /** The first part of every contract's dataset. */
  readonly dataSource: string;
  /** Of the session, as the models have it. */
  readonly timezone: string;
  readonly signal?: AbortSignal | undefined;
}

/** What Python and PostgreSQL's library may read of our environment: neither passwords nor the project's secrets. */
const PASSED_ON = /^(PATH|HOME|TMPDIR|LANG|LC_.*|LD_.*|PGSSL.*|SYSTEMROOT)$/;
/** The server notices by itself, in milliseconds, that a process which was ended waits for nothing any more. */
const SERVER_OPTIONS = '-c client_connection_check_interval=1000';
/** Characters kept of what Python says when it ends. */
const LAST_WORDS = 2000;

/** @throws RunnerError `SODA_FAILED` (exit 1) when it can't be started or can't connect */
export async function openSoda(options: SodaOptions): Promise<SodaEngine> {
  const { python, script, connection, dataSource, timezone, signal } = options;
  signal?.throwIfAborted();
  const env = {
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => PASSED_ON.test(name))),
    PGTZ: timezone,
    PGOPTIONS: SERVER_OPTIONS,
  };
  const child = spawn(python, [script], { cwd: dirname(script), env });
  const ask = conversation(child, signal);
  const hello = await ask({ ...connection, dataSource });
  if (typeof hello.version !== 'string') throw failed(String(hello.fatal ?? 'it did not say its version'));
  return {
    version: hello.version,
    verify: async ({ file, text, clock, variables = {} }) => {
      // Before a Z Soda cuts the fraction of a second.
      const now = clock.toISOString().replace('Z', '+00:00');
      const { lost, ...verdict } = await ask({ file, text, variables, now });
      if (lost === true) throw new ConnectionLost('in the middle of a contract that Soda was verifying', {});
      return inDigits(verdict as unknown as SodaVerdict);
    },
    close: () => child.kill(),
  };
}

/** As our engine writes them: Python's 1.0 is 1. */
function inDigits(verdict: SodaVerdict): SodaVerdict {
  const checks = verdict.checks.map((check) => ({ ...check, value: check.value && digitsOf(check.value) }));
  return { ...verdict, checks };
}

type Answer = Readonly<Record<string, unknown>>;

/** One line to the process, one back. */
function conversation(
  child: ChildProcessWithoutNullStreams,
  signal: AbortSignal | undefined,
): (request: unknown) => Promise<Answer> {
  let words = '';
  let waiting: { readonly resolve: (answer: Answer) => void; readonly reject: (error: unknown) => void } | null = null;
  let ended: unknown = null;
  const end = (error: unknown): void => {
    ended ??= error;
    waiting?.reject(ended);
    child.kill();
  };
  signal?.addEventListener('abort', () => end(signal.reason), { once: true });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    words = (words + text).slice(-LAST_WORDS);
  });
  createInterface({ input: child.stdout }).on('line', (line) => {
    try {
      waiting?.resolve(JSON.parse(line) as Answer);
    } catch {
      end(failed(`it answered with something else than JSON: ${line.slice(0, 80)}`));
    }
  });
  // That it reads no more is told by its end.
  child.stdin.on('error', () => undefined);
  child.on('error', (error) => end(failed(error.message)));
  child.on('close', (code, by) => end(failed(words.trim() || `Python ended with ${by ?? `exit code ${code}`}`)));
  return async (request) => {
    if (ended !== null) throw ended;
    const answer = new Promise<Answer>((resolve, reject) => {
      waiting = { resolve, reject };
    });
    child.stdin.write(`${JSON.stringify(request)}\n`);
    return answer.finally(() => {
      waiting = null;
    });
  };
}

function failed(reason: string): RunnerError {
  return new RunnerError(
    {
      code: 'SODA_FAILED',
      message: `the real Soda could not go on: ${reason}`,
      hint: 'Install it anew with npm run soda:install, and see that the server can be reached; what is published was only read.',
    },
    EXIT.failed,
  );
}
