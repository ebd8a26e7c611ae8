import { setTimeout as sleep } from 'node:timers/promises';

export interface AgainOptions {
  /** Whether an error passes, so that trying again is worth it. */
  readonly isPassing: (error: unknown) => boolean;
  /** Attempts after the first; 2 unless told. */
  readonly retries?: number;
  readonly signal?: AbortSignal | undefined;
  /** Told before each further attempt; `attempt` counts from 1. */
  readonly onAgain?: (error: unknown, attempt: number) => void;
}

/** Milliseconds before the second attempt; each later one waits four times longer. */
const FIRST_PAUSE = 200;

/** Does `work` again after an error that passes. Only for what may be done twice. */
export async function again<T>(work: () => Promise<T>, options: AgainOptions): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (!options.isPassing(error) || attempt > (options.retries ?? 2)) throw error;
      options.onAgain?.(error, attempt);
      await pause(FIRST_PAUSE * 4 ** (attempt - 1), options.signal);
    }
  }
}

/** @throws the signal's reason as soon as it comes */
export async function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  await sleep(milliseconds, undefined, signal ? { signal } : {}).catch((error: unknown) => {
    throw signal?.aborted ? signal.reason : error;
  });
}

/** Waits for `work`, but no longer than until the signal comes: then its reason is thrown, and `work` is left to itself. */
export async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work;
  if (signal.aborted) {
    // Nobody waits for it any more; how it ends would else be an error that nobody had foreseen.
    void work.catch(() => undefined);
    throw signal.reason;
  }
  let onAbort = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason);
    signal.addEventListener('abort', onAbort);
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
