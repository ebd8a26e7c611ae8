import { didYouMean } from './suggest.ts';
import type { FaultFields, Path } from './yaml.ts';

/**
 * Reads one map of a file. A key that is absent or empty gives `null`; one of the wrong kind gives `null` and a fault. Where
 * no map stands, every key is absent and nothing more is said of it: one mistake makes one fault.
 */
export interface MapReader {
  readonly value: Readonly<Record<string, unknown>>;
  readonly path: Path;
  /** Names the map in messages: `check "row_count"`. */
  readonly what: string;
  get(key: string): unknown;
  /** What `accept` makes of the value; a fault when that is `undefined`. */
  read<T>(key: string, accept: (value: unknown) => T | undefined, expected: string): T | null;
  text(key: string): string | null;
  /** A text that is not blank. */
  filled(key: string): string | null;
  flag(key: string): boolean | null;
  list(key: string): readonly unknown[] | null;
  /** A list of texts, or one text alone. */
  texts(key: string): readonly string[] | null;
  /** Without keys when there is none. */
  map(key: string, keys?: readonly string[], what?: string): MapReader;
  /** The items of a list. */
  maps(key: string, keys: readonly string[], what?: string): readonly MapReader[];
  /** A fault when the key is absent. */
  missing(key: string, expected: string): null;
  wrong(key: string, expected: string): null;
  /** Without a key it is the map that is at fault. */
  fault(fields: FaultFields, key?: string): null;
}

interface Place {
  readonly path: Path;
  readonly what: string;
  /** Those allowed; any, without them. */
  readonly keys: readonly string[] | undefined;
  /** What it is part of is no map. */
  readonly silent?: boolean;
}

/** Where a map stands: a file, or values that are given otherwise. */
interface Holder {
  readonly codes: Readonly<Record<'unknown' | 'missing', string>>;
  /** `value` as it is written at `path`. */
  shown(value: unknown, path: Path): string;
  fault(path: Path, fields: FaultFields): null;
}

/** Called through the `map` of a file or of a map. */
export function readMap(yaml: Holder, found: unknown, { path, what, keys, silent = false }: Place): MapReader {
  const { codes } = yaml;
  const value = isRecord(found) ? found : {};
  const quiet = silent || value !== found;
  if (quiet && !silent) {
    const [expected, hint] = ['key: value lines', 'A key, a colon, a blank and its value; one a line.'];
    yaml.fault(path, { message: `${what} is not a map`, expected, found: yaml.shown(found, path), hint });
  }
  const inner = (content: unknown, at: Path, allowed?: readonly string[], name = `"${at.join('.')}"`): MapReader =>
    readMap(yaml, content, { path: at, what: name, keys: allowed, silent: quiet });
  const map: MapReader = {
    value,
    path,
    what,
    get: (key) => (Object.hasOwn(value, key) ? (value[key] ?? null) : null),
    read(key, accept, expected) {
      const content = map.get(key);
      return content === null ? null : (accept(content) ?? map.wrong(key, expected));
    },
    text: (key) => map.read(key, textOf, 'a text (put it in quotes)'),
    filled: (key) => map.read(key, (content) => (textOf(content)?.trim() ? textOf(content) : undefined), 'a text'),
    flag: (key) => map.read(key, (content) => (typeof content === 'boolean' ? content : undefined), 'true or false'),
    list: (key) => map.read(key, (content) => (Array.isArray(content) ? content : undefined), 'a list'),
    texts: (key) => map.read(key, textsOf, 'a list of texts'),
    map: (key, allowed, name) => inner(map.get(key) ?? {}, [...path, key], allowed, name),
    maps: (key, allowed, name) =>
      (map.list(key) ?? []).map((item, index) => inner(item, [...path, key, index], allowed, name)),
    missing(key, expected) {
      if (map.get(key) !== null) return null;
      const message = `${what} has no "${key}"`;
      return map.fault({ code: codes.missing, message, expected: `${key}: ${expected}`, hint: 'Add it.' });
    },
    wrong(key, expected) {
      const found = yaml.shown(map.get(key), [...path, key]);
      const message = `wrong value for "${key}" of ${what}`;
      return map.fault({ message, expected, found, hint: 'Write what is expected, or take it out.' }, key);
    },
    fault: (fields, key) => (quiet ? null : yaml.fault(key === undefined ? path : [...path, key], fields)),
  };
  for (const key of keys ? Object.keys(value) : []) {
    if (keys?.includes(key)) continue;
    const expected = keys?.length ? `one of ${keys.join(', ')}` : 'no key';
    const message = `"${key}" is not a key of ${what}`;
    map.fault(
      { code: codes.unknown, message, expected, found: key, hint: didYouMean(key, keys ?? []) ?? 'Take it out.' },
      key,
    );
  }
  return map;
}

/** A map, and not an object that stands for a scalar: those have no prototype. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function textsOf(value: unknown): readonly string[] | undefined {
  const list: unknown = typeof value === 'string' ? [value] : value;
  return Array.isArray(list) && list.every((item) => typeof item === 'string') ? list : undefined;
}
