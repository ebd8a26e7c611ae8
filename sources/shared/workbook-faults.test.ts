import { describe, expect, it } from 'vitest';
import sport from '../sport/load.ts';
import { collect, extract, faultOf, type TestCell, testContext, useTempDir, workbookBytes } from './testing.ts';
import { storedWorkbook, storedZip, workbookParts } from './testing-workbook.ts';

const folder = useTempDir();
const HEADERS = ['ID salarié', 'Pratique d’un sport'];
/** In every file below that can hold one: no message may show it. */
const PERSON = 'Jeanne-Confidentielle';
const GOOD: readonly TestCell[][] = [HEADERS, [1, PERSON]];
const CELL = `<c r="A2" t="str"><v>${PERSON}</v></c>`;
const MACRO_TYPE = '<Types><Override ContentType="application/vnd.ms-excel.sheet.macroEnabled.main+xml"/></Types>';

interface Case {
  readonly file: string;
  readonly bytes: () => Buffer | Promise<Buffer>;
  readonly code: string;
  readonly says: RegExp;
  readonly next: RegExp;
}

const SAVE = /save it as "Excel Workbook \(\.xlsx\)"/;

function ole(name: string): Buffer {
  const bytes = Buffer.alloc(1024);
  Buffer.from('d0cf11e0a1b11ae1', 'hex').copy(bytes);
  Buffer.from(name, 'utf16le').copy(bytes, 512);
  return bytes;
}

function repeated(text: string, times: number): string {
  return text.repeat(times);
}

const CASES: readonly Case[] = [
  { file: 'empty', bytes: () => Buffer.alloc(0), code: 'EXCEL_EMPTY_FILE', says: /empty file/, next: /Export/ },
  {
    file: 'with a password',
    bytes: () => ole('EncryptedPackage'),
    code: 'EXCEL_ENCRYPTED',
    says: /password/,
    next: /without a password/,
  },
  { file: '.xls', bytes: () => ole('Workbook'), code: 'EXCEL_OLD_FORMAT', says: /old Excel file/, next: SAVE },
  {
    file: '.xlsb',
    bytes: () => storedZip({ 'xl/workbook.bin': PERSON }),
    code: 'EXCEL_NOT_WORKBOOK',
    says: /binary workbook \(\.xlsb\)/,
    next: SAVE,
  },
  {
    file: '.ods',
    bytes: () => storedZip({ mimetype: '', 'content.xml': PERSON }),
    code: 'EXCEL_NOT_WORKBOOK',
    says: /OpenDocument/,
    next: SAVE,
  },
  {
    file: 'any zip',
    bytes: () => storedZip({ 'a.txt': PERSON }),
    code: 'EXCEL_NOT_WORKBOOK',
    says: /without a workbook/,
    next: SAVE,
  },
  {
    file: 'with macros',
    bytes: () => storedWorkbook({ row: CELL, more: { 'xl/vbaProject.bin': 'x' } }),
    code: 'EXCEL_MACROS',
    says: /macros/,
    next: /macros are left out/,
  },
  {
    file: '.xlsm renamed',
    bytes: () => storedWorkbook({ row: CELL, more: { '[Content_Types].xml': MACRO_TYPE } }),
    code: 'EXCEL_MACROS',
    says: /macros/,
    next: /macros are left out/,
  },
  {
    file: 'with old macro sheets',
    bytes: () => storedWorkbook({ more: { 'xl/macrosheets/sheet1.xml': 'x' } }),
    code: 'EXCEL_MACROS',
    says: /macros/,
    next: SAVE,
  },
  {
    file: 'cut short',
    bytes: async () => (await workbookBytes({ A: GOOD })).subarray(0, 2000),
    code: 'EXCEL_TRUNCATED',
    says: /cut short/,
    next: /again/,
  },
  {
    file: 'that says it unpacks to 600 MB',
    bytes: () => storedWorkbook({ row: CELL }, { method: 8, sizes: { 'xl/sheets/données.xml': 600 * 1024 * 1024 } }),
    code: 'EXCEL_TOO_LARGE',
    says: /600 MB unpacked|601 MB unpacked/,
    next: /data alone/,
  },
  {
    file: 'that unpacks to more than it says',
    bytes: () =>
      storedWorkbook(
        { row: CELL, sheet: `<worksheet>${repeated(' ', 5_000_000)}</worksheet>` },
        { method: 8, sizes: { 'xl/sheets/données.xml': 100 } },
      ),
    code: 'EXCEL_CORRUPT',
    says: /not those that were saved/,
    next: /again/,
  },
  {
    file: 'of 10,001 parts',
    bytes: () => storedZip(Array.from({ length: 10_001 }, (_, index) => [`p${index}`, ''] as const)),
    code: 'EXCEL_TOO_LARGE',
    says: /10001 parts/,
    next: /data alone/,
  },
  {
    file: 'with a part twice',
    bytes: () =>
      storedZip([...Object.entries(workbookParts({ row: CELL })), ['XL\\Sheets\\données.xml', '<worksheet/>']]),
    code: 'EXCEL_CORRUPT',
    says: /holds a part twice/,
    next: SAVE,
  },
  {
    file: 'whose XML defines entities',
    bytes: () =>
      storedWorkbook({
        sheet: `<!DOCTYPE w [<!ENTITY a "${PERSON}"><!ENTITY b "&a;&a;">]><worksheet><sheetData>&b;</sheetData></worksheet>`,
      }),
    code: 'EXCEL_UNSAFE',
    says: /document type \(DTD\)/,
    next: /where the file comes from/,
  },
  {
    file: 'whose XML uses an entity that is not defined',
    bytes: () => storedWorkbook({ row: '<c t="str"><v>&x;</v></c>' }),
    code: 'EXCEL_UNREADABLE',
    says: /not well-formed/,
    next: SAVE,
  },
  {
    file: 'with XML nested without end',
    bytes: () => storedWorkbook({ sharedTexts: `<sst>${repeated('<si>', 10_000)}` }, { method: 8 }),
    code: 'EXCEL_UNSAFE',
    says: /nested without end/,
    next: /where the file comes from/,
  },
  {
    file: 'with shared texts without end',
    bytes: () => storedWorkbook({ sharedTexts: `<sst>${repeated('<si/>', 2_000_001)}</sst>` }, { method: 8 }),
    code: 'EXCEL_UNSAFE',
    says: /shared texts without end/,
    next: /where the file comes from/,
  },
  {
    file: 'with a text without end',
    bytes: () => storedWorkbook({ row: `<c t="str"><v>${repeated(PERSON, 100_000)}</v></c>` }, { method: 8 }),
    code: 'EXCEL_UNSAFE',
    says: /without end/,
    next: /where the file comes from/,
  },
  {
    file: 'with a cell out of place',
    bytes: () => storedWorkbook({ row: `<c r="XFE2" t="str"><v>${PERSON}</v></c>` }),
    code: 'EXCEL_UNREADABLE',
    says: /cell out of place/,
    next: SAVE,
  },
  {
    file: 'with a row out of place',
    bytes: () => storedWorkbook({ rows: '<row r="4294967297"/>' }),
    code: 'EXCEL_UNREADABLE',
    says: /row out of place/,
    next: SAVE,
  },
  {
    file: 'with other sheets',
    bytes: () => workbookBytes({ Budget: [[PERSON, 12]] }),
    code: 'EXCEL_NO_SHEET',
    says: /No sheet/,
    next: /right workbook/,
  },
  {
    file: 'with the sheet hidden',
    bytes: () =>
      workbookBytes({ A: [['x']], B: GOOD }, ({ worksheets }) =>
        Object.assign(worksheets[1] ?? {}, { state: 'veryHidden' }),
      ),
    code: 'EXCEL_NO_SHEET',
    says: /No sheet/,
    next: /Hidden sheets are not read: "B"/,
  },
  {
    file: 'without a header',
    bytes: () =>
      workbookBytes({
        A: [
          ['ID salarié', 'Sport'],
          [1, PERSON],
        ],
      }),
    code: 'EXCEL_HEADER_MISSING',
    says: /A header is missing/,
    next: /header again/,
  },
  {
    file: 'with a header twice',
    bytes: () =>
      workbookBytes({
        A: [
          [...HEADERS, 'id_salarie'],
          [1, PERSON],
        ],
      }),
    code: 'EXCEL_HEADER_TWICE',
    says: /there twice/,
    next: /Rename/,
  },
  {
    file: 'without rows',
    bytes: () => workbookBytes({ A: [HEADERS] }),
    code: 'EXCEL_NO_ROWS',
    says: /no row under the headers/,
    next: /exported with its data/,
  },
  {
    file: 'with two sheets of employees',
    bytes: () => workbookBytes({ A: GOOD, B: GOOD }),
    code: 'EXCEL_TWO_SHEETS',
    says: /Two sheets/,
    next: /Remove or hide/,
  },
  {
    file: 'with a row without ID',
    bytes: () => workbookBytes({ A: [...GOOD, [null, PERSON]] }),
    code: 'EXCEL_ID_MISSING',
    says: /no ID salarié: row 3/,
    next: /former data stays/,
  },
  {
    file: 'with an error for an ID',
    bytes: () => workbookBytes({ A: [...GOOD, [{ error: '#REF!' }, PERSON]] }),
    code: 'EXCEL_ID_MISSING',
    says: /row 3/,
    next: /former data stays/,
  },
  {
    file: 'with an ID twice',
    bytes: () => workbookBytes({ A: [...GOOD, ['1 ', PERSON]] }),
    code: 'EXCEL_ID_TWICE',
    says: /1 \(rows 2 and 3\)/,
    next: /former data stays/,
  },
];

async function read(bytes: Buffer): Promise<unknown> {
  const env = { SPORT_XLSX: await folder.write('sport.xlsx', bytes), P12_PSEUDO_SALT: 'sel-de-test' };
  const columns = ['cle_salarie', 'id_salarie', 'pratique_sport'];
  return collect((await extract(sport, testContext({ projectDir: folder.path(), columns, env }))).rows);
}

describe('a file is refused with its reason and the next step, and shows nobody:', () => {
  it.each(CASES)('a file $file ($code)', async ({ bytes, code, says, next }) => {
    const fault = await faultOf(read(await bytes()));
    expect(fault).toMatchObject({ code, hint: expect.stringMatching(next) });
    expect(`${fault.message} Found: ${fault.found}`).toMatch(says);
    expect(fault.place).toMatch(/^sport\.xlsx/);
    expect(fault).toHaveProperty('expected', expect.any(String));
    expect(JSON.stringify({ ...fault, message: fault.message, cause: String(Object(fault).cause) })).not.toContain(
      PERSON,
    );
  });
});

it('an error in another column than the ID is the text of that cell, for the models to judge', async () => {
  const env = {
    SPORT_XLSX: await folder.write('sport.xlsx', await workbookBytes({ A: [HEADERS, [1, { error: '#N/A' }]] })),
    P12_PSEUDO_SALT: 's',
  };
  const context = testContext({ projectDir: folder.path(), columns: ['id_salarie', 'pratique_sport'], env });
  expect((await extract(sport, context)).all).toEqual([{ number: 2, cells: ['1', '#N/A'] }]);
});
