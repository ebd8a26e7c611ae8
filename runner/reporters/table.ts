import type { TextResult } from '../adapters/types.ts';

const NUMERIC = 1700;

/** OIDs of PostgreSQL's number types: shown to the right. */
const NUMBERS = new Set([20, 21, 23, 700, 701, NUMERIC]);

/** A few rows that are too wide for the screen stand side by side: one line per column, one column per row. */
export function drawNarrow(result: TextResult, screen: number): string {
  const wide = drawTable(result);
  if (result.rows.length === 0 || wide.split('\n').every((line) => width(line) <= screen)) return wide;
  const [first, ...others] = result.columns;
  const type = others.every((column) => NUMBERS.has(column.type)) ? NUMERIC : 0;
  const turned = {
    columns: [{ name: first?.name ?? '', type: 0 }, ...result.rows.map(([name]) => ({ name: name ?? '', type }))],
    rows: others.map((column, index) => [column.name, ...result.rows.map((row) => row[index + 1] ?? null)]),
    rowCount: others.length,
  };
  const narrow = drawTable(turned);
  const widest = (text: string): number => text.split('\n').reduce((most, line) => Math.max(most, width(line)), 0);
  return widest(narrow) < widest(wide) ? narrow : wide;
}

/**
 * A result as an aligned table: headers, a rule, the rows. Long cells are cut at `maxWidth`, but for those of the last
 * column where these are `whole`.
 */
export function drawTable(result: TextResult, maxWidth = 60, last: 'cut' | 'whole' = 'cut'): string {
  const cells = [
    result.columns.map(({ name }) => name),
    ...result.rows.map((row) =>
      row.map((value, column) =>
        cell(value, last === 'whole' && column === row.length - 1 ? Number.POSITIVE_INFINITY : maxWidth),
      ),
    ),
  ];
  const widths = result.columns.map((_, column) =>
    cells.reduce((most, row) => Math.max(most, width(row[column] ?? '')), 0),
  );
  const lines = cells.map((row) =>
    row
      .map((text, column) => pad(text, widths[column] ?? 0, NUMBERS.has(result.columns[column]?.type ?? 0)))
      .join('  ')
      .trimEnd(),
  );
  const [head = '', ...body] = lines;
  const rules = widths.map((length) => '─'.repeat(last === 'whole' ? Math.min(length, maxWidth) : length));
  return [head, rules.join('  '), ...body].join('\n');
}

function cell(value: string | null, maxWidth: number): string {
  const text = (value ?? '').replace(/\s+/g, ' ');
  return width(text) > maxWidth ? `${[...text].slice(0, maxWidth - 1).join('')}…` : text;
}

function pad(text: string, length: number, right: boolean): string {
  const blank = ' '.repeat(Math.max(0, length - width(text)));
  return right ? blank + text : text + blank;
}

function width(text: string): number {
  return [...text].length;
}
