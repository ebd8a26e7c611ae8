import type { RawRow } from '../../runner/landing/types.ts';
import type { CsvInput } from './csv-input.ts';
import { csvRecords, RecordFault } from './csv-records.ts';
import { quotedList, sourceFault } from './fault.ts';
import { headersWrong, isBlank, isComplete, matchHeaders, type WantedHeader } from './headers.ts';
import { decode, kindOf } from './input.ts';

/** What a cell of a Google Sheet can hold, in UTF-16 units. */
const MAX_CELL_CHARACTERS = 50_000;

/**
 * The records of a CSV, each with one text per wanted header in the order asked. `number` is the record's index in the
 * file, the header being 1: a wholly blank record is left out but counted. The delimiter (`,` `;` or tab) is that of
 * the header line.
 * @throws a fault for a file that is no CSV, headers missing or twice, a quote never closed, a cell too long, no row
 */
export function* csvRows(
  input: CsvInput,
  wanted: readonly WantedHeader[],
  notice: (message: string) => void,
): Generator<RawRow, void, undefined> {
  const { place, encoding } = input;
  const [start = Buffer.alloc(0)] = input.blocks();
  refuseOtherKinds(place, start);
  if (encoding === 'windows-1252') notice(`${place} is not UTF-8: it was read as windows-1252.`);

  const [head = ''] = decode([start], encoding);
  let header: readonly string[] | undefined;
  let positions: readonly number[] | undefined;
  const nameOf = (index: number): string => header?.[index] || `n° ${index + 1}`;
  let width = 0;
  let number = 0;
  let rows = 0;
  let surplus = 0;
  try {
    for (const record of csvRecords(decode(input.blocks(), encoding), headerDelimiter(head))) {
      number += 1;
      for (let index = 0; index < record.length; index += 1)
        if ((record[index] ?? '').length > MAX_CELL_CHARACTERS) throw cellTooLong(place, number, nameOf(index));
      if (isBlank(record)) continue;
      if (positions === undefined) {
        const match = matchHeaders(record, wanted);
        if (!isComplete(match)) throw headersWrong('CSV', `${place}, row ${number}`, record, match, wanted);
        header = record;
        width = record.length;
        positions = match.positions;
        continue;
      }
      if (record.length > width) surplus += record.slice(width).filter((cell) => cell.trim() !== '').length;
      rows += 1;
      const cells: (string | null)[] = [];
      for (const position of positions) cells.push(record[position] || null);
      yield { number, cells };
    }
  } catch (error) {
    throw error instanceof RecordFault ? recordFault(place, number + 1, error, nameOf) : error;
  }
  if (positions === undefined) throw csvEmpty(place, wanted);
  if (rows === 0) throw noRows(place);
  if (surplus > 0) notice(`${place}: ${surplus} cell(s) to the right of the last header were left out.`);
}

function refuseOtherKinds(place: string, start: Buffer): void {
  const refuse = (code: string, found: string, hint: string): never => {
    throw sourceFault(`${place} is not a CSV but ${found}.`, { code, place, expected: 'a CSV file', found, hint });
  };
  const kind = kindOf(start);
  if (kind === 'empty') refuse('CSV_EMPTY', 'an empty file (0 bytes)', 'Export it again.');
  if (kind === 'html')
    refuse('CSV_HTML', 'a web page (HTML)', 'Save the sheet as CSV, or give its CSV export address.');
  if (kind === 'zip' || kind === 'ole')
    refuse('CSV_IS_WORKBOOK', 'an Excel workbook', 'Save the sheet as "CSV UTF-8".');
}

/** The commonest delimiter in the first line with something in it; what stands within quotes doesn't count. */
function headerDelimiter(head: string): string {
  const [line = ''] = head
    .replace(/"[^"]*"?/g, 'x')
    .trimStart()
    .split(/[\r\n]/, 1);
  const count = (delimiter: string): number => line.split(delimiter).length;
  return [',', ';', '\t'].reduce((best, delimiter) => (count(delimiter) > count(best) ? delimiter : best));
}

function recordFault(place: string, row: number, fault: RecordFault, nameOf: (index: number) => string): Error {
  const column = nameOf(fault.column);
  if (fault.kind === 'record too long') return cellTooLong(place, row, column);
  const isOpen = fault.kind === 'quote not closed';
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

function cellTooLong(place: string, row: number, column: string): Error {
  return sourceFault(`A cell holds more than ${MAX_CELL_CHARACTERS} characters.`, {
    code: 'CSV_CELL_TOO_LONG',
    place: `${place}, row ${row}, column "${column}"`,
    expected: `at most ${MAX_CELL_CHARACTERS} characters, as in a Google Sheet`,
    found: 'a longer text',
    hint: 'Shorten it. If nobody wrote that much, a quote that opens in this row is never closed.',
  });
}

function csvEmpty(place: string, wanted: readonly WantedHeader[]): Error {
  return sourceFault(`${place} holds nothing but blanks.`, {
    code: 'CSV_EMPTY',
    place,
    expected: `the headers ${quotedList(wanted.map(({ header }) => header))}`,
    found: 'blank lines',
    hint: 'Export it again.',
  });
}

function noRows(place: string): Error {
  return sourceFault(`${place} has no rows under its headers.`, {
    code: 'CSV_NO_ROWS',
    place,
    expected: 'at least one row',
    found: 'headers alone',
    hint: 'Check that the file was exported with its data.',
  });
}
