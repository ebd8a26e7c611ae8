import { quotedList, shortList, sourceFault } from './fault.ts';
import {
  type Cells,
  describeMissing,
  describeRow,
  type HeaderMatch,
  headersWrong,
  isComplete,
  type WantedHeader,
} from './headers.ts';

/** The header may stand under a title: it is looked for in this many rows. */
export const HEADER_SEARCH_ROWS = 20;

type Kind = 'EXCEL' | 'GSHEET';

/** The row of a sheet that comes nearest to holding the headers. */
export interface Candidate {
  readonly sheet: string;
  readonly row: number;
  readonly cells: Cells;
  readonly match: HeaderMatch;
}

/** The first row with all headers before any other, else the one that lacks the fewest. */
export function betterCandidate(best: Candidate | undefined, next: Candidate): Candidate {
  if (best === undefined || next.match.missing.length < best.match.missing.length) return next;
  return isComplete(next.match) && !isComplete(best.match) ? next : best;
}

export function sheetPlace(place: string, sheet: string, row?: number): string {
  return `${place}, sheet "${sheet}"${row === undefined ? '' : `, row ${row}`}`;
}

/** A fault about the sheet that has at least half of the headers; when none has, one that shows every sheet. */
export function headersNotFound(
  kind: Kind,
  place: string,
  wanted: readonly WantedHeader[],
  candidates: readonly Candidate[],
  hidden: readonly string[],
): Error {
  const [best] = candidates.toSorted((left, right) => left.match.missing.length - right.match.missing.length);
  if (best !== undefined && best.match.missing.length * 2 <= wanted.length) {
    return headersWrong(kind, sheetPlace(place, best.sheet, best.row), best.cells, best.match, wanted);
  }
  const headers = wanted.map(({ header }) => header);
  const missing = describeMissing(best?.match.missing ?? headers, best?.cells ?? [], wanted);
  const shown = candidates.map(
    ({ sheet, row, cells }) => `sheet "${sheet}", row ${row}: ${describeRow(cells, wanted)}`,
  );
  return sourceFault(`No sheet of ${place} has the headers.`, {
    code: `${kind}_NO_SHEET`,
    place,
    expected: `a sheet with the headers ${quotedList(headers)}`,
    found: shown.length === 0 ? 'no sheet with anything in it' : shortList(shown),
    hint:
      `Check that it is the right ${kind === 'EXCEL' ? 'workbook' : 'spreadsheet'}; missing: ${missing}.` +
      (hidden.length === 0 ? '' : ` Hidden sheets are not read: ${quotedList(hidden)}.`),
  });
}

export function noRows(kind: Kind, place: string): Error {
  return sourceFault(`${place}: there is no row under the headers.`, {
    code: `${kind}_NO_ROWS`,
    place,
    expected: 'at least one row',
    found: 'headers alone',
    hint:
      kind === 'EXCEL'
        ? 'Check that the file was exported with its data.'
        : 'Check that the form sends its answers here.',
  });
}

export function twoSheets(kind: Kind, place: string, sheets: readonly string[]): Error {
  return sourceFault(`Two sheets of ${place} have the headers and rows under them.`, {
    code: `${kind}_TWO_SHEETS`,
    place,
    expected: 'one sheet with the headers',
    found: quotedList(sheets),
    hint: 'Remove or hide the one that does not count.',
  });
}
