import { shortList, sourceFault } from './fault.ts';
import type { InputFile } from './file.ts';
import { describeMissing, describeRow, type WantedHeader } from './headers.ts';

/** The row of a sheet that comes nearest to holding the headers. */
export interface Candidate {
  readonly sheet: string;
  readonly row: number;
  readonly cells: readonly (string | null)[];
  readonly missing: readonly string[];
  readonly twice: readonly string[];
}

export function sheetPlace(file: InputFile, sheet: string, row?: number): string {
  return `${file.place}, sheet "${sheet}"${row === undefined ? '' : `, row ${row}`}`;
}

/** A fault about the sheet that has at least half of the headers; when none has, one that shows every sheet. */
export function headersNotFound(
  file: InputFile,
  wanted: readonly WantedHeader[],
  candidates: readonly Candidate[],
  hidden: readonly string[],
): Error {
  const [best] = candidates.toSorted((left, right) => left.missing.length - right.missing.length);
  if (best === undefined || best.missing.length * 2 > wanted.length) {
    return noSheet(file, wanted, candidates, hidden, best);
  }
  const isMissing = best.missing.length > 0;
  return sourceFault(
    isMissing
      ? `A header is missing: ${describeMissing(best.missing, best.cells, wanted)}.`
      : `A header is there twice: ${names(best.twice)}.`,
    {
      code: isMissing ? 'EXCEL_HEADER_MISSING' : 'EXCEL_HEADER_TWICE',
      place: sheetPlace(file, best.sheet, best.row),
      expected: `${headerList(wanted)}, each once`,
      found: describeRow(best.cells, wanted),
      hint: isMissing
        ? 'Give the column its header again; case, accents and the order of the columns are free.'
        : 'Rename or remove the column that is too many.',
    },
  );
}

function noSheet(
  file: InputFile,
  wanted: readonly WantedHeader[],
  candidates: readonly Candidate[],
  hidden: readonly string[],
  best: Candidate | undefined,
): Error {
  const sheets = candidates.map(
    ({ sheet, row, cells }) => `sheet "${sheet}", row ${row}: ${describeRow(cells, wanted)}`,
  );
  const missing = best?.missing ?? wanted.map(({ header }) => header);
  const unseen = hidden.length === 0 ? '' : ` Hidden sheets are not read: ${names(hidden)}.`;
  return sourceFault(`No sheet of ${file.place} has the headers.`, {
    code: 'EXCEL_NO_SHEET',
    place: file.place,
    expected: `a sheet with ${headerList(wanted)}`,
    found: sheets.length === 0 ? 'no sheet with anything in it' : shortList(sheets),
    hint: `Check that it is the right workbook; missing: ${describeMissing(missing, best?.cells ?? [], wanted)}.${unseen}`,
  });
}

export function noRows(place: string): Error {
  return sourceFault(`${place}: there is no row under the headers.`, {
    code: 'EXCEL_NO_ROWS',
    place,
    expected: 'at least one row',
    found: 'headers alone',
    hint: 'Check that the file was exported with its data.',
  });
}

export function twoSheets(file: InputFile, first: string, second: string): Error {
  return sourceFault(`Two sheets of ${file.place} have the headers and rows under them.`, {
    code: 'EXCEL_TWO_SHEETS',
    place: file.place,
    expected: 'one sheet with the headers',
    found: names([first, second]),
    hint: 'Remove or hide the one that does not count.',
  });
}

function headerList(wanted: readonly WantedHeader[]): string {
  return `the headers ${names(wanted.map(({ header }) => header))}`;
}

function names(items: readonly string[]): string {
  return items.map((item) => `"${item}"`).join(', ');
}
