import { crc32 } from 'node:zlib';
import { type Entry, fromBufferPromise, type ZipFile } from 'yauzl';
import { isFault, sourceFault } from './fault.ts';
import { type Input, kindOf } from './input.ts';

/** What all parts together may unpack to: a million rows of employees are about 500 MB of XML. */
const MAX_UNPACKED_BYTES = 512 * 1024 * 1024;
/** A workbook has a part for each sheet, picture and comment. */
const MAX_PARTS = 10_000;
const TWICE = 'a zip archive that holds a part twice';
const SAVE_AS = 'Open the file in Excel and save it as "Excel Workbook (.xlsx)".';

export interface WorkbookFile {
  /** Names of parts may be in any case, as in Excel. */
  readonly has: (name: string) => boolean;
  /** The unpacked bytes of a part, checked against size and CRC-32 on the way. */
  readonly read: (name: string) => AsyncGenerator<Buffer, void, undefined>;
}

/**
 * Opens the archive by the directory at its end, so that the parts come in the order asked and damage is noticed.
 * @throws a fault that says what the file looks like when it is something else, how it is damaged, or why it is refused
 */
export async function openWorkbookFile({ place, bytes }: Input): Promise<WorkbookFile> {
  if (kindOf(bytes) !== 'zip') throw otherKind(place, bytes);
  // Undecoded: names in a workbook are UTF-8, whether or not the archive says so.
  const zip = await fromBufferPromise(bytes, { decodeStrings: false }).catch((error: unknown) => {
    throw damaged(error, place);
  });
  const parts = await listParts(zip, place);
  const read: WorkbookFile['read'] = (name) => unpacked(zip, parts.get(key(name)), place);
  const names = [...parts.keys()];
  refuseOtherZip(place, names);
  if (await hasMacros(names, read)) throw withMacros(place);
  return { has: (name) => parts.has(key(name)), read };
}

async function listParts(zip: ZipFile, place: string): Promise<ReadonlyMap<string, Entry>> {
  const parts = new Map<string, Entry>();
  let size = 0;
  try {
    if (zip.entryCount > MAX_PARTS) throw tooLarge(place, `${zip.entryCount} parts`);
    for await (const entry of zip.eachEntry()) {
      const name = key(entry.fileNameRaw.toString());
      if (parts.has(name)) throw new Error(TWICE);
      parts.set(name, entry);
      // A part that unpacks to more than it says here is damaged: see `unpacked`.
      size += entry.uncompressedSize;
    }
  } catch (error) {
    throw isFault(error) ? error : damaged(error, place);
  }
  if (size > MAX_UNPACKED_BYTES) throw tooLarge(place, `${Math.ceil(size / 1024 / 1024)} MB unpacked`);
  return parts;
}

/** By the parts or by the type that the file gives itself: `.xlsm` renamed to `.xlsx` is still one. */
async function hasMacros(names: readonly string[], read: WorkbookFile['read']): Promise<boolean> {
  if (names.some((name) => /(^|\/)(vbaproject\.bin$|macrosheets\/)/.test(name))) return true;
  const types = '[content_types].xml';
  if (!names.includes(types)) return false;
  let text = '';
  for await (const chunk of read(types)) text += chunk.toString('latin1');
  return /macroEnabled|vbaProject/i.test(text);
}

function key(name: string): string {
  return name.replaceAll('\\', '/').toLowerCase();
}

/** Inflates no further than the directory says the part goes: yauzl ends with an error there. */
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
  const isUnusual = /encrypt|support/.test(words);
  return sourceFault(`${place} is damaged.`, {
    code: 'EXCEL_CORRUPT',
    place,
    expected: 'an .xlsx workbook',
    found: words.includes(TWICE)
      ? TWICE
      : isUnusual
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

function refuseOtherZip(place: string, names: readonly string[]): void {
  const kinds = [
    [/^xl\/workbook\.bin$/, 'a binary workbook (.xlsb)'],
    [/^word\//, 'a Word document'],
    [/^ppt\//, 'a PowerPoint file'],
    [/^content\.xml$/, 'an OpenDocument file (.ods)'],
  ] as const;
  const kind = kinds.find(([pattern]) => names.some((name) => pattern.test(name)));
  if (kind !== undefined) throw notWorkbook('EXCEL_NOT_WORKBOOK', place, kind[1], SAVE_AS);
  if (names.some((name) => /(^|\/)workbook[^/]*\.xml$/.test(name))) return;
  throw notWorkbook('EXCEL_NOT_WORKBOOK', place, 'a zip archive without a workbook in it', SAVE_AS);
}

function withMacros(place: string): Error {
  return notWorkbook(
    'EXCEL_MACROS',
    place,
    'a workbook with macros (.xlsm)',
    `${SAVE_AS} Its macros are left out then.`,
  );
}

function tooLarge(place: string, found: string): Error {
  return sourceFault(`${place} is too large: ${found}.`, {
    code: 'EXCEL_TOO_LARGE',
    place,
    expected: `at most ${MAX_UNPACKED_BYTES / 1024 / 1024} MB unpacked, in at most ${MAX_PARTS} parts`,
    found,
    hint: 'Save the sheet with the data alone as a new workbook; if it is small then, ask where the file comes from.',
  });
}

function notWorkbook(code: string, place: string, found: string, hint: string): Error {
  const expected = 'an .xlsx workbook';
  return sourceFault(`${place} is not an .xlsx workbook but ${found}.`, { code, place, expected, found, hint });
}
