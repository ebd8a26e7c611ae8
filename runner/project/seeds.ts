import { parse } from 'csv-parse/sync';
import { RunnerError } from '../errors.ts';
import { lineOf, offsetAt, placeAt } from '../util/places.ts';
import type { SeedFile } from './types.ts';

interface CsvRecord {
  readonly record: readonly string[];
  readonly info: { readonly lines: number };
}

/**
 * A seed's CSV: comma separated, UTF-8, a header line; an empty cell is NULL.
 * @throws RunnerError `SEED_INVALID` with the line: bad quotes, a double or empty header, a row of another length
 */
export function parseSeed(text: string, name: string, file: string): SeedFile {
  const plain = text.replace(/^\uFEFF/, '');
  const records = readRecords(plain, file);
  const [header, ...rows] = records;
  if (!header || header.record.every((cell) => cell.trim() === '')) {
    throw new RunnerError({
      code: 'SEED_INVALID',
      message: `seed ${name} is empty`,
      file,
      ...placeAt(plain, 0),
      expected: 'a header line',
      hint: 'The first line names the columns: code,label',
    });
  }
  if (header.record.length === 1 && /[;\t]/.test(header.record[0] ?? ''))
    throw new RunnerError({
      code: 'SEED_INVALID',
      message: `seed ${name} has one column, whose name holds a separator`,
      file,
      ...placeAt(plain, plain.search(/[;\t]/)),
      expected: 'cells separated by commas',
      hint: 'Save it with commas between the cells.',
    });
  const columns = header.record.map((cell) => cell.trim());
  const double = columns.find((column, index) => column === '' || columns.indexOf(column) !== index);
  if (double !== undefined) {
    const found = double === '' ? 'a column without a name' : `"${double}" twice`;
    throw new RunnerError({
      code: 'SEED_INVALID',
      message: `header of seed ${name} is wrong`,
      file,
      line: 1,
      column: Math.max(0, lineOf(plain, 1).lastIndexOf(double)) + 1,
      source: lineOf(plain, 1),
      expected: 'every column named once',
      found,
      hint: 'Name each column once in the first line.',
    });
  }
  const faults = rows
    .filter(({ record }) => record.length !== columns.length)
    .map(({ record, info }) => ({
      code: 'SEED_INVALID',
      message: `row of seed ${name} does not fit its header`,
      file,
      ...placeAt(plain, offsetAt(plain, info.lines, 1) + lineOf(plain, info.lines).length),
      expected: `${columns.length} cells: ${columns.join(', ')}`,
      found: `${record.length}`,
      hint: 'Quote a value that holds a comma: "a, b".',
    }));
  if (faults.length > 0) throw new RunnerError(faults);
  return {
    name,
    file,
    header: columns,
    rows: rows.map(({ record, info }) => ({
      line: info.lines,
      cells: record.map((cell) => (cell === '' ? null : cell)),
    })),
  };
}

function readRecords(text: string, file: string): readonly CsvRecord[] {
  try {
    return parse(text, {
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
    }) as unknown as CsvRecord[];
  } catch (error) {
    const { code, message, lines = 1 } = error as { code?: string; message: string; lines?: number };
    // Of an open quote the parser tells the end of the file.
    const open = code === 'CSV_QUOTE_NOT_CLOSED';
    const place = placeAt(text, open ? text.lastIndexOf('"') : offsetAt(text, lines, 1));
    throw new RunnerError({
      code: 'SEED_INVALID',
      message: open ? 'a quote is not closed' : message,
      file,
      ...place,
      hint: 'Close the quotes, and double a quote inside a value: "".',
    });
  }
}
