import type { RawRow } from '../../runner/landing/types.ts';
import { quotedList, shortList, sourceFault } from './fault.ts';
import {
  type Cells,
  describeMissing,
  describeRow,
  type HeaderMatch,
  headersWrong,
  isBlank,
  isComplete,
  matchHeaders,
  type WantedHeader,
} from './headers.ts';
import type { Input } from './input.ts';
import { openWorkbook, type Sheet } from './workbook.ts';

/** The header may stand under a title: it is looked for in this many non-empty rows. */
const HEADER_SEARCH_ROWS = 20;

export interface SheetRow extends RawRow {
  readonly sheet: string;
}

/** The row of a sheet that comes nearest to holding the headers. */
interface Candidate {
  readonly sheet: string;
  readonly row: number;
  readonly cells: Cells;
  readonly match: HeaderMatch;
}

/**
 * The rows of the sheet that holds all the wanted headers, each with one text per header in the order asked. Rows empty
 * under these headers are left out; `number` is the row as Excel shows it.
 * @throws a fault when the file is no workbook, is damaged, or has no such sheet, two of them, or no row
 */
export async function* sheetRows(
  { place, bytes }: Input,
  wanted: readonly WantedHeader[],
): AsyncGenerator<SheetRow, void, undefined> {
  const sheets = await openWorkbook({ place, bytes });
  const candidates: Candidate[] = [];
  let found: string | undefined;
  for (const { name: sheet, rows } of sheets.filter(({ isHidden }) => !isHidden)) {
    let best: Candidate | undefined;
    let searched = 0;
    for await (const { number, cells } of rows()) {
      if (best !== undefined && isComplete(best.match)) {
        const texts = best.match.positions.map((position) => cells[position] ?? null);
        if (isBlank(texts)) continue;
        if (found !== undefined && found !== sheet) throw twoSheets(place, [found, sheet]);
        found = sheet;
        yield { sheet, number, cells: texts };
      } else if (searched === HEADER_SEARCH_ROWS) {
        break;
      } else if (!isBlank(cells)) {
        searched += 1;
        const match = matchHeaders(cells, wanted);
        const isBetter = best === undefined || match.missing.length < best.match.missing.length;
        if (isBetter || isComplete(match)) best = { sheet, row: number, cells, match };
      }
    }
    if (best !== undefined) candidates.push(best);
  }
  const complete = candidates.find(({ match }) => isComplete(match));
  if (complete === undefined) throw headersNotFound(place, wanted, candidates, sheets);
  if (found === undefined) throw noRows(sheetPlace(place, complete.sheet));
}

export function sheetPlace(place: string, sheet: string, row?: number): string {
  return `${place}, sheet "${sheet}"${row === undefined ? '' : `, row ${row}`}`;
}

/** A fault about the sheet that has at least half of the headers; when none has, one that shows every sheet. */
function headersNotFound(
  place: string,
  wanted: readonly WantedHeader[],
  candidates: readonly Candidate[],
  sheets: readonly Sheet[],
): Error {
  const [best] = candidates.toSorted((left, right) => left.match.missing.length - right.match.missing.length);
  if (best !== undefined && best.match.missing.length * 2 <= wanted.length) {
    return headersWrong('EXCEL', sheetPlace(place, best.sheet, best.row), best.cells, best.match, wanted);
  }
  const headers = wanted.map(({ header }) => header);
  const missing = describeMissing(best?.match.missing ?? headers, best?.cells ?? [], wanted);
  const hidden = sheets.filter(({ isHidden }) => isHidden).map(({ name }) => name);
  const shown = candidates.map(
    ({ sheet, row, cells }) => `sheet "${sheet}", row ${row}: ${describeRow(cells, wanted)}`,
  );
  return sourceFault(`No sheet of ${place} has the headers.`, {
    code: 'EXCEL_NO_SHEET',
    place,
    expected: `a sheet with the headers ${quotedList(headers)}`,
    found: shown.length === 0 ? 'no sheet with anything in it' : shortList(shown),
    hint:
      `Check that it is the right workbook; missing: ${missing}.` +
      (hidden.length === 0 ? '' : ` Hidden sheets are not read: ${quotedList(hidden)}.`),
  });
}

function noRows(place: string): Error {
  return sourceFault(`${place}: there is no row under the headers.`, {
    code: 'EXCEL_NO_ROWS',
    place,
    expected: 'at least one row',
    found: 'headers alone',
    hint: 'Check that the file was exported with its data.',
  });
}

function twoSheets(place: string, sheets: readonly string[]): Error {
  return sourceFault(`Two sheets of ${place} have the headers and rows under them.`, {
    code: 'EXCEL_TWO_SHEETS',
    place,
    expected: 'one sheet with the headers',
    found: quotedList(sheets),
    hint: 'Remove or hide the one that does not count.',
  });
}
