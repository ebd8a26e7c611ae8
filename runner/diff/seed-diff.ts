import type { Contract } from '../contracts/types.ts';
import type { SeedNode } from '../graph/types.ts';
import { canonicalJson } from '../util/hash.ts';
import type { Cell, SeedDiff } from './types.ts';

type Row = Readonly<Record<string, Cell>>;

/**
 * How the rows of a seed differ in its file; `null` when they do not. Values of what is personal on either side are `***`.
 * @param key columns that tell a row; empty: none do
 */
export function seedDiff(
  base: SeedNode | undefined,
  head: SeedNode | undefined,
  key: readonly string[],
): SeedDiff | null {
  const personal = new Set([...personalColumns(base?.contract), ...personalColumns(head?.contract)]);
  const shown = (column: string, cell: Cell): Cell => (personal.has(column) && cell !== null ? '***' : cell);
  const line = (row: Row): string =>
    Object.entries(row)
      .map(([column, cell]) => csvCell(shown(column, cell)))
      .join(',');
  const keyOf = (row: Row): string => JSON.stringify(key.length > 0 ? key.map((column) => row[column] ?? null) : row);
  const [before, after] = [grouped(base, keyOf), grouped(head, keyOf)];
  const changed: SeedDiff['changed'][number][] = [];
  const [removed, added] = [[] as string[], [] as string[]];
  for (const id of new Set([...before.keys(), ...after.keys()])) {
    const [then, now] = withoutEqual(before.get(id) ?? [], after.get(id) ?? []);
    const [former, row] = [then[0], now[0]];
    if (key.length > 0 && former && row && then.length === 1 && now.length === 1) {
      const columns = Object.keys(row).filter((column) => column in former && row[column] !== former[column]);
      for (const column of columns) {
        const cells = { before: shown(column, former[column] ?? null), after: shown(column, row[column] ?? null) };
        changed.push({ key: key.map((name) => shown(name, row[name] ?? null)), column, ...cells });
      }
    } else {
      removed.push(...then.map(line));
      added.push(...now.map(line));
    }
  }
  const [was, is] = [headerOf(base), headerOf(head)];
  if (was !== is) {
    removed.unshift(...(base ? [was] : []));
    added.unshift(...(head ? [is] : []));
  }
  return changed.length + removed.length + added.length > 0 ? { key, changed, removed, added } : null;
}

/** Where a key is double, a row that both sides have is no difference. */
function withoutEqual(then: readonly Row[], now: readonly Row[]): readonly [readonly Row[], readonly Row[]] {
  const rest = [...now];
  const gone = then.filter((row) => {
    const place = rest.findIndex((other) => canonicalJson(other) === canonicalJson(row));
    if (place >= 0) rest.splice(place, 1);
    return place < 0;
  });
  return [gone, rest];
}

function personalColumns(contract: Contract | undefined): readonly string[] {
  return (contract?.columns ?? []).filter(({ personal }) => personal !== null).map(({ name }) => name);
}

function headerOf(node: SeedNode | undefined): string {
  return node?.seed.header.join(',') ?? '';
}

function grouped(node: SeedNode | undefined, keyOf: (row: Row) => string): ReadonlyMap<string, readonly Row[]> {
  const { header = [], rows = [] } = node?.seed ?? {};
  const groups = new Map<string, Row[]>();
  for (const { cells } of rows) {
    const row = Object.fromEntries(header.map((name, index) => [name, cells[index] ?? null]));
    groups.set(keyOf(row), [...(groups.get(keyOf(row)) ?? []), row]);
  }
  return groups;
}

function csvCell(cell: Cell): string {
  return cell !== null && /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : (cell ?? '');
}
