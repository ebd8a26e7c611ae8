import type { TextResult } from '../adapters/types.ts';
import { redactor } from '../util/redact.ts';

const [TEXT, JSON_TYPE] = [25, 114];

/** Rows that do not come from the database, in the shape of those that do and without secrets; the columns of `json` hold JSON. */
export function answerOf(
  columns: readonly string[],
  rows: readonly (readonly (string | null)[])[],
  json: readonly string[] = [],
): TextResult {
  const typed = columns.map((name) => ({ name, type: json.includes(name) ? JSON_TYPE : TEXT }));
  const shown = rows.map((row) => row.map((cell) => cell && redactor.redact(cell)));
  return { columns: typed, rows: shown, rowCount: rows.length };
}
