import { mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import exceljs from 'exceljs';
import { describe, expect, it } from 'vitest';
import { sheetRows } from './excel.ts';
import { readInput } from './input.ts';
import { collect, faultOf, testContext, useTempDir, workbookBytes } from './testing.ts';

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
    const bytes = storedWorkbook('<c r="A2" t="inlineStr"><is><t>Jeanne</t></is></c>');
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
    expect(await faultOfBytes(storedWorkbook('', options))).toMatchObject({
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
    expect(await read(await folder.write('book.xlsx', storedWorkbook(sheet, options)))).toEqual([
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

describe('a way of writing a workbook that would be read wrongly is refused:', () => {
  it('dates kept as text by their type', async () => {
    const sheet = '<c r="A2" t="d"><v>2020-05-01</v></c>';
    expect((await faultOfBytes(storedWorkbook(sheet))).code).toBe('EXCEL_UNREADABLE');
  });

  it('rich text within the cell', async () => {
    const sheet = '<c r="A2" t="inlineStr"><is><r><t>Jean</t></r><r><t>ne</t></r></is></c>';
    expect((await faultOfBytes(storedWorkbook(sheet))).code).toBe('EXCEL_UNREADABLE');
  });

  it('tags with a prefix', async () => {
    const bytes = storedZip({
      'xl/_rels/workbook.xml.rels': '<Relationships></Relationships>',
      'xl/workbook.xml': '<x:workbook><x:sheets><x:sheet name="A"/></x:sheets></x:workbook>',
    });
    expect((await faultOfBytes(bytes)).code).toBe('EXCEL_UNREADABLE');
  });
});

interface ZipOptions {
  readonly flags?: number;
  readonly method?: number;
  readonly isZip64?: boolean;
}

/** The least workbook: parts that are not compressed, the sheet under an absolute and unusual path. */
function storedWorkbook(secondRow: string, options: ZipOptions = {}): Buffer {
  const relations = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
  return storedZip(
    {
      'xl/_rels/workbook.xml.rels': `<Relationships><Relationship Id="r1" Type="${relations}/worksheet" Target="/xl/sheets/données.xml"/></Relationships>`,
      'xl/workbook.xml': `<workbook xmlns:r="${relations}"><sheets><sheet name="Données" sheetId="1" r:id="r1"/></sheets></workbook>`,
      'xl/sheets/données.xml': `<worksheet><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>Nom</t></is></c></row><row r="2">${secondRow}</row></sheetData></worksheet>`,
    },
    options,
  );
}

function storedZip(parts: Readonly<Record<string, string>>, options: ZipOptions = {}): Buffer {
  const { flags = 0, method = 0, isZip64 = false } = options;
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, text] of Object.entries(parts)) {
    const data = Buffer.from(text);
    const header = Buffer.alloc(26);
    header.writeUInt16LE(flags, 2);
    header.writeUInt16LE(method, 4);
    header.writeUInt32LE(crc32(data), 10);
    header.writeUInt32LE(data.length, 14);
    header.writeUInt32LE(data.length, 18);
    header.writeUInt16LE(Buffer.byteLength(name), 22);
    const local = [Buffer.from('PK\x03\x04', 'latin1'), Buffer.from(header), Buffer.from(name), data];
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(isZip64 ? 0xffffffff : offset, 10);
    const extra = isZip64 ? Buffer.concat([Buffer.from([1, 0, 24, 0]), longs(data.length, data.length, offset)]) : null;
    if (extra !== null) {
      header.fill(0xff, 14, 22);
      header.writeUInt16LE(extra.length, 24);
    }
    const entry = [Buffer.from('PK\x01\x02\0\0', 'latin1'), header, tail, Buffer.from(name), extra ?? Buffer.alloc(0)];
    directory.push(Buffer.concat(entry));
    locals.push(...local);
    offset += Buffer.concat(local).length;
  }
  const size = Buffer.concat(directory).length;
  const end64 = Buffer.concat([
    Buffer.from('PK\x06\x06', 'latin1'),
    longs(44),
    Buffer.alloc(12),
    longs(directory.length, directory.length, size, offset),
    Buffer.from('PK\x06\x07\0\0\0\0', 'latin1'),
    longs(offset + size),
    Buffer.from([1, 0, 0, 0]),
  ]);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(directory.length, 10);
  end.writeUInt32LE(size, 12);
  end.writeUInt32LE(isZip64 ? 0xffffffff : offset, 16);
  return Buffer.concat([...locals, ...directory, ...(isZip64 ? [end64] : []), end]);
}

function longs(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 8);
  for (const [index, value] of values.entries()) bytes.writeBigUInt64LE(BigInt(value), index * 8);
  return bytes;
}
