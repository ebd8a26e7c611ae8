import type { Difference, Row } from './types.ts';

/** Rows of each kind that are drawn. */
const MOST = 20;
const WIDEST = 40;

/**
 * A difference as an aligned table: `~` a changed row, `-` one that lacks, `+` one too many. A changed cell is
 * `expected ≠ found`; NULL and an empty text are told apart.
 */
export function drawDifference({ columns, missing, extra, changed }: Difference): string {
  const changedRows = changed.map(({ expected, found, same }) =>
    expected.map((value, index) => (same[index] ? cell(value) : `${cell(value)} ≠ ${cell(found[index] ?? null)}`)),
  );
  const lines = [
    ['', ...columns],
    ...section('~ changed', changedRows),
    ...section('- missing', missing.map(cells)),
    ...section('+ extra', extra.map(cells)),
  ];
  const widths = lines.reduce<readonly number[]>(
    (widest, line) => line.map((text, index) => Math.max(widest[index] ?? 0, [...text].length)),
    [],
  );
  return lines
    .map((line) => line.map((text, index) => text + ' '.repeat((widths[index] ?? 0) - [...text].length)))
    .map((line) => line.join('  ').trimEnd())
    .join('\n');
}

/** `1 row changed, 2 missing` */
export function countDifference({ missing, extra, changed }: Difference): string {
  const counts = [
    [changed.length, 'changed'],
    [missing.length, 'missing'],
    [extra.length, 'extra'],
  ] as const;
  return counts
    .filter(([count]) => count > 0)
    .map(([count, what], index) =>
      index === 0 ? `${count} ${count === 1 ? 'row' : 'rows'} ${what}` : `${count} ${what}`,
    )
    .join(', ');
}

function section(label: string, rows: readonly (readonly string[])[]): readonly (readonly string[])[] {
  const width = rows[0]?.length ?? 0;
  const more = rows.length - MOST;
  const rest = more > 0 ? [[`  … and ${more} more`, ...Array<string>(width).fill('')]] : [];
  return [...rows.slice(0, MOST).map((row) => [label, ...row]), ...rest];
}

function cells(row: Row): readonly string[] {
  return row.map(cell);
}

function cell(value: string | null): string {
  if (value === null) return 'NULL';
  if (value.trim() === '') return `'${value}'`;
  const text = value.replace(/\s+/g, ' ');
  return [...text].length > WIDEST ? `${[...text].slice(0, WIDEST - 1).join('')}…` : text;
}
