// Workbooks made by hand for the tests: what exceljs would not write.
import { crc32, deflateRawSync } from 'node:zlib';

export interface ZipOptions {
  /** What the directory says of a part, instead of the truth. */
  readonly sizes?: Readonly<Record<string, number>>;
  readonly flags?: number;
  readonly method?: number;
  readonly isZip64?: boolean;
}

export interface WorkbookParts {
  /** The cells of row 2; the header "Nom" stands in A1. */
  readonly row?: string;
  /** All rows of the sheet, instead of these two. */
  readonly rows?: string;
  /** The root element of the sheet, instead of one around the rows. */
  readonly sheet?: string;
  /** What stands within the root of the workbook before its sheets. */
  readonly properties?: string;
  readonly styles?: string;
  readonly sharedTexts?: string;
  /** Other parts, or other texts of these. */
  readonly more?: Readonly<Record<string, string>>;
}

const RELATIONS = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';

/** The least workbook: parts that are not compressed, the sheet under an absolute and unusual path. */
export function storedWorkbook(parts: WorkbookParts, options: ZipOptions = {}): Buffer {
  return storedZip(workbookParts(parts), options);
}

export function workbookParts(parts: WorkbookParts): Readonly<Record<string, string>> {
  const header = '<row r="1"><c r="A1" t="inlineStr"><is><t>Nom</t></is></c></row>';
  const rows = parts.rows ?? `${header}<row r="2">${parts.row ?? ''}</row>`;
  const relation = (id: string, type: string, target: string): string =>
    `<Relationship Id="${id}" Type="${RELATIONS}/${type}" Target="${target}"/>`;
  const { styles, sharedTexts } = parts;
  return {
    'xl/_rels/workbook.xml.rels': `<Relationships>${relation('r1', 'worksheet', '/xl/sheets/données.xml')}${
      styles === undefined ? '' : relation('r2', 'styles', 'looks.xml')
    }${sharedTexts === undefined ? '' : relation('r3', 'sharedStrings', 'texts.xml')}</Relationships>`,
    'xl/workbook.xml': `<workbook xmlns:r="${RELATIONS}">${parts.properties ?? ''}<sheets><sheet name="Données" sheetId="1" r:id="r1"/></sheets></workbook>`,
    'xl/sheets/données.xml': parts.sheet ?? `<worksheet><sheetData>${rows}</sheetData></worksheet>`,
    ...(styles === undefined ? {} : { 'xl/looks.xml': styles }),
    ...(sharedTexts === undefined ? {} : { 'xl/texts.xml': sharedTexts }),
    ...parts.more,
  };
}

/** An archive of parts that are not compressed, or deflated by method 8. */
export function storedZip(
  parts: Readonly<Record<string, string>> | readonly (readonly [string, string | Buffer])[],
  options: ZipOptions = {},
): Buffer {
  const { flags = 0, method = 0, isZip64 = false, sizes = {} } = options;
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, text] of Array.isArray(parts) ? parts : Object.entries(parts)) {
    const unpacked = Buffer.from(text);
    const data = method === 8 ? deflateRawSync(unpacked) : unpacked;
    const header = Buffer.alloc(26);
    header.writeUInt16LE(flags, 2);
    header.writeUInt16LE(method, 4);
    header.writeUInt32LE(crc32(unpacked), 10);
    header.writeUInt32LE(data.length, 14);
    header.writeUInt32LE(sizes[name] ?? unpacked.length, 18);
    header.writeUInt16LE(Buffer.byteLength(name), 22);
    const local = [Buffer.from('PK\x03\x04', 'latin1'), Buffer.from(header), Buffer.from(name), data];
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(isZip64 ? 0xffffffff : offset, 10);
    const extra = isZip64
      ? Buffer.concat([Buffer.from([1, 0, 24, 0]), longs(unpacked.length, data.length, offset)])
      : null;
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
