import type { ModelNode, SeedNode } from '../graph/types.ts';
import type { ChangedRow, Difference, Row } from './types.ts';

/** OIDs of types whose text may differ in zeros at the end only. */
const DECIMALS = [1700, 700, 701];

/**
 * Pairs the rows that lack with those that are too many: by the key, or without one those of which most cells agree.
 * @param columns compared, with the OIDs of their types
 * @param key columns that identify a row; none if empty
 */
export function compareRows(
  columns: readonly { readonly name: string; readonly type: number }[],
  missing: readonly Row[],
  extra: readonly Row[],
  key: readonly string[],
): Difference {
  const sameCells = (expected: Row, found: Row): readonly boolean[] =>
    columns.map(({ type }, index) => canonical(expected[index], type) === canonical(found[index], type));
  const places = key.map((name) => columns.findIndex((column) => column.name === name));
  const pairs = missing
    .flatMap((expected) => extra.map((found) => ({ expected, found, same: sameCells(expected, found) })))
    .map((pair) => ({ ...pair, score: score(pair, places) }))
    .filter((pair) => pair.score > 0)
    .sort((a, b) => b.score - a.score);
  const paired = new Set<Row>();
  const changed: ChangedRow[] = [];
  for (const { expected, found, same } of pairs) {
    if (paired.has(expected) || paired.has(found)) continue;
    paired.add(expected).add(found);
    changed.push({ expected, found, same });
  }
  const alone = (rows: readonly Row[]): readonly Row[] => rows.filter((row) => !paired.has(row)).sort(byText);
  return {
    columns: columns.map(({ name }) => name),
    missing: alone(missing),
    extra: alone(extra),
    changed: changed.sort((a, b) => byText(a.expected, b.expected)),
  };
}

/** The columns by which the contract tells rows apart, or those of `unique_key`, as far as all of them are compared. */
export function keyOf(node: ModelNode | SeedNode, columns: readonly string[]): readonly string[] {
  const declared = (node.contract?.checks ?? []).flatMap((check) =>
    check.type === 'duplicate' ? [check.columns ?? (check.column === null ? [] : [check.column])] : [],
  );
  const keys = [...declared, node.config.unique_key ?? []].filter((key) => key.length > 0);
  return keys.find((key) => key.every((column) => columns.includes(column))) ?? [];
}

/** 0 for two rows that have nothing to do with each other. */
function score({ expected, same }: ChangedRow, key: readonly number[]): number {
  const agreeing = same.filter(Boolean).length;
  if (key.length > 0) return key.every((place) => same[place]) ? agreeing : 0;
  const telling = same.some((agrees, index) => agrees && expected[index] !== null);
  return telling && agreeing * 2 >= same.length ? agreeing : 0;
}

function canonical(text: string | null | undefined, type: number): string | null {
  if (text === null || text === undefined) return null;
  return DECIMALS.includes(type) && text.includes('.') && !/e/i.test(text) ? text.replace(/\.?0+$/, '') : text;
}

function byText(a: Row, b: Row): number {
  const [left, right] = [JSON.stringify(a), JSON.stringify(b)];
  return left < right ? -1 : left > right ? 1 : 0;
}
