import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { today } from '../util/dates.ts';
import { openCache } from './cache.ts';
import { cachedToday } from './today.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'today-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function ask(zone: string, time: number): Promise<string> {
  const cache = openCache(folder, 'v');
  const day = await cachedToday(zone, cache, time);
  cache.save();
  return day;
}

describe('today from the cache', () => {
  it.each([
    ['on any day', '2026-11-24T09:00:00Z'],
    ['on a day of 25 hours', '2026-10-24T22:00:00Z'],
    ['on a day of 23 hours', '2026-03-28T23:00:00Z'],
    ['in the last second of a day', '2026-06-30T21:59:59.500Z'],
  ])('is the day of the zone at every moment that follows, %s', async (_what, start) => {
    const first = Date.parse(start);
    const steps = [0, 1, 500, 1000, 3_599_000, 3_600_000, 12 * 3_600_000];
    const midnights = [22, 23, 24, 25].flatMap((hours) => [-1000, -1, 0, 1].map((gap) => hours * 3_600_000 + gap));
    for (const step of [...steps, ...midnights].sort((a, b) => a - b)) {
      for (const zone of ['Europe/Paris', 'UTC', 'America/New_York'])
        expect([step, zone, await ask(zone, first + step)]).toEqual([step, zone, today(zone, new Date(first + step))]);
    }
  });

  it('is looked for anew when the clock is set back', async () => {
    await ask('UTC', Date.parse('2026-11-24T09:00:00Z'));
    expect(await ask('UTC', Date.parse('2026-11-23T09:00:00Z'))).toBe('2026-11-23');
  });

  it('is asked of the calendar once a day', async () => {
    let asked = 0;
    const cache = openCache(folder, 'v');
    const counting: typeof cache = {
      ...cache,
      memo: (kind, key, compute, holds) =>
        cache.memo(
          kind,
          key,
          async () => {
            asked += 1;
            return compute();
          },
          holds,
        ),
    };
    for (const hour of [8, 12, 23])
      await cachedToday('UTC', counting, Date.parse('2026-11-24T00:00:00Z') + hour * 3_600_000);
    expect(asked).toBe(1);
  });
});
