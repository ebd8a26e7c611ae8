import type { RawRow } from '../../runner/landing/types.ts';
import { sourceFault } from '../shared/fault.ts';

/** How many rows that can only be month first tell a sheet of another locale from a slip of the pen. */
const ENOUGH = 2;

/**
 * The rows as they come, refused at the end when their moments can only be written month first: 3/4/2026 would be read as
 * another day without a word. A CSV shows dates as the sheet's locale does.
 * @param column 0-based; none when -1
 */
export function* refuseMonthFirst(
  rows: Iterable<RawRow>,
  column: number,
  place: string,
): Generator<RawRow, void, undefined> {
  let monthFirst = 0;
  let isDayFirst = false;
  for (const row of rows) {
    // The first row that tells is enough: most sheets have one near the top.
    if (!isDayFirst) {
      const [, one = 0, two = 0] =
        /^\s*(\d{1,2})\/(\d{1,2})\/\d{4}(?!\d)/.exec(row.cells[column] ?? '')?.map(Number) ?? [];
      if (one <= 12 && two > 12) monthFirst += 1;
      isDayFirst = one > 12 && two <= 12;
    }
    yield row;
  }
  if (monthFirst < ENOUGH || isDayFirst) return;
  throw sourceFault(`The dates in ${place} are written month first.`, {
    code: 'GSHEET_MONTH_FIRST',
    place,
    expected: 'days written DD/MM/YYYY',
    found: `${monthFirst} rows that can only be MM/DD/YYYY, none that can only be DD/MM/YYYY`,
    hint: "Set the sheet's locale to France (File > Settings), or give the spreadsheet's id in URL_GSHEET instead of a CSV.",
  });
}
