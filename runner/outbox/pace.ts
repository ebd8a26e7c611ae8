import { pause } from '../util/again.ts';

/** Keeps the requests to one address apart. */
export interface Pace {
  /** Waits until `pace` milliseconds after the last request to the address was answered, in this run or a former one. */
  turn(address: string, pace: number): Promise<void>;
  /** A request to the address was answered, or given up. */
  done(address: string): void;
}

/** @param sinceLast milliseconds since the last request of former runs to an address */
export function createPace(sinceLast: (address: string) => Promise<number | undefined>, signal: AbortSignal): Pace {
  const answered = new Map<string, number>();
  return {
    async turn(address, pace) {
      const now = performance.now();
      const last = answered.get(address) ?? now - ((await sinceLast(address)) ?? pace);
      answered.set(address, last);
      // A timer may fire a little early.
      for (let rest = last + pace - now; rest > 0; rest = last + pace - performance.now())
        await pause(Math.ceil(rest), signal);
      signal.throwIfAborted();
    },
    done: (address) => void answered.set(address, performance.now()),
  };
}
