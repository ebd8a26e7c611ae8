import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { PATIENCE, Passing, type PatienceOptions, patienceOf, patiently, retryAfter } from './patience.ts';

const notices: string[] = [];
const options = (fields: Partial<PatienceOptions['patience']> = {}, signal?: AbortSignal): PatienceOptions => ({
  patience: { ...PATIENCE, pause: 1, ...fields },
  notice: (message) => notices.push(message),
  signal,
});

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(Math, 'random').mockReturnValue(0);
  // The real one is deaf to the clock of the test.
  vi.spyOn(AbortSignal, 'timeout').mockImplementation((milliseconds) => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(new Error('timeout')), milliseconds);
    return controller.signal;
  });
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** What comes of it in the end, and the milliseconds after which each attempt began and all was over. */
async function timed(
  work: (attempt: number, signal: AbortSignal) => Promise<unknown>,
  own: PatienceOptions,
): Promise<{ readonly outcome: unknown; readonly attempts: readonly number[]; readonly over: number }> {
  const start = Date.now();
  const attempts: number[] = [];
  const trying = patiently((signal) => {
    attempts.push(Date.now() - start);
    return work(attempts.length, signal);
  }, own).catch((error: unknown) => error);
  const ending = trying.then((outcome) => ({ outcome, attempts, over: Date.now() - start }));
  await vi.runAllTimersAsync();
  return ending;
}

const never = (_: number, signal: AbortSignal): Promise<never> =>
  new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(new Passing(signal.reason as Error)));
  });

describe('a service is tried again', () => {
  const fault = new Error('The service answered 503.');
  const failing =
    (times: number, wait = 0) =>
    async (attempt: number): Promise<number> => {
      if (attempt <= times) throw new Passing(fault, wait);
      return attempt;
    };

  it('after failures that pass, and each is told', async () => {
    notices.length = 0;
    expect(await timed(failing(2), options())).toMatchObject({ outcome: 3 });
    expect(notices).toEqual([
      'The service answered 503. Tried again (1 of 4).',
      'The service answered 503. Tried again (2 of 4).',
    ]);
  });

  it('so many times, and then its own fault is thrown', async () => {
    const { outcome, attempts } = await timed(failing(9), options({ retries: 3 }));
    expect(outcome).toBe(fault);
    expect(attempts).toHaveLength(4);
  });

  it('not after a failure that stays', async () => {
    const stays = new Error('403');
    expect(await timed(() => Promise.reject(stays), options())).toEqual({ outcome: stays, attempts: [0], over: 0 });
  });

  it('after pauses that grow', async () => {
    const { attempts } = await timed(failing(9), options({ pause: 500 }));
    expect(attempts).toEqual([0, 500, 1_500, 3_500, 7_500]);
  });

  it('when it asks to be, or after the pause that is due, whichever is later', async () => {
    const { attempts } = await timed(failing(9, 1_200), options({ pause: 500 }));
    expect(attempts).toEqual([0, 1_200, 2_400, 4_400, 8_400]);
  });

  it('not at all when it asks for more time than there is', async () => {
    const { outcome, attempts, over } = await timed(failing(9, 3_600_000), options());
    expect({ outcome, attempts, over }).toEqual({ outcome: fault, attempts: [0], over: 0 });
  });

  it('not at all when the pause that is due takes more time than there is', async () => {
    const { outcome, attempts, over } = await timed(failing(9), options({ pause: 500, deadline: 500 }));
    expect({ outcome, attempts, over }).toEqual({ outcome: fault, attempts: [0], over: 0 });
  });

  it('within the deadline only, however slow it is', async () => {
    const { outcome, over } = await timed(never, options({ timeout: 50, deadline: 200, retries: 100 }));
    expect(outcome).toEqual(new Error('timeout'));
    expect(over).toBeLessThanOrEqual(200);
  });

  it('for as long as there is, and an attempt that the end cuts short does not hide why', async () => {
    const work = (attempt: number, signal: AbortSignal): Promise<number> =>
      attempt === 1 ? failing(1, 199)(1) : never(attempt, signal);
    const { outcome, attempts, over } = await timed(work, options({ deadline: 200 }));
    expect({ outcome, attempts, over }).toEqual({ outcome: fault, attempts: [0, 199], over: 200 });
  });

  it('not past the end, should the machine wake up late', async () => {
    const work = (attempt: number): Promise<number> => {
      if (attempt === 1) setTimeout(() => vi.setSystemTime(Date.now() + 60_000), 5);
      return failing(9, 10)(attempt);
    };
    const { outcome, attempts } = await timed(work, options({ deadline: 200 }));
    expect({ outcome, attempts }).toEqual({ outcome: fault, attempts: [0] });
  });

  it('until the command is told to end', async () => {
    const controller = new AbortController();
    const cancelled = new Error('cancelled');
    const work = (attempt: number): Promise<number> => {
      setTimeout(() => controller.abort(cancelled), 20);
      return failing(9, 60_000)(attempt);
    };
    const { outcome, attempts, over } = await timed(work, options({}, controller.signal));
    expect({ outcome, attempts, over }).toEqual({ outcome: cancelled, attempts: [0], over: 20 });
  });
});

describe('Retry-After', () => {
  it('is a number of seconds, a date, or nothing, and a day at the most', () => {
    const now = Date.parse('2026-11-24T10:00:00Z');
    expect(retryAfter('7', now)).toBe(7_000);
    expect(retryAfter('Tue, 24 Nov 2026 10:00:05 GMT', now)).toBe(5_000);
    expect(retryAfter('Tue, 24 Nov 2026 09:00:00 GMT', now)).toBe(0);
    expect(retryAfter('soon', now)).toBe(0);
    expect(retryAfter(null, now)).toBe(0);
    for (const longer of ['99999999999999', 'Fri, 31 Dec 9999 23:59:59 GMT'])
      expect(retryAfter(longer, now)).toBe(86_400_000);
  });
});

describe('SERVICE_RETRIES', () => {
  it('is how many attempts come after the first, and nothing but a number', () => {
    const of = (text?: string) => patienceOf({ env: () => text });
    expect(of()).toEqual(PATIENCE);
    expect(of('')).toEqual(PATIENCE);
    expect(of('0')).toEqual({ ...PATIENCE, retries: 0 });
    expect(() => of('-1')).toThrow('SERVICE_RETRIES is not a number of attempts.');
    expect(() => of('many')).toThrow('SERVICE_RETRIES is not a number of attempts.');
  });
});
