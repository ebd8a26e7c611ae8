import { hash } from 'node:crypto';

/** Hex SHA-256 of a text, or of any plain value through {@link canonicalJson}. */
export function hashOf(value: unknown): string {
  return hash('sha256', typeof value === 'string' ? value : canonicalJson(value));
}

/** Hex SHA-256 of a value without the files and lines that its faults point at: what moves in a file stays the same. */
export function hashWithoutPlaces(value: unknown): string {
  return hash('sha256', canonicalJson(value, PLACES));
}

const PLACES: ReadonlySet<string> = new Set(['line', 'file']);

/**
 * JSON with the keys of every object sorted, so that equal values give equal text. Maps count as objects.
 * @param omitted keys that are left out of every object
 */
export function canonicalJson(value: unknown, omitted: ReadonlySet<string> = new Set()): string {
  if (typeof value !== 'object' || value === null || value instanceof Date) return JSON.stringify(value) ?? 'null';
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item, omitted)).join(',')}]`;
  const fields = (value instanceof Map ? Object.fromEntries(value) : value) as Readonly<Record<string, unknown>>;
  let text = '';
  for (const key of keysOf(fields)) {
    const field = fields[key];
    if (field === undefined || typeof field === 'function' || omitted.has(key)) continue;
    text += `${text === '' ? '' : ','}${JSON.stringify(key)}:${canonicalJson(field, omitted)}`;
  }
  return `{${text}}`;
}

/** Sorted; those that are numbers first and by number, as JavaScript has the keys of an object. */
function keysOf(fields: object): readonly string[] {
  const keys = Object.keys(fields).sort();
  const isNumbered = keys.some((key) => /^\d/.test(key));
  return isNumbered ? Object.keys(Object.fromEntries(keys.map((key) => [key, 0]))) : keys;
}
