import { Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import type { RawRow } from '../../runner/landing/types.ts';
import { quotedList, sourceFault } from './fault.ts';
import { headersWrong, isBlank, isComplete, matchHeaders, type WantedHeader } from './headers.ts';
import { decode, encodingOf, type Input, kindOf } from './input.ts';

/** What a cell of a Google Sheet can hold, in UTF-16 units. */
const MAX_CELL_CHARACTERS = 50_000;
/** Bytes after which a record is given up, so that a quote that never closes doesn't fill the memory. */
const MAX_RECORD_BYTES = 16_000_000;

/**
 * The records of a CSV, each with one text per wanted header in the order asked. `number` is the record's index in the
 * file, the header being 1: a wholly blank record is left out but counted. The delimiter (`,` `;` or tab) is that of
 * the header line.
 * @throws a fault for a file that is no CSV, headers missing or twice, a quote never closed, a cell too long, no row
 */
export async function* csvRows(
  input: Input,
  wanted: readonly WantedHeader[],
  notice: (message: string) => void,
): AsyncGenerator<RawRow, void, undefined> {
  const { place, bytes } = input;
  refuseOtherKinds(input);
  const encoding = encodingOf(bytes);
  if (encoding === 'windows-1252') notice(`${place} is not UTF-8: it was read as windows-1252.`);

  const [head = ''] = decode(bytes, encoding);
  let header: readonly string[] | undefined;
  const parser = parse({
    delimiter: headerDelimiter(head),
    record_delimiter: ['\r\n', '\n', '\r'],
    relax_column_count: true,
    max_record_size: MAX_RECORD_BYTES,
    // Called before the record is read below: an error drops the records that wait.
    on_record: (record: string[]) => {
      if (!isBlank(record)) header ??= record;
      return record;
    },
  });
  const nameOf = (index: number): string => {
    // A first record without any header is data, which messages don't show.
    const isHeader = header !== undefined && matchHeaders(header, wanted).missing.length < wanted.length;
    return (isHeader && header?.[index]) || `n° ${index + 1}`;
  };
  let positions: readonly number[] | undefined;
  let number = 0;
  let rows = 0;
  let surplus = 0;
  try {
    for await (const record of Readable.from(decode(bytes, encoding)).pipe(parser) as AsyncIterable<string[]>) {
      number += 1;
      const long = record.findIndex((cell) => cell.length > MAX_CELL_CHARACTERS);
      if (long >= 0) throw cellTooLong(place, number, nameOf(long));
      if (isBlank(record)) continue;
      if (positions === undefined) {
        const match = matchHeaders(record, wanted);
        if (!isComplete(match)) throw headersWrong('CSV', `${place}, row ${number}`, record, match, wanted);
        positions = match.positions;
        continue;
      }
      surplus += record.slice(header?.length).filter((cell) => cell.trim() !== '').length;
      rows += 1;
      yield { number, cells: positions.map((position) => record[position] || null) };
    }
  } catch (error) {
    throw error instanceof CsvError ? parserFault(place, error, nameOf) : error;
  }
  if (positions === undefined) throw csvEmpty(place, wanted);
  if (rows === 0) throw noRows(place);
  if (surplus > 0) notice(`${place}: ${surplus} cell(s) to the right of the last header were left out.`);
}

function refuseOtherKinds({ place, bytes }: Input): void {
  const refuse = (code: string, found: string, hint: string): never => {
    throw sourceFault(`${place} is not a CSV but ${found}.`, { code, place, expected: 'a CSV file', found, hint });
  };
  const kind = kindOf(bytes);
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

function parserFault(place: string, error: CsvError, nameOf: (index: number) => string): Error {
  const details = error as CsvError & { readonly records?: number; readonly column?: number | string };
  // The parser counts the records that it finished; the quote opened in the next one.
  const row = (details.records ?? 0) + 1;
  const column = nameOf(typeof details.column === 'number' ? details.column : -1);
  if (error.code === 'CSV_MAX_RECORD_SIZE') return cellTooLong(place, row, column);
  const isOpen = error.code === 'CSV_QUOTE_NOT_CLOSED';
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
