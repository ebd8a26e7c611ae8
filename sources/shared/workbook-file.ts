import { crc32 } from 'node:zlib';
import { type Entry, fromBufferPromise, type ZipFile } from 'yauzl';
import { sourceFault } from './fault.ts';
import { type Input, kindOf } from './input.ts';

const SAVE_AS = 'Open the file in Excel and save it as "Excel Workbook (.xlsx)".';

/** The unpacked bytes of a part of an .xlsx file (name in any case), checked against size and CRC-32 on the way. */
export type ReadPart = (name: string) => AsyncGenerator<Buffer, void, undefined>;

/**
 * Opens the archive by the directory at its end, so that the parts come in the order asked and damage is noticed.
 * @throws a fault that says what the file looks like when it is something else, or how it is damaged
 */
export async function openWorkbookFile({ place, bytes }: Input): Promise<ReadPart> {
  if (kindOf(bytes) !== 'zip') throw otherKind(place, bytes);
  const entries = new Map<string, Entry>();
  // Undecoded: names in a workbook are UTF-8, whether or not the archive says so.
  const zip = await fromBufferPromise(bytes, { decodeStrings: false }).catch((error: unknown) => {
    throw damaged(error, place);
  });
  try {
    for await (const entry of zip.eachEntry()) entries.set(key(entry.fileNameRaw.toString()), entry);
  } catch (error) {
    throw damaged(error, place);
  }
  if (!entries.has('xl/workbook.xml')) throw otherZip(place, [...entries.keys()]);
  return (name) => unpacked(zip, entries.get(key(name)), place);
}

function key(name: string): string {
  return name.replaceAll('\\', '/').toLowerCase();
}

async function* unpacked(
  zip: ZipFile,
  entry: Entry | undefined,
  place: string,
): AsyncGenerator<Buffer, void, undefined> {
  try {
    if (entry === undefined) throw new Error('no such entry');
    let crc = 0;
    for await (const chunk of (await zip.openReadStreamPromise(entry)) as AsyncIterable<Buffer>) {
      crc = crc32(chunk, crc);
      yield chunk;
    }
    // yauzl checks the size, but not this.
    if (crc !== entry.crc32) throw new Error('another CRC-32');
  } catch (error) {
    throw damaged(error, place);
  }
}

/** yauzl tells how an archive is damaged in words alone. */
function damaged(error: unknown, place: string): Error {
  const words = String(error);
  if (words.includes('End of central directory record signature not found')) {
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
    found: /encrypt|support/.test(words)
      ? 'a zip archive of an unusual kind'
      : 'bytes that are not those that were saved',
    hint: `Copy the file again, or: ${SAVE_AS}`,
  });
}

function otherKind(place: string, bytes: Buffer): Error {
  switch (kindOf(bytes)) {
    case 'empty':
      return notWorkbook('EXCEL_EMPTY_FILE', place, 'an empty file (0 bytes)', 'Export it again.');
    case 'ole':
      // A workbook with a password is an OLE file with a package of this name.
      return bytes.includes('EncryptedPackage', 0, 'utf16le')
        ? notWorkbook('EXCEL_ENCRYPTED', place, 'a workbook with a password', 'Save it without a password.')
        : notWorkbook('EXCEL_OLD_FORMAT', place, 'an old Excel file (.xls)', SAVE_AS);
    case 'html':
      return notWorkbook('EXCEL_HTML', place, 'a web page (HTML)', `Download the workbook itself. ${SAVE_AS}`);
    case 'text':
      return notWorkbook('EXCEL_TEXT', place, 'a text file, such as a CSV', SAVE_AS);
    default:
      return notWorkbook('EXCEL_NOT_WORKBOOK', place, 'a file of another kind', SAVE_AS);
  }
}

function otherZip(place: string, names: readonly string[]): Error {
  const kinds = [
    ['xl/workbook.bin', 'a binary workbook (.xlsb)'],
    ['word/', 'a Word document'],
    ['content.xml', 'an OpenDocument file (.ods)'],
  ] as const;
  const kind = kinds.find(([start]) => names.some((name) => name.startsWith(start)));
  return notWorkbook('EXCEL_NOT_WORKBOOK', place, kind?.[1] ?? 'a zip archive without a workbook in it', SAVE_AS);
}

function notWorkbook(code: string, place: string, found: string, hint: string): Error {
  const expected = 'an .xlsx workbook';
  return sourceFault(`${place} is not an .xlsx workbook but ${found}.`, { code, place, expected, found, hint });
}
