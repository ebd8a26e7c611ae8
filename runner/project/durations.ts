/** What a duration looks like, for messages. */
export const DURATION = 'a number and a unit, such as 500ms, 30s, 5min or 1h';

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, min: 60_000, h: 3_600_000 };

/** Milliseconds of a duration as PostgreSQL writes one; `undefined` when the value is none. */
export function millisecondsOf(value: unknown): number | undefined {
  const [, amount, unit = ''] = /^(\d+)\s*(ms|s|min|h)$/.exec(typeof value === 'string' ? value.trim() : '') ?? [];
  return amount === undefined ? undefined : Number(amount) * (UNITS[unit] ?? 1);
}
