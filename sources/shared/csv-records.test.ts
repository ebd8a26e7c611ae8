import { CsvError, parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { csvRecords, RecordFault } from './csv-records.ts';

/** The records, then the fault if there is one, as a library that is known to be strict finds them. */
function byLibrary(text: string): unknown[] {
  const found: unknown[] = [];
  try {
    parse(text, {
      record_delimiter: ['\r\n', '\n', '\r'],
      relax_column_count: true,
      on_record: (record: string[]) => {
        found.push(record);
        return record;
      },
    });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    found.push(error.code === 'CSV_QUOTE_NOT_CLOSED' ? 'quote not closed' : 'quote misplaced');
  }
  return found;
}

function byUs(pieces: readonly string[]): unknown[] {
  const found: unknown[] = [];
  try {
    for (const record of csvRecords(pieces, ',')) found.push(record);
  } catch (error) {
    if (!(error instanceof RecordFault)) throw error;
    found.push(error.kind);
  }
  return found;
}

/** Every cut of a text in two or three. */
function cuts(text: string): readonly (readonly string[])[] {
  const ends = Array.from({ length: text.length + 1 }, (_, index) => index);
  return ends.flatMap((first) =>
    ends.slice(first).map((second) => [text.slice(0, first), text.slice(first, second), text.slice(second)]),
  );
}

describe('the records of a CSV', () => {
  it('are those that csv-parse finds, and so are the faults, whatever is written and wherever the text is cut', () => {
    const sign = fc.constantFrom('"', '"', '""', ',', ',', '\r', '\n', '\r\n', 'a', ' ', 'é', '💪');
    const anything = fc.array(sign, { maxLength: 14 }).map((signs) => signs.join(''));
    fc.assert(
      fc.property(anything, (text) => {
        const expected = byLibrary(text);
        for (const pieces of cuts(text)) expect(byUs(pieces), JSON.stringify(pieces)).toEqual(expected);
      }),
      { numRuns: 3_000 },
    );
  });

  it('are the cells that were written, however large they are', () => {
    const cell = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('', '"', '\r\n', ',', 'x'.repeat(70_000)));
    const rows = fc.array(fc.array(cell, { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(rows, fc.integer({ min: 1, max: 100_000 }), (records, size) => {
        const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
        const text = records.map((record) => record.map(quoted).join(',')).join('\r\n');
        const pieces: string[] = [];
        for (let at = 0; at < text.length; at += size) pieces.push(text.slice(at, at + size));
        expect([...csvRecords(pieces, ',')]).toEqual(records);
      }),
      { numRuns: 100 },
    );
  });

  it('are not read twice over and over while one of them fills piece after piece', () => {
    let given = 0;
    function* endless(): Generator<string> {
      yield 'a,"';
      for (; ; given += 1) yield 'x'.repeat(65_536);
    }
    expect(() => [...csvRecords(endless(), ',')]).toThrow(new RecordFault('record too long', 1));
    expect(given * 65_536).toBeLessThan(40_000_000);
  });
});
