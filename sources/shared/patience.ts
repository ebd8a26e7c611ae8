import retry from 'p-retry';
import type { LoaderContext } from '../../runner/landing/types.ts';
import { sourceFault } from './fault.ts';

const VARIABLE = 'SERVICE_RETRIES';

/** How long a service is tried before it counts as failed. */
export interface Patience {
  /** Attempts after the first. */
  readonly retries: number;
  /** Milliseconds before the second attempt, and up to twice that; each later pause is twice as long. */
  readonly pause: number;
  /** Milliseconds that one attempt may take. */
  readonly timeout: number;
  /** Milliseconds for all of it, pauses included. */
  readonly deadline: number;
}

/** An attempt every time the service has had a chance to recover, for two minutes at the most. */
export const PATIENCE: Patience = { retries: 4, pause: 500, timeout: 30_000, deadline: 120_000 };

/**
 * The usual patience, with as many further attempts as `SERVICE_RETRIES` says.
 * @throws a fault when it says no number
 */
export function patienceOf({ env }: Pick<LoaderContext, 'env'>): Patience {
  const text = env(VARIABLE)?.trim();
  if (!text) return PATIENCE;
  if (/^\d{1,2}$/.test(text)) return { ...PATIENCE, retries: Number(text) };
  throw sourceFault(`${VARIABLE} is not a number of attempts.`, {
    code: 'SERVICE_RETRIES',
    place: VARIABLE,
    expected: 'a whole number from 0 to 99',
    found: 'another text',
    hint: `Leave it empty: then a service that fails is tried ${PATIENCE.retries} times more.`,
  });
}

export interface PatienceOptions {
  readonly patience: Patience;
  /** Of the command: when it comes, its reason is thrown. */
  readonly signal?: AbortSignal | undefined;
  readonly notice: (message: string) => void;
}

/** Thrown by an attempt whose failure passes. What is shown to the user in the end is its `cause`. */
export class Passing extends Error {
  /** Milliseconds that the service asks to wait. */
  readonly wait: number;

  constructor(fault: Error, wait = 0) {
    super(fault.message, { cause: fault });
    this.wait = wait;
  }
}

/**
 * Tries until an attempt succeeds, fails with anything but {@link Passing}, or patience ends: at once when the next pause
 * is longer than is left. An attempt that the end cuts short says nothing: the failure before it counts.
 * @param attempt is given a signal that ends it after `timeout`, with a TimeoutError as its reason
 * @throws the `cause` of the last Passing
 */
export async function patiently<T>(
  attempt: (signal: AbortSignal) => Promise<T>,
  { patience, signal, notice }: PatienceOptions,
): Promise<T> {
  const end = Date.now() + patience.deadline;
  let pause = 0;
  let last: Passing | undefined;
  const once = async (): Promise<T> => {
    if (pause > 0) await pauseFor(pause, signal);
    const left = end - Date.now();
    if (last && left <= 0) throw last;
    const limit = AbortSignal.timeout(Math.max(1, Math.min(patience.timeout, left)));
    try {
      return await attempt(signal ? AbortSignal.any([signal, limit]) : limit);
    } catch (error) {
      const isCutShort = error instanceof Passing && limit.aborted && left < patience.timeout;
      throw (isCutShort && last) || error;
    }
  };
  try {
    return await retry(once, {
      retries: patience.retries,
      // The pauses are made above: the library would add its own to what the service asks for.
      minTimeout: 0,
      ...(signal ? { signal } : {}),
      shouldRetry: ({ error, attemptNumber, retriesLeft }) => {
        if (!(error instanceof Passing) || retriesLeft === 0) return false;
        last = error;
        pause = Math.max(error.wait, patience.pause * 2 ** (attemptNumber - 1) * (1 + Math.random()));
        const goesOn = Date.now() + pause < end;
        if (goesOn) notice(`${error.message} Tried again (${attemptNumber} of ${patience.retries}).`);
        return goesOn;
      },
    });
  } catch (error) {
    signal?.throwIfAborted();
    throw error instanceof Passing ? error.cause : error;
  }
}

// runner/outbox/retry-after.ts has the same lines: neither house may import values of the other.
/** No service means longer, whatever it writes: a day, in milliseconds. */
const LONGEST_WAIT = 86_400_000;

/** Milliseconds that a `Retry-After` header asks for, in seconds or as a date, a day at the most; 0 without one. */
export function retryAfter(header: string | null | undefined, now = Date.now()): number {
  const text = header?.trim() ?? '';
  if (/^\d+$/.test(text)) return Math.min(LONGEST_WAIT, Number(text) * 1000);
  const date = Date.parse(text);
  return Number.isNaN(date) ? 0 : Math.min(LONGEST_WAIT, Math.max(0, date - now));
}

/** Whether a status is one that passes: too many requests, a timeout, or a fault of the server. */
export function passes(status: number): boolean {
  return status === 429 || status === 408 || status >= 500;
}

function pauseFor(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    }, milliseconds);
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}
