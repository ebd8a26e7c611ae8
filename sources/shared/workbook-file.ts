import { open } from 'node:fs/promises';
import { sourceFault } from './fault.ts';
import type { InputFile } from './file.ts';
import { openZip, type ZipArchive, zipProblem } from './zip.ts';

const SAVE_AS = 'Open the file in Excel and save it as "Excel Workbook (.xlsx)".';

/**
 * The parts of an .xlsx file.
 * @throws a fault that says what the file looks like when it is something else, or how it is damaged
 */
export async function openWorkbookFile(file: InputFile): Promise<ZipArchive> {
  const head = await readBytes(file.path, 0, 4096);
  if (!head.subarray(0, 4).equals(Buffer.from('PK\x03\x04', 'latin1'))) throw await otherKind(file, head);
  const zip = await openZip(file.path).catch((error: unknown) => {
    throw damaged(error, file.place);
  });
  if (!zip.has('xl/workbook.xml')) throw otherZip(file.place, zip.names);
  return zip;
}

/** Turns what went wrong under the reading of a part into a fault about the file; leaves other errors as they are. */
export function damaged(error: unknown, place: string): unknown {
  const problem = zipProblem(error);
  if (problem === undefined) return error;
  if (problem === 'truncated') {
    return sourceFault(`${place} is cut short: the end of the workbook is missing.`, {
      code: 'EXCEL_TRUNCATED',
      place,
      expected: 'a whole .xlsx workbook',
      found: 'only its beginning',
      hint: 'Copy or download the file again.',
    });
  }
  return sourceFault(`${place} is damaged.`, {
    code: 'EXCEL_CORRUPT',
    place,
    expected: 'an .xlsx workbook',
    found: problem === 'corrupt' ? 'bytes that are not those that were saved' : 'a zip archive of an unusual kind',
    hint: `Copy the file again, or: ${SAVE_AS}`,
  });
}

async function otherKind(file: InputFile, head: Buffer): Promise<Error> {
  if (file.size === 0)
    return notWorkbook('EXCEL_EMPTY_FILE', file.place, 'an empty file (0 bytes)', 'Export it again.');
  if (head.subarray(0, 8).equals(Buffer.from('d0cf11e0a1b11ae1', 'hex'))) {
    return (await isEncrypted(file.path, head))
      ? notWorkbook('EXCEL_ENCRYPTED', file.place, 'a workbook with a password', 'Save it without a password.')
      : notWorkbook('EXCEL_OLD_FORMAT', file.place, 'an old Excel file (.xls)', SAVE_AS);
  }
  const text = head
    .toString('latin1')
    .replace(/^(\xef\xbb\xbf|\xff\xfe|\xfe\xff)/, '')
    .replaceAll('\0', '')
    .trimStart();
  if (/^<(!doctype html|html|head|body|table|meta)/i.test(text)) {
    return notWorkbook('EXCEL_HTML', file.place, 'a web page (HTML)', `Download the workbook itself. ${SAVE_AS}`);
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters tell a binary file from a text
  if (text !== '' && !/[\x01-\x08\x0e-\x1a]/.test(text)) {
    return notWorkbook('EXCEL_TEXT', file.place, 'a text file, such as a CSV', SAVE_AS);
  }
  return notWorkbook('EXCEL_NOT_WORKBOOK', file.place, 'a file of another kind', SAVE_AS);
}

function otherZip(place: string, names: readonly string[]): Error {
  const has = (start: string): boolean => names.some((name) => name.toLowerCase().startsWith(start));
  const found = has('xl/workbook.bin')
    ? 'a binary workbook (.xlsb)'
    : has('word/')
      ? 'a Word document'
      : has('content.xml')
        ? 'an OpenDocument file (.ods)'
        : 'a zip archive without a workbook in it';
  return notWorkbook('EXCEL_NOT_WORKBOOK', place, found, SAVE_AS);
}

function notWorkbook(code: string, place: string, found: string, hint: string): Error {
  return sourceFault(`${place} is not an .xlsx workbook but ${found}.`, {
    code,
    place,
    expected: 'an .xlsx workbook',
    found,
    hint,
  });
}

/** A workbook with a password is an OLE file whose directory (sector number at byte 48) names an encrypted package. */
async function isEncrypted(path: string, head: Buffer): Promise<boolean> {
  if (head.length < 52) return false;
  const sectorSize = 2 ** Math.min(head.readUInt16LE(30), 12);
  const directory = await readBytes(path, (head.readUInt32LE(48) + 1) * sectorSize, 4096);
  return directory.includes(Buffer.from('EncryptedPackage', 'utf16le'));
}

async function readBytes(path: string, position: number, length: number): Promise<Buffer> {
  const handle = await open(path, 'r');
  try {
    const buffer = Buffer.alloc(length);
    const { bytesRead } = await handle.read(buffer, 0, length, position);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}
