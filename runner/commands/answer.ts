import type { TextResult } from '../adapters/types.ts';

const [TEXT, JSON_TYPE] = [25, 114];

/** Rows that do not come from the database, in the shape of those that do; the columns of `json` hold JSON. */
export function answerOf(
  columns: readonly string[],
  rows: readonly (readonly (string | null)[])[],
  json: readonly string[] = [],
): TextResult {
  const typed = columns.map((name) => ({ name, type: json.includes(name) ? JSON_TYPE : TEXT }));
  return { columns: typed, rows, rowCount: rows.length };
}
