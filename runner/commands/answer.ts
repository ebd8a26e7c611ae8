import type { TextResult } from '../adapters/types.ts';

/** Rows that do not come from the database, in the shape of those that do. */
export function answerOf(columns: readonly string[], rows: readonly (readonly (string | null)[])[]): TextResult {
  return { columns: columns.map((name) => ({ name, type: 25 })), rows, rowCount: rows.length };
}
