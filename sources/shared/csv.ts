import { pipeline, Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import type { RawRow } from '../../runner/landing/types.ts';
import { type ByteScan, type ByteSource, decodeBytes } from './bytes.ts';
import { cellTooLong, emptyFile, headersWrong, noRows, notText, quoteFault } from './csv-faults.ts';
import { matchHeaders, type WantedHeader } from './headers.ts';

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
  source: ByteSource,
  scan: ByteScan,
  wanted: readonly WantedHeader[],
  notice: (message: string) => void,
): AsyncGenerator<RawRow, void, undefined> {
  const { place } = source;
  const problem = notText(place, scan);
  if (problem !== undefined) throw problem;
  if (scan.encoding === 'windows-1252') notice(`${place} is not UTF-8: it was read as windows-1252.`);

  const { delimiter, text } = await findDelimiter(decodeBytes(source, scan.encoding));
  let header: readonly string[] | undefined;
  let names: readonly string[] | undefined;
  let positions: readonly number[] = [];
  let number = 0;
  let rows = 0;
  let surplus = 0;
  try {
    const parsed = records(text, delimiter, (record) => {
      // The first record names the columns in messages, unless it is data.
      if (!isBlank(record)) names ??= matchHeaders(record, wanted).missing.length < wanted.length ? record : [];
    });
    for await (const record of parsed) {
      number += 1;
      const long = record.findIndex((cell) => cell.length > MAX_CELL_CHARACTERS);
      if (long >= 0) throw cellTooLong(place, number, names?.[long] ?? `n° ${long + 1}`, MAX_CELL_CHARACTERS);
      if (isBlank(record)) continue;
      if (header === undefined) {
        const match = matchHeaders(record, wanted);
        if (match.missing.length + match.twice.length > 0) throw headersWrong(place, number, record, match, wanted);
        header = record;
        positions = match.positions;
        continue;
      }
      surplus += record.slice(header.length).filter((cell) => cell.trim() !== '').length;
      rows += 1;
      yield { number, cells: positions.map((position) => record[position] || null) };
    }
  } catch (error) {
    throw error instanceof CsvError ? parserFault(place, error, names ?? []) : error;
  }
  await source.verify();
  if (header === undefined) throw emptyFile(place, wanted);
  if (rows === 0) throw noRows(place);
  if (surplus > 0) notice(`${place}: ${surplus} cell(s) to the right of the last header were left out.`);
}

/** The records, and each as soon as it is parsed: an error drops those that wait to be read. */
function records(
  text: AsyncIterable<string>,
  delimiter: string,
  onParsed: (record: readonly string[]) => void,
): AsyncIterable<readonly string[]> {
  const parser = parse({
    delimiter,
    record_delimiter: ['\r\n', '\n', '\r'],
    relax_column_count: true,
    max_record_size: MAX_RECORD_BYTES,
    on_record: (record: string[]) => {
      onParsed(record);
      return record;
    },
  });
  // The callback is there for the signature: an error also ends the iteration of the parser.
  return pipeline(Readable.from(text), parser, () => undefined);
}

function parserFault(place: string, error: CsvError, names: readonly string[]): Error {
  const details = error as CsvError & { readonly records?: number; readonly column?: number | string };
  // The parser counts the records that it finished; the quote opened in the next one.
  const row = (details.records ?? 0) + 1;
  const index = typeof details.column === 'number' ? details.column : -1;
  const column = names[index] ?? `n° ${index + 1}`;
  if (error.code === 'CSV_MAX_RECORD_SIZE') return cellTooLong(place, row, column, MAX_CELL_CHARACTERS);
  return quoteFault(place, row, column, error.code === 'CSV_QUOTE_NOT_CLOSED');
}

function isBlank(record: readonly string[]): boolean {
  return record.every((cell) => cell.trim() === '');
}

/** Reads ahead as far as the end of the first line that holds something, and gives the whole text back. */
async function findDelimiter(
  text: AsyncIterator<string>,
): Promise<{ readonly delimiter: string; readonly text: AsyncIterable<string> }> {
  let head = '';
  let line: string | undefined;
  let isEnd = false;
  while (line === undefined && !isEnd && head.length < MAX_CELL_CHARACTERS) {
    const next = await text.next();
    isEnd = next.done === true;
    if (!isEnd) head += next.value;
    line = firstLine(head);
  }
  return { delimiter: commonest(line ?? head), text: joined(head, text) };
}

/** The first line with something in it, if it is there as far as its end; a line break within quotes doesn't end it. */
function firstLine(text: string): string | undefined {
  const start = text.search(/\S/);
  if (start < 0) return undefined;
  let isQuoted = false;
  for (let at = start; at < text.length; at += 1) {
    const character = text[at];
    if (character === '"') isQuoted = !isQuoted;
    else if (!isQuoted && (character === '\n' || character === '\r')) return text.slice(start, at);
  }
  return undefined;
}

function commonest(line: string): string {
  const unquoted = line.replace(/"[^"]*"?/g, '');
  const count = (delimiter: string): number => unquoted.split(delimiter).length - 1;
  return [',', ';', '\t'].reduce((best, delimiter) => (count(delimiter) > count(best) ? delimiter : best));
}

async function* joined(head: string, rest: AsyncIterator<string>): AsyncGenerator<string, void, undefined> {
  try {
    yield head;
    for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
  } finally {
    await rest.return?.();
  }
}
