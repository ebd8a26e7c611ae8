import { describe, expect, it } from 'vitest';
import { PATIENCE, Passing, type PatienceOptions, patiently, retryAfter } from './patience.ts';

const notices: string[] = [];
const options = (fields: Partial<PatienceOptions['patience']> = {}, signal?: AbortSignal): PatienceOptions => ({
  patience: { ...PATIENCE, pause: 1, ...fields },
  notice: (message) => notices.push(message),
  signal,
});

function failing(times: number, error: () => Error): () => Promise<number> {
  let attempts = 0;
  return async () => {
    attempts += 1;
    if (attempts <= times) throw error();
    return attempts;
  };
}

describe('a service is tried again', () => {
  it('after failures that pass, and each is told', async () => {
    notices.length = 0;
    const work = failing(2, () => new Passing(new Error('The service answered 503.')));
    expect(await patiently(work, options())).toBe(3);
    expect(notices).toEqual([
      'The service answered 503. Tried again (1 of 4).',
      'The service answered 503. Tried again (2 of 4).',
    ]);
  });

  it('so many times, and then its own fault is thrown', async () => {
    const fault = new Error('503');
    const work = failing(9, () => new Passing(fault));
    await expect(patiently(work, options({ retries: 3 }))).rejects.toBe(fault);
  });

  it('not after a failure that stays', async () => {
    let attempts = 0;
    const work = (): Promise<never> => {
      attempts += 1;
      return Promise.reject(new Error('403'));
    };
    await expect(patiently(work, options())).rejects.toThrow('403');
    expect(attempts).toBe(1);
  });

  it('not before the time that it asks for', async () => {
    const started = Date.now();
    const work = failing(1, () => new Passing(new Error('429'), 300));
    expect(await patiently(work, options())).toBe(2);
    expect(Date.now() - started).toBeGreaterThanOrEqual(299);
  });

  it('not at all when it asks for more time than there is', async () => {
    let attempts = 0;
    const work = (): Promise<never> => {
      attempts += 1;
      return Promise.reject(new Passing(new Error('429'), 3_600_000));
    };
    await expect(patiently(work, options())).rejects.toThrow('429');
    expect(attempts).toBe(1);
  });

  it('within the deadline only, however slow it is', async () => {
    const slow = (signal: AbortSignal): Promise<never> =>
      new Promise((_, reject) => {
        signal.addEventListener('abort', () => reject(new Passing(signal.reason as Error)));
      });
    const started = Date.now();
    await expect(patiently(slow, options({ timeout: 50, deadline: 200, retries: 100 }))).rejects.toThrow(/timeout/);
    expect(Date.now() - started).toBeLessThan(2_000);
  });

  it('until the command is told to end', async () => {
    const controller = new AbortController();
    const work = failing(9, () => new Passing(new Error('429'), 60_000));
    setTimeout(() => controller.abort(new Error('cancelled')), 20);
    await expect(patiently(work, options({}, controller.signal))).rejects.toThrow('cancelled');
  });
});

describe('Retry-After', () => {
  it('is a number of seconds, a date, or nothing', () => {
    const now = Date.parse('2026-11-24T10:00:00Z');
    expect(retryAfter('7', now)).toBe(7_000);
    expect(retryAfter('Tue, 24 Nov 2026 10:00:05 GMT', now)).toBe(5_000);
    expect(retryAfter('Tue, 24 Nov 2026 09:00:00 GMT', now)).toBe(0);
    expect(retryAfter('soon', now)).toBe(0);
    expect(retryAfter(null, now)).toBe(0);
  });
});
