import type { ByteScan } from './bytes.ts';
import { sourceFault } from './fault.ts';
import { describeMissing, describeRow, type HeaderMatch, type WantedHeader } from './headers.ts';

/** What the file is when it is not a text with records in it. */
export function notText(place: string, { head, size }: ByteScan): Error | undefined {
  const looksLike = (code: string, found: string, hint: string): Error =>
    sourceFault(`${place} is not a CSV but ${found}.`, { code, place, expected: 'a CSV file', found, hint });
  if (size === 0) return looksLike('CSV_EMPTY', 'an empty file (0 bytes)', 'Export it again.');
  const start = head
    .toString('latin1')
    .replaceAll('\0', '')
    .replace(/^(\xef\xbb\xbf|\xff\xfe|\xfe\xff)/, '')
    .trimStart();
  if (/^<(!doctype html|html|head|body)/i.test(start)) {
    return looksLike('CSV_HTML', 'a web page (HTML)', 'Save the sheet as CSV, or give its CSV export address.');
  }
  if (['PK\x03\x04', '\xd0\xcf\x11\xe0'].some((magic) => start.startsWith(magic))) {
    return looksLike('CSV_IS_WORKBOOK', 'an Excel workbook', 'Save the sheet as "CSV UTF-8".');
  }
  return undefined;
}

export function headersWrong(
  place: string,
  row: number,
  cells: readonly string[],
  { missing, twice }: HeaderMatch,
  wanted: readonly WantedHeader[],
): Error {
  const isMissing = missing.length > 0;
  const names = twice.map((header) => `"${header}"`).join(', ');
  return sourceFault(
    isMissing
      ? `A header is missing: ${describeMissing(missing, cells, wanted)}.`
      : `A header is there twice: ${names}.`,
    {
      code: isMissing ? 'CSV_HEADER_MISSING' : 'CSV_HEADER_TWICE',
      place: `${place}, row ${row}`,
      expected: `the headers ${wanted.map(({ header }) => `"${header}"`).join(', ')}, each once`,
      found: describeRow(cells, wanted),
      hint: isMissing
        ? 'The headers stand in the first row, separated by , ; or tab; case, accents and order are free.'
        : 'Rename or remove the column that is too many.',
    },
  );
}

export function emptyFile(place: string, wanted: readonly WantedHeader[]): Error {
  return sourceFault(`${place} holds nothing but blanks.`, {
    code: 'CSV_EMPTY',
    place,
    expected: `the headers ${wanted.map(({ header }) => `"${header}"`).join(', ')}`,
    found: 'blank lines',
    hint: 'Export it again.',
  });
}

export function noRows(place: string): Error {
  return sourceFault(`${place} has no rows under its headers.`, {
    code: 'CSV_NO_ROWS',
    place,
    expected: 'at least one row',
    found: 'headers alone',
    hint: 'Check that the file was exported with its data.',
  });
}

export function cellTooLong(place: string, row: number, column: string, limit: number): Error {
  return sourceFault(`A cell holds more than ${limit} characters.`, {
    code: 'CSV_CELL_TOO_LONG',
    place: `${place}, row ${row}, column "${column}"`,
    expected: `at most ${limit} characters, as in a Google Sheet`,
    found: 'a longer text',
    hint: 'Shorten it. If nobody wrote that much, a quote that opens in this row is never closed.',
  });
}

export function quoteFault(place: string, row: number, column: string, isOpen: boolean): Error {
  return sourceFault(
    isOpen ? `A quote that opens in row ${row} is never closed.` : `A quote in row ${row} is not where one can stand.`,
    {
      code: isOpen ? 'CSV_QUOTE_NOT_CLOSED' : 'CSV_QUOTE_MISPLACED',
      place: `${place}, row ${row}, column "${column}"`,
      expected: 'quotes around a whole cell, and a quote within one written twice ("")',
      found: isOpen ? 'the end of the file within quotes' : 'a quote beside other characters',
      hint: 'Close the quote in that row, or export the sheet again instead of editing the CSV.',
    },
  );
}
