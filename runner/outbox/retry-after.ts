// sources/shared/patience.ts has the same lines: neither house may import values of the other.

/** No service means longer, whatever it writes: a day, in milliseconds. */
const LONGEST = 86_400_000;

/** Milliseconds that a `Retry-After` header asks for, in seconds or as a date, a day at the most; 0 without one. */
export function readRetryAfter(header: string | null, now = Date.now()): number {
  const text = header?.trim() ?? '';
  if (/^\d+$/.test(text)) return Math.min(LONGEST, Number(text) * 1000);
  const date = Date.parse(text);
  return Number.isNaN(date) ? 0 : Math.min(LONGEST, Math.max(0, date - now));
}
