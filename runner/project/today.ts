import { today } from '../util/dates.ts';
import type { Cache } from './cache.ts';

interface Day {
  readonly day: string;
  /** Milliseconds since 1970 between which it is that day for certain. */
  readonly from: number;
  readonly until: number;
}

/** Longer than a day that is lengthened by an hour. */
const SEARCHED = 26 * 3_600_000;

/** Today in a time zone. The calendar of the zone, which takes a while to load, is asked once a day. */
export async function cachedToday(timeZone: string, cache: Cache, now: number = Date.now()): Promise<string> {
  const holds = ({ from, until }: Day): boolean => from <= now && now < until;
  return (await cache.memo('today', [timeZone], async () => dayAt(timeZone, now), { holds })).day;
}

function dayAt(timeZone: string, now: number): Day {
  const dayOf = (time: number): string => today(timeZone, new Date(time));
  const day = dayOf(now);
  let [last, next] = [now, now + SEARCHED];
  while (next - last > 1000) {
    const middle = Math.floor((last + next) / 2);
    if (dayOf(middle) === day) last = middle;
    else next = middle;
  }
  return { day, from: now, until: last };
}
