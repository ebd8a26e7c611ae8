import type { SourceFault } from '../../runner/landing/types.ts';

/** An error made for a person. Its fields are shown and kept, so none holds a name, an address or a secret. */
export function sourceFault(message: string, fields: SourceFault): Error & SourceFault {
  return Object.assign(new Error(message), fields);
}

export function isFault(error: unknown): error is Error & SourceFault {
  return error instanceof Error && 'code' in error && 'place' in error;
}

/** What a system error says of itself (`ENOENT`, `ECONNREFUSED`), looked for in the chain of causes. */
export function systemCode(error: unknown): string | undefined {
  for (let cause = error, depth = 0; cause instanceof Error && depth < 5; cause = cause.cause, depth += 1) {
    if ('code' in cause && typeof cause.code === 'string') return cause.code;
  }
  return undefined;
}

/** `"a", "b"` */
export function quotedList(items: readonly string[]): string {
  return items.map((item) => `"${item}"`).join(', ');
}

/** `a`, `b` and `n` more: a list that stays readable whatever its length. */
export function shortList(items: readonly string[], limit = 10): string {
  if (items.length <= limit) return items.join(', ');
  return `${items.slice(0, limit).join(', ')} and ${items.length - limit} more`;
}
