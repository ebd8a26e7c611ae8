/** Milliseconds that a `Retry-After` header asks for, in seconds or as a date; 0 without one. */
// sources/shared/patience.ts has the same lines: neither house may import values of the other.
export function readRetryAfter(header: string | null, now = Date.now()): number {
  const text = header?.trim() ?? '';
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  const date = Date.parse(text);
  return Number.isNaN(date) ? 0 : Math.max(0, date - now);
}
