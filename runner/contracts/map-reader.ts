import { isMap, isScalar, isSeq, type Node, Scalar } from 'yaml';
import { didYouMean } from '../util/suggest.ts';
import type { ContractSource } from './contract-source.ts';
import { scalarOf } from './scalar.ts';
import type { Literal, Quantity } from './types.ts';

/**
 * Reads one map of the contract. A key that is absent or empty gives `null`; one of the wrong kind gives `null` and a fault.
 * A key that nobody asked for is a fault at `close`: what is read is what is allowed.
 */
export interface MapReader {
  readonly source: ContractSource;
  readonly node: Node;
  /** Names the map in messages: `check "row_count"`. */
  readonly what: string;
  keys(): readonly string[];
  /** The value's node. */
  child(key: string): Node | null;
  /** The key's node, to point at; the map's own when the key is absent. */
  place(key: string): Node;
  text(key: string): string | null;
  flag(key: string): boolean | null;
  quantity(key: string): Quantity | null;
  /** A whole number, not negative. */
  count(key: string): number | null;
  items(key: string): readonly (Node | null)[] | null;
  texts(key: string): readonly string[] | null;
  literals(key: string): readonly Literal[] | null;
  map(key: string, what: string): MapReader | null;
  /** One of ours, for people: variables are left as they stand. */
  note(key: string): string | null;
  notes(key: string): readonly string[];
  plain(key: string): unknown;
  required<T>(key: string, value: T | null, expected: string): T | null;
  wrong(key: string, expected: string): null;
  close(): void;
}

/** @param node the value of a key or the item of a list; anything but a map is a fault and gives `null` */
export function readMap(
  source: ContractSource,
  node: Node | null,
  what: string,
  at: Node | null = node,
): MapReader | null {
  if (!isMap(node)) {
    source.fault(at, {
      code: 'CONTRACT_VALUE',
      message: `${what} is not a map`,
      expected: 'key: value lines',
      found: shown(source, node),
    });
    return null;
  }
  const entries = source.entries(node);
  const asked = new Set<string>();
  const value = (key: string): Node | null => {
    asked.add(key);
    return entries.get(key)?.value ?? null;
  };
  const scalar = <T extends Literal>(
    key: string,
    accept: (literal: Literal) => T | undefined,
    expected: string,
  ): T | null => {
    const found = value(key);
    if (found === null) return null;
    const literal = source.scalar(found);
    const accepted = literal === undefined ? undefined : accept(literal);
    return accepted === undefined ? reader.wrong(key, expected) : accepted;
  };
  const reader: MapReader = {
    source,
    node,
    what,
    keys: () => [...entries.keys()],
    child: value,
    place: (key) => entries.get(key)?.key ?? node,
    text: (key) =>
      scalar(key, (literal) => (typeof literal === 'string' ? literal : undefined), 'a text (put it in quotes)'),
    flag: (key) => scalar(key, (literal) => (typeof literal === 'boolean' ? literal : undefined), 'true or false'),
    quantity: (key) => scalar(key, quantityOf, 'a number, without quotes'),
    count: (key) =>
      scalar(
        key,
        (literal) => (Number.isSafeInteger(literal) && Number(literal) >= 0 ? Number(literal) : undefined),
        'a whole number',
      ),
    items(key) {
      const found = value(key);
      if (found === null) return null;
      return isSeq(found) ? found.items.map((item) => source.follow(item)) : reader.wrong(key, 'a list');
    },
    texts(key) {
      const literals = reader.literals(key);
      if (literals === null) return null;
      return literals.every((literal) => typeof literal === 'string') ? literals : reader.wrong(key, 'a list of texts');
    },
    literals(key) {
      const literals = reader.items(key)?.map((item) => source.scalar(item)) ?? null;
      if (literals === null) return null;
      const finite = literals.filter(
        (literal) => literal !== undefined && (typeof literal !== 'number' || Number.isFinite(literal)),
      );
      return finite.length === literals.length
        ? (finite as readonly Literal[])
        : reader.wrong(key, 'a list of texts, numbers, dates or booleans');
    },
    map: (key, name) => {
      const found = value(key);
      return found === null ? null : readMap(source, found, name, reader.place(key));
    },
    note: (key) => {
      const found = value(key);
      const literal = scalarOf(found);
      return found === null
        ? null
        : typeof literal === 'string'
          ? literal
          : reader.wrong(key, 'a text (put it in quotes)');
    },
    notes: (key) => {
      const found = source.plain(value(key)) ?? [];
      const list: unknown = typeof found === 'string' ? [found] : found;
      return Array.isArray(list) && list.every((item) => typeof item === 'string')
        ? list
        : (reader.wrong(key, 'a list of texts') ?? []);
    },
    plain: (key) => source.plain(value(key)) ?? null,
    required(key, found, expected) {
      if (found === null && value(key) === null) {
        source.fault(node, {
          code: 'CONTRACT_KEY_MISSING',
          message: `${what} has no "${key}"`,
          expected: `${key}: ${expected}`,
        });
      }
      return found;
    },
    wrong(key, expected) {
      const found = shown(source, value(key));
      source.fault(reader.place(key), {
        code: 'CONTRACT_VALUE',
        message: `wrong value for "${key}" of ${what}`,
        expected,
        found,
      });
      return null;
    },
    close() {
      for (const [key, entry] of entries) {
        if (asked.has(key)) continue;
        source.fault(entry.key, {
          code: 'CONTRACT_KEY_UNKNOWN',
          message: `"${key}" is not a key of ${what}`,
          expected: asked.size > 0 ? `one of ${[...asked].join(', ')}` : 'no key',
          found: key,
          hint: didYouMean(key, asked),
        });
      }
    },
  };
  return reader;
}

function quantityOf(literal: Literal): Quantity | undefined {
  if (typeof literal === 'number') return Number.isFinite(literal) ? literal : undefined;
  return literal !== null && typeof literal === 'object' && literal.type === 'integer' ? literal.text : undefined;
}

function shown(source: ContractSource, node: Node | null): string {
  if (isScalar(node) && node.type === Scalar.PLAIN) return node.source ?? '';
  const value: unknown = source.plain(node);
  if (value === null || value === undefined) return 'nothing';
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}
