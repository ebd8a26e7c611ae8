import { addDays, addMonths, isDay, monthStart } from '../util/dates.ts';
import { isUnknown, UNKNOWN, type Watcher } from './watch.ts';

/** By their names in templates. */
export const DAYS = { month_start: monthStart, add_months: addMonths, add_days: addDays };

/** A filter over days that refuses what is no day. */
export function ofDay(
  name: string,
  filter: (day: string, count: number) => string,
  refuse: Watcher['refuse'],
): (...args: unknown[]) => unknown {
  return (day, count) => {
    if (isUnknown([day, count])) return UNKNOWN;
    if (typeof day !== 'string' || !isDay(day))
      return refuse({
        message: `${name} needs a day`,
        expected: 'YYYY-MM-DD',
        found: String(day),
        hint: 'as_of is one.',
      });
    if (filter !== monthStart && !Number.isInteger(count))
      return refuse({
        message: `${name} needs a whole number`,
        expected: `${name}(1)`,
        found: String(count),
        hint: 'Without quotes.',
      });
    return filter(day, Number(count));
  };
}
