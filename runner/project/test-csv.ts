import { parse } from 'csv-parse/sync';
import type { FaultFields } from '../util/yaml.ts';
import type { TestRows } from './types.ts';

interface CsvRecord {
  readonly record: readonly (string | null)[];
  readonly info: { readonly lines: number };
}

/** @param below lines below the key that the block stands under */
type FaultBelow = (fields: FaultFields, below: number) => void;

/**
 * Rows written as CSV in a text block: a header line, cells separated by commas, blanks around them ignored, so that
 * columns may be aligned. An empty cell is NULL, `""` an empty text.
 * @param line of the key that the block stands under: the header is on the next one
 */
export function readTestCsv(text: string, line: number, fault: FaultBelow): TestRows {
  const [header, ...records] = readRecords(text, fault);
  const columns = (header?.record ?? []).map((cell) => cell ?? '');
  const double = columns.find((column, index) => column === '' || columns.indexOf(column) !== index);
  if (double !== undefined) {
    const found = double === '' ? 'a column without a name' : `"${double}" twice`;
    const hint = 'The first line names the columns.';
    fault({ message: 'the header of the CSV is wrong', expected: 'every column named once', found, hint }, 1);
    return { line, columns, rows: [] };
  }
  records.forEach(({ record, info }, index) => {
    if (record.length === columns.length) return;
    const fields = {
      message: `row ${index + 1} of the CSV does not fit its header`,
      expected: `${columns.length} cells: ${columns.join(', ')}`,
      found: `${record.length}: ${record.join(', ')}`,
      hint: 'Quote a value that holds a comma: "a, b".',
    };
    fault(fields, info.lines);
  });
  return {
    line,
    columns,
    rows: records.map(({ record, info }) => ({
      line: line + info.lines,
      cells: Object.fromEntries(columns.map((column, index) => [column, record[index] ?? null])),
    })),
  };
}

function readRecords(text: string, fault: FaultBelow): readonly CsvRecord[] {
  try {
    return parse(text, {
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
      trim: true,
      cast: (value, { quoting }) => (value === '' && !quoting ? null : value),
    }) as unknown as CsvRecord[];
  } catch (error) {
    const { message, lines = 1 } = error as Error & { readonly lines?: number };
    fault({ message, hint: 'Close the quotes, and double a quote inside a value: "".' }, lines);
    return [];
  }
}
