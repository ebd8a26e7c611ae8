import { describe, expect, it } from 'vitest';
import { plainDecimal } from './cell-text.ts';
import { sheetRows } from './excel.ts';
import { readInput } from './input.ts';
import { collect, type TestCell, testContext, useTempDir, workbookBytes } from './testing.ts';

const folder = useTempDir();

/** The text of a cell that went through a workbook. */
async function through(value: TestCell, format?: string): Promise<string | null | undefined> {
  const bytes = await workbookBytes(
    {
      Feuille: [
        ['Clé', 'Valeur'],
        ['1', value],
      ],
    },
    (workbook) => {
      const cell = workbook.worksheets[0]?.getCell('B2');
      if (cell !== undefined && format !== undefined) cell.numFmt = format;
    },
  );
  await folder.write('cell.xlsx', bytes);
  const file = await readInput(testContext({ projectDir: folder.path(), env: { XLSX: 'cell.xlsx' } }), 'XLSX');
  const wanted = ['Clé', 'Valeur'].map((header) => ({ column: header, header }));
  return (await collect(sheetRows(file, wanted)))[0]?.cells[1];
}

describe('the text of a cell', () => {
  it.each([
    [30940, '30940'],
    [30940.5, '30940.5'],
    [0, '0'],
    [-0.25, '-0.25'],
    [0.1 + 0.2, '0.3'],
    [1e21, '1000000000000000000000'],
    [1.5e-7, '0.00000015'],
  ])('that holds the number %d is a plain decimal', (value, text) => expect(plainDecimal(value)).toBe(text));

  it('that holds a date is the day in ISO, whatever the format and the time zone', async () => {
    expect(await through(new Date('1990-07-06'), 'd/m/yyyy')).toBe('1990-07-06');
    expect(await through(new Date('2020-12-31'), '[$-40C]d mmmm yyyy')).toBe('2020-12-31');
  });

  it('that holds a date with a time has both', async () => {
    expect(await through(new Date('2026-03-04T17:05:09Z'), 'd/m/yyyy h:mm')).toBe('2026-03-04 17:05:09');
  });

  it('that holds a time of the day alone is that time', async () => {
    expect(await through(0.5, 'h:mm')).toBe('12:00:00');
  });

  it('that holds an amount with a currency stays a number', async () => {
    expect(await through(30940.5, '#,##0.00 "euros bruts"')).toBe('30940.5');
  });

  it.each<[string, TestCell, string | null]>([
    ['a formula is its result', { formula: 'A2&"x"', result: '1x' } as TestCell, '1x'],
    ['a formula that gives zero is 0', { formula: 'A2-1', result: 0 } as TestCell, '0'],
    ['a formula never computed is empty', { formula: 'A2-1' } as TestCell, null],
    ['rich text is its text', { richText: [{ text: 'Mon' }, { font: { bold: true }, text: 'sieur' }] }, 'Monsieur'],
    ['a hyperlink is its text', { text: 'la page', hyperlink: 'https://example.org/' }, 'la page'],
    ['an error is its name', { error: '#N/A' }, '#N/A'],
    ['a boolean is true or false', true, 'true'],
    ['a text keeps its spaces', ' Fabre ', ' Fabre '],
    ['an empty text is an empty cell', '', null],
  ])('that holds %s', async (_, value, text) => expect(await through(value)).toBe(text));

  it('that holds a formula with a date is the day', async () => {
    expect(await through({ formula: 'DATE(2020,5,1)', result: 43952 } as unknown as TestCell, 'd/m/yyyy')).toBe(
      '2020-05-01',
    );
  });
});
