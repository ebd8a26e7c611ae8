import { describe, expect, it } from 'vitest';
import { sheetRows } from './excel.ts';
import { collect, faultOf, type TestCell, workbookBytes } from './testing.ts';
import { storedWorkbook, type WorkbookParts } from './testing-workbook.ts';

const WANTED = ['Nom', 'Valeur'].map((header) => ({ column: header, header }));
const DATED =
  '<styleSheet><numFmts><numFmt numFmtId="170" formatCode="[$-40C]JJ\\ DD/MM/YYYY"/><numFmt numFmtId="171" formatCode="0\\ \\j\\o\\u\\r\\s"/></numFmts>' +
  '<cellXfs><xf numFmtId="0"/><xf numFmtId="14" fontId="3"/><xf numFmtId="170"/><xf numFmtId="171"/></cellXfs></styleSheet>';

/** What row 2 reads, of a workbook made by hand. */
async function readRow(parts: WorkbookParts): Promise<readonly (string | null)[] | undefined> {
  const [row] = await rowsOf(storedWorkbook(parts), 1);
  return row?.cells;
}

function rowsOf(
  bytes: Buffer,
  columns = 2,
): Promise<{ readonly number: number; readonly cells: readonly (string | null)[] }[]> {
  return collect(sheetRows({ place: 'book.xlsx', bytes }, WANTED.slice(0, columns)));
}

/** The text of a cell with the header "Nom" above it. */
async function readCell(cell: string, parts: WorkbookParts = {}): Promise<string | null | undefined> {
  return (await readRow({ row: cell, ...parts }))?.[0];
}

describe('a cell is read right', () => {
  it.each<[string, string, string]>([
    ['an inline text', '<c r="A2" t="inlineStr"><is><t>Léa</t></is></c>', 'Léa'],
    [
      'rich text within the cell',
      '<c r="A2" t="inlineStr"><is>\n<r><rPr><b/></rPr><t>Jean</t></r>\n<r><t>ne</t></r></is></c>',
      'Jeanne',
    ],
    ['without the reading of Japanese', '<c r="A2" t="inlineStr"><is><t>山</t><rPh><t>やま</t></rPh></is></c>', '山'],
    [
      'an ampersand that is written out',
      '<c r="A2" t="inlineStr"><is><t>R&amp;amp;D &lt; 2</t></is></c>',
      'R&amp;D < 2',
    ],
    ['CDATA', '<c r="A2" t="str"><v><![CDATA[a<b]]></v></c>', 'a<b'],
    ['a line break between tags, which is no text', '<c r="A2" t="str">\n<v>x</v>\n</c>', 'x'],
    ['line breaks within a text', '<c r="A2" t="str"><v>a&#13;\nb_x000D_c</v></c>', 'a\r\nb\rc'],
    ['the text of a formula', '<c r="A2" t="str"><f>B2&amp;"x"</f><v>1x</v></c>', '1x'],
    ['the number of a formula', '<c r="A2"><f>1+1</f><v>2</v></c>', '2'],
    ['the zero of a formula', '<c r="A2"><f>1-1</f><v>0</v></c>', '0'],
    ['a formula shared with another cell', '<c r="A2"><f t="shared" si="0"/><v>7.5</v></c>', '7.5'],
    ['the error of a formula, by its name', '<c r="A2" t="e"><f>1/0</f><v>#DIV/0!</v></c>', '#DIV/0!'],
    ['the truth of a formula', '<c r="A2" t="b"><f>1=1</f><v>1</v></c>', 'true'],
    ['a truth in words', '<c r="A2" t="b"><v>false</v></c>', 'false'],
    ['an error', '<c r="A2" t="e"><v>#N/A</v></c>', '#N/A'],
    ['a number', '<c r="A2"><v>3.0940499999999999E4</v></c>', '30940.5'],
    ['a number stored as text', '<c r="A2" t="str"><v>007</v></c>', '007'],
    ['a date by type', '<c r="A2" t="d"><v>1990-07-06</v></c>', '1990-07-06'],
    ['a date by type, at midnight', '<c r="A2" t="d"><v>1990-07-06T00:00:00Z</v></c>', '1990-07-06'],
    ['a date and time by type', '<c r="A2" t="d"><v>1990-07-06T08:30:00.000</v></c>', '1990-07-06 08:30:00'],
    ['a date stored as text', '<c r="A2" t="str"><v>06/07/1990</v></c>', '06/07/1990'],
    ['a day in a format that Excel knows', '<c r="A2" s="1"><v>33060</v></c>', '1990-07-06'],
    ['a day in a format of the user', '<c r="A2" s="2"><v>33060</v></c>', '1990-07-06'],
    ['a number with a unit that only looks like a date', '<c r="A2" s="3"><v>29</v></c>', '29'],
    ['a number that no calendar has, under a date format', '<c r="A2" s="1"><v>123456789</v></c>', '123456789'],
    ['a cell that does not say where it is', '<c t="str"><v>x</v></c>', 'x'],
  ])('%s', async (_, cell, text) => expect(await readCell(cell, { styles: DATED })).toBe(text));

  it.each(['1', 'true'])('a day in a workbook that counts from 1904 (date1904="%s")', async (date1904) => {
    const properties = `<workbookPr date1904="${date1904}"/>`;
    expect(await readCell('<c r="A2" s="1"><f>A1</f><v>31598</v></c>', { styles: DATED, properties })).toBe(
      '1990-07-06',
    );
  });

  it('a shared text, plain, rich or with a reading', async () => {
    const sharedTexts =
      '<sst><si>\n<t>a &amp;amp; b</t>\n</si><si><r><t>c</t></r> <r><t> d</t></r><rPh><t>x</t></rPh></si></sst>';
    expect(await readCell('<c r="A2" t="s"><v>0</v></c>', { sharedTexts })).toBe('a &amp; b');
    expect(await readCell('<c r="A2" t="s"><v>1</v></c>', { sharedTexts })).toBe('c d');
  });
});

describe('a sheet is read right', () => {
  const row = '<c r="A2" t="str"><v>Jeanne</v></c>';

  it('with a prefix before each tag, and with tags of other programs in it', async () => {
    const sheet =
      '<x:worksheet xmlns:x="urn:x" xmlns:y="urn:y"><x:sheetData><x:row r="1"><x:c r="A1" t="str"><x:v>Nom</x:v></x:c></x:row>' +
      '<y:row r="2"><y:c r="A2"><y:v>9</y:v></y:c></y:row><x:row r="2"><x:c r="A2" t="str"><x:v>Jeanne</x:v><y:v>9</y:v></x:c></x:row></x:sheetData></x:worksheet>';
    const styles = '<x:styleSheet xmlns:x="urn:x"><x:cellXfs><x:xf numFmtId="0"/></x:cellXfs></x:styleSheet>';
    expect(await readRow({ sheet, styles })).toEqual(['Jeanne']);
  });

  it('of strict OOXML, in a workbook of another name, with byte order marks', async () => {
    const strict = 'http://purl.oclc.org/ooxml/officeDocument/relationships';
    const more = {
      '_rels/.rels': `\uFEFF<Relationships><Relationship Id="a" Type="${strict}/officeDocument" Target="book/workbook2.xml"/></Relationships>`,
      'book/workbook2.xml': `\uFEFF<workbook xmlns="http://purl.oclc.org/ooxml/spreadsheetml/main" xmlns:r="${strict}"><sheets><sheet name="S" sheetId="1" r:id="q"/></sheets></workbook>`,
      'book/_rels/workbook2.xml.rels': `<Relationships><Relationship Id="q" Type="${strict}/worksheet" Target="../xl/sheets/données.xml"/></Relationships>`,
    };
    expect(await readRow({ row, more })).toEqual(['Jeanne']);
  });

  it('without numbers of rows and cells', async () => {
    const rows = '<row><c t="str"><v>Nom</v></c></row><row/><row><c t="str"><v>a</v></c></row>';
    expect(await rowsOf(storedWorkbook({ rows }), 1)).toMatchObject([{ number: 3, cells: ['a'] }]);
  });

  it('whose last cell is the last of all, without room for what lies between', async () => {
    const rows = `<row r="1"><c r="A1" t="str"><v>Nom</v></c></row><row r="2">${row}<c r="XFD2" t="str"><v>x</v></c></row><row r="1048576"><c r="A1048576" t="str"><v>z</v></c><c r="XFD1048576"><v>1</v></c></row>`;
    expect((await rowsOf(storedWorkbook({ rows }), 1)).map(({ number }) => number)).toEqual([2, 1_048_576]);
  });

  const PEOPLE: readonly (readonly TestCell[])[] = [
    ['Nom', 'Valeur'],
    ['a', 1],
    ['b', 2],
    ['c', 3],
  ];

  it('with hidden rows, hidden columns and a filter, all of which count', async () => {
    const bytes = await workbookBytes({ A: PEOPLE }, ({ worksheets: [sheet] }) => {
      if (sheet === undefined) return;
      sheet.getRow(3).hidden = true;
      sheet.getColumn(2).hidden = true;
      sheet.autoFilter = 'A1:B4';
    });
    expect((await rowsOf(bytes)).map(({ cells }) => cells)).toEqual([
      ['a', '1'],
      ['b', '2'],
      ['c', '3'],
    ]);
  });

  it('under a title over merged cells, above hundreds of empty rows that have a style', async () => {
    const bytes = await workbookBytes(
      { A: [['Personnel au 1er novembre'], ['Nom'], [], ...PEOPLE] },
      ({ worksheets: [sheet] }) => {
        sheet?.mergeCells('A1:D1');
        for (let row = 8; row < 800; row += 1) if (sheet !== undefined) sheet.getCell(row, 1).font = { bold: true };
      },
    );
    expect((await rowsOf(bytes)).map(({ number }) => number)).toEqual([5, 6, 7]);
  });
});

describe('a workbook that could be misread is refused rather than read in part:', () => {
  it.each<[string, WorkbookParts, string]>([
    ['XML that breaks off', { sheet: '<worksheet><sheetData><row r="1"/>' }, 'XML that is not well-formed'],
    ['a part of another kind', { sheet: '<html/>' }, 'a part of another kind than its name says'],
    [
      'letters of another encoding',
      { more: { 'xl/workbook.xml': '<?xml version="1.0" encoding="UTF-16"?><a/>' } },
      'XML in another encoding than UTF-8',
    ],
    [
      'a shared text that is not there',
      { row: '<c r="A2" t="s"><v>4</v></c>', sharedTexts: '<sst/>' },
      'a value that is not of the type of its cell',
    ],
    ['a number that is none', { row: '<c r="A2"><v>12 rue X</v></c>' }, 'a value that is not of the type of its cell'],
    [
      'a number beyond all numbers',
      { row: '<c r="A2"><v>1e999</v></c>' },
      'a value that is not of the type of its cell',
    ],
    [
      'a type that Excel does not know',
      { row: '<c r="A2" t="q"><v>1</v></c>' },
      'a value that is not of the type of its cell',
    ],
    ['a cell twice', { row: '<c r="A2"><v>1</v></c><c r="A2"><v>2</v></c>' }, 'a cell out of place'],
    ['a cell of another row', { row: '<c r="A3"><v>1</v></c>' }, 'a cell out of place'],
    ['a column beyond the last', { row: '<c r="XFE2"><v>1</v></c>' }, 'a cell out of place'],
    ['a reference that is none', { row: '<c r="2A"><v>1</v></c>' }, 'a cell out of place'],
    ['a row twice', { rows: '<row r="1"/><row r="1"/>' }, 'a row out of place'],
    ['a row beyond the last', { rows: '<row r="1048577"/>' }, 'a row out of place'],
    ['a row before the first', { rows: '<row r="-1"/>' }, 'a row out of place'],
    ['a workbook without sheets', { more: { 'xl/workbook.xml': '<workbook/>' } }, 'a workbook without sheets'],
  ])('%s', async (_, parts, found) => {
    expect(await faultOf(readRow(parts))).toMatchObject({ code: 'EXCEL_UNREADABLE', found });
  });
});
