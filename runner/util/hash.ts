import { createHash } from 'node:crypto';

/** Hex SHA-256 of a text, or of any plain value through {@link canonicalJson}. */
export function hashOf(value: unknown): string {
  return createHash('sha256')
    .update(typeof value === 'string' ? value : canonicalJson(value))
    .digest('hex');
}

/** JSON with the keys of every object sorted, so that equal values give equal text. Maps count as objects. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) => {
    const entries =
      item instanceof Map
        ? [...item]
        : item && typeof item === 'object' && !Array.isArray(item)
          ? Object.entries(item)
          : null;
    return entries ? Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))) : item;
  });
}
