import { isRecord } from '../util/yaml-map.ts';
import type { TestValue } from './types.ts';

/** A number or truth value as it is written, and what it stands for. */
interface Word {
  readonly text: string;
  readonly value: number | boolean;
}

/**
 * What a scalar without quotes stands for in a file of unit tests: null, a text, or a word that keeps its text, so that
 * `1.10` stays `1.10`. Everything that is no number and no truth value is a text: days and times too.
 */
export function plainScalar(text: string): string | null | Word {
  if (/^(~|null|Null|NULL|)$/.test(text)) return null;
  if (/^(true|false)$/i.test(text)) return word(text.toLowerCase(), text.toLowerCase() === 'true');
  if (/^[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?$/.test(text)) return word(text, Number(text));
  return text;
}

/** Without prototype, so that nobody takes it for a map of the file. */
function word(text: string, value: number | boolean): Word {
  return Object.assign(Object.create(null), { text, value }) as Word;
}

function isWord(value: unknown): value is Word {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === null;
}

/** A value of a variable: numbers and truth values as such. */
export function plainValue(value: unknown): unknown {
  if (isWord(value)) return value.value;
  if (Array.isArray(value)) return value.map(plainValue);
  if (isRecord(value)) return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plainValue(inner)]));
  return value;
}

/** A cell as PostgreSQL is to read it. A list or map is JSON; a list may also become an array, as its column wants. */
export function cellOf(value: unknown): TestValue {
  if (isWord(value)) return value.text;
  if (typeof value !== 'object' || value === null) return value === null || value === undefined ? null : String(value);
  return { json: jsonOf(value), array: Array.isArray(value) ? arrayOf(value) : null };
}

/** Numbers are copied as they are written. */
function jsonOf(value: unknown): string {
  if (isWord(value)) {
    const isJson = typeof value.value === 'boolean' || /^-?(0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?$/.test(value.text);
    return isJson ? value.text : JSON.stringify(value.value);
  }
  if (Array.isArray(value)) return `[${value.map(jsonOf).join(', ')}]`;
  if (isRecord(value))
    return `{${Object.entries(value)
      .map(([key, inner]) => `${JSON.stringify(key)}: ${jsonOf(inner)}`)
      .join(', ')}}`;
  return JSON.stringify(value ?? null);
}

/** PostgreSQL's text of an array: `{"a",NULL}`. */
function arrayOf(items: readonly unknown[]): string {
  const element = (item: unknown): string => {
    if (Array.isArray(item)) return arrayOf(item);
    if (item === null || item === undefined) return 'NULL';
    const text = isWord(item) ? item.text : isRecord(item) ? jsonOf(item) : String(item);
    return `"${text.replace(/["\\]/g, '\\$&')}"`;
  };
  return `{${items.map(element).join(',')}}`;
}
