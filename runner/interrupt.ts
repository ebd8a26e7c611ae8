import { Cancelled } from './errors.ts';

export interface Interrupts {
  /** Comes with the first SIGINT or SIGTERM, with a Cancelled as its reason. */
  readonly signal: AbortSignal;
  /** Waits for `work`; once the signal has come, not for long, for it may not listen to it. */
  endsSoon<T>(work: Promise<T>): Promise<T>;
  /** What is left behind, such as a request that a loader still waits for, is not waited for either. */
  close(): void;
}

export interface InterruptOptions {
  /** The first signal. */
  readonly onFirst: (reason: Cancelled) => void;
  /** Ends the process: called at a second signal, from someone who does not want to wait. */
  readonly exit: (code: number) => void;
  /** Where the signals come from; the process unless told. */
  readonly source?: Pick<NodeJS.Process, 'on' | 'off'>;
  /** The time in milliseconds. */
  readonly now?: () => number;
  /** Milliseconds that a command has to end once it is told to; 15 s unless told. */
  readonly grace?: number;
}

/**
 * Milliseconds in which another signal is the same key press: a terminal sends Ctrl-C to npm and to what it runs, and
 * npm passes it on.
 */
const SAME_PRESS = 1_000;
/** Milliseconds that what a command leaves behind has after its end. */
const LEFT_BEHIND = 1_000;

/** Turns SIGINT and SIGTERM into an abort signal. */
export function listenForInterrupts(options: InterruptOptions): Interrupts {
  const { onFirst, exit, source = process, now = () => performance.now(), grace = 15_000 } = options;
  const controller = new AbortController();
  const { signal } = controller;
  let first = 0;
  const on = (name: Cancelled['signal']): void => {
    const reason = new Cancelled(name);
    if (!signal.aborted) {
      first = now();
      onFirst(reason);
      controller.abort(reason);
    } else if (now() - first >= SAME_PRESS) exit(reason.exitCode);
  };
  source.on('SIGINT', on);
  source.on('SIGTERM', on);
  return {
    signal,
    async endsSoon(work) {
      let timer: NodeJS.Timeout | undefined;
      const over = new Promise<never>((_, reject) => {
        const giveUp = (): void => {
          timer = setTimeout(() => reject(signal.reason), grace);
        };
        if (signal.aborted) giveUp();
        else signal.addEventListener('abort', giveUp, { once: true });
      });
      return Promise.race([work, over]).finally(() => clearTimeout(timer));
    },
    close() {
      if (signal.aborted) {
        // Still listening: the same press, passed on late, must not change how the process ends.
        setTimeout(() => exit((signal.reason as Cancelled).exitCode), LEFT_BEHIND).unref();
        return;
      }
      source.off('SIGINT', on);
      source.off('SIGTERM', on);
    },
  };
}
