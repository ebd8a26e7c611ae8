/**
 * A stopwatch for the one command that a process runs: each stage says that it is over, and gets the time since the
 * one before. So the stages add up to the whole, and what two of them do at once counts for the one that waits.
 */
export interface Stopwatch {
  lap(stage: string): void;
  /** Milliseconds by stage, in the order of their first end. */
  laps(): Readonly<Record<string, number>>;
}

/** @param now milliseconds since the start */
export function createStopwatch(now: () => number): Stopwatch {
  const laps = new Map<string, number>();
  let last = 0;
  return {
    lap(stage) {
      const time = now();
      laps.set(stage, (laps.get(stage) ?? 0) + time - last);
      last = time;
    },
    laps: () => Object.fromEntries(laps),
  };
}

/** That of this process, from its start on. */
export const stopwatch: Stopwatch = createStopwatch(() => performance.now());
