/**
 * The time that a text stands for, in milliseconds since 1970; `null` when it is none. Reads what PostgreSQL writes for
 * `timestamptz`, `timestamp` and `date`, and ISO 8601. Without a zone the time is UTC, and a date is its midnight.
 */
export function parseTime(text: string): number | null {
  const parts =
    /^(\d{4})-(\d\d)-(\d\d)(?:[ T](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?(?:(Z)|([-+])(\d\d):?(\d\d)?(?::?(\d\d))?)?)?$/.exec(
      text.trim(),
    );
  if (!parts) return null;
  const [
    ,
    year,
    month,
    day,
    hour = '0',
    minute = '0',
    second = '0',
    fraction = '0',
    ,
    sign,
    zoneHour = '0',
    zoneMinute = '0',
    zoneSecond = '0',
  ] = parts;
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  const valid =
    date.getUTCMonth() === Number(month) - 1 &&
    date.getUTCDate() === Number(day) &&
    Number(hour) < 24 &&
    Number(minute) < 60;
  if (!valid) return null;
  const offset = (Number(zoneHour) * 3600 + Number(zoneMinute) * 60 + Number(zoneSecond)) * (sign === '-' ? -1 : 1);
  const seconds = Number(hour) * 3600 + Number(minute) * 60 + Number(second) - offset;
  return date.getTime() + seconds * 1000 + Number(`0.${fraction}`) * 1000;
}

const SECONDS = { minute: 60, hour: 3600, day: 86_400 } as const;

/** The age in units, whole seconds counting; negative for a time to come. */
export function ageIn(unit: keyof typeof SECONDS, then: number, now: number): number {
  return Math.floor((now - then) / 1000) / SECONDS[unit];
}
