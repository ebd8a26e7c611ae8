import { mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import exceljs from 'exceljs';
import { describe, expect, it } from 'vitest';
import { sheetRows } from './excel.ts';
import { readInput } from './input.ts';
import { collect, faultOf, testContext, useTempDir, workbookBytes } from './testing.ts';
import { storedWorkbook } from './testing-workbook.ts';

const folder = useTempDir();
const OLE = Buffer.from('d0cf11e0a1b11ae1', 'hex');

async function read(path: string): Promise<unknown> {
  const file = await readInput(testContext({ projectDir: folder.path(), env: { XLSX: path } }), 'XLSX');
  return collect(sheetRows(file, [{ column: 'nom', header: 'Nom' }]));
}

async function faultOfBytes(content: string | Uint8Array): Promise<{ readonly code: string; readonly found?: string }> {
  return faultOf(read(await folder.write('book.xlsx', content)));
}

function goodWorkbook(): Promise<Buffer> {
  return workbookBytes({ A: [['Nom'], ...Array.from({ length: 500 }, (_, index) => [`Nom ${index * 7919}`])] });
}

/** An OLE file whose directory, in its first sector, holds a name. */
function oleFile(name: string): Buffer {
  const bytes = Buffer.alloc(1024);
  OLE.copy(bytes);
  bytes.writeUInt16LE(9, 30);
  Buffer.from(name, 'utf16le').copy(bytes, 512);
  return bytes;
}

describe('a file that is not a workbook is named for what it is:', () => {
  it.each<[string, string | Uint8Array, string]>([
    ['an empty file', '', 'EXCEL_EMPTY_FILE'],
    ['a web page', '\uFEFF\n<!DOCTYPE html><html><body>Sign in</body></html>', 'EXCEL_HTML'],
    ['a table that calls itself .xls', '<table><tr><td>Nom</td></tr></table>', 'EXCEL_HTML'],
    ['a CSV', 'ID;Nom\r\n1;Fabre\r\n', 'EXCEL_TEXT'],
    ['a UTF-16 text', Buffer.from('\uFEFFID\tNom\r\n', 'utf16le'), 'EXCEL_TEXT'],
    ['an old .xls', oleFile('Workbook'), 'EXCEL_OLD_FORMAT'],
    ['a workbook with a password', oleFile('EncryptedPackage'), 'EXCEL_ENCRYPTED'],
    ['a picture', Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'), 'EXCEL_NOT_WORKBOOK'],
  ])('%s', async (_, content, code) => expect((await faultOfBytes(content)).code).toBe(code));

  it('nothing at all', async () => {
    expect(await faultOf(read('nowhere.xlsx'))).toMatchObject({ code: 'FILE_MISSING', place: 'nowhere.xlsx' });
  });

  it('a directory', async () => {
    await mkdir(join(folder.path(), 'book.xlsx'));
    expect(await faultOf(read('book.xlsx'))).toMatchObject({ code: 'FILE_IS_DIRECTORY' });
  });

  it('a path that is not set', async () => {
    expect(await faultOf(read(' '))).toMatchObject({ code: 'SOURCE_NOT_CONFIGURED', place: 'XLSX' });
  });
});

describe('a damaged workbook is noticed', () => {
  it('wherever it was cut', async () => {
    const bytes = await goodWorkbook();
    for (const share of [0.1, 0.5, 0.9, 0.99]) {
      const cut = bytes.subarray(0, Math.floor(bytes.length * share));
      expect(await faultOfBytes(cut)).toMatchObject({ code: 'EXCEL_TRUNCATED' });
    }
    expect((await faultOfBytes(bytes.subarray(0, bytes.length - 1))).code).toMatch(/^EXCEL_(TRUNCATED|CORRUPT)$/);
  });

  it('when a byte of the data changed, even one that still unpacks', async () => {
    const bytes = await goodWorkbook();
    const texts = bytes.indexOf('xl/sharedStrings.xml') + 20;
    for (const offset of [40, 200, 400, 800]) {
      const changed = Buffer.from(bytes);
      changed.writeUInt8(changed.readUInt8(texts + offset) ^ 0x10, texts + offset);
      expect((await faultOfBytes(changed)).code).toMatch(/^EXCEL_(CORRUPT|UNREADABLE)$/);
    }
  });

  it('when a byte of a part that is not compressed changed, which its CRC-32 alone tells', async () => {
    const bytes = storedWorkbook({ row: '<c r="A2" t="inlineStr"><is><t>Jeanne</t></is></c>' });
    bytes.write('b', bytes.indexOf('Jeanne'));
    expect(await faultOfBytes(bytes)).toMatchObject({
      code: 'EXCEL_CORRUPT',
      found: 'bytes that are not those that were saved',
    });
  });

  it('when the directory lost the name of the part that tells dates from numbers', async () => {
    const bytes = await goodWorkbook();
    bytes.write('y', bytes.lastIndexOf('xl/styles.xml'));
    expect((await faultOfBytes(bytes)).code).toBe('EXCEL_CORRUPT');
  });

  it.each([
    ['is encrypted', { flags: 1, method: 8 }],
    ['is packed by a method that workbooks never use', { method: 9 }],
  ])('when a part %s', async (_, options) => {
    expect(await faultOfBytes(storedWorkbook({}, options))).toMatchObject({
      code: 'EXCEL_CORRUPT',
      found: 'a zip archive of an unusual kind',
    });
  });
});

describe('a workbook is read', () => {
  const sheet = '<c r="A2" t="inlineStr"><is><t>Jeanne</t></is></c>';

  it.each([
    ['without shared texts or styles in the file', {}],
    ['in a zip64 archive, as programs write that do not know the size beforehand', { isZip64: true }],
  ])('%s', async (_, options) => {
    expect(await read(await folder.write('book.xlsx', storedWorkbook({ row: sheet }, options)))).toEqual([
      { sheet: 'Données', number: 2, cells: ['Jeanne'] },
    ]);
  });

  it('by these inner parts of exceljs, which another version may not have (see StreamingReader in workbook.ts)', () => {
    const inner = exceljs.stream.xlsx.WorkbookReader.prototype;
    for (const name of ['_parseRels', '_parseWorkbook', '_parseStyles', '_parseSharedStrings', '_parseWorksheet']) {
      expect(inner).toHaveProperty(name, expect.any(Function));
    }
    expect(createRequire(import.meta.url)('exceljs/package.json').version).toBe('4.4.0');
  });
});
