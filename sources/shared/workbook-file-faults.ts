import { sourceFault } from './fault.ts';
import { kindOf } from './input.ts';

/** What all parts together may unpack to: a million rows of employees are about 500 MB of XML. */
export const MAX_UNPACKED_BYTES = 512 * 1024 * 1024;
/** A workbook has a part for each sheet, picture and comment. */
export const MAX_PARTS = 10_000;
/** Words of an error that {@link damaged} knows. */
export const TWICE = 'a zip archive that holds a part twice';
const SAVE_AS = 'Open the file in Excel and save it as "Excel Workbook (.xlsx)".';

/** yauzl tells how an archive is damaged in words alone. */
export function damaged(error: unknown, place: string): Error {
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

/** What the file is, by its first bytes. */
export function otherKind(place: string, bytes: Buffer): Error {
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

/** What the archive is, by the names of its parts; `undefined` when it is a workbook. */
export function otherZip(place: string, names: readonly string[]): Error | undefined {
  const kinds = [
    [/^xl\/workbook\.bin$/, 'a binary workbook (.xlsb)'],
    [/^word\//, 'a Word document'],
    [/^ppt\//, 'a PowerPoint file'],
    [/^content\.xml$/, 'an OpenDocument file (.ods)'],
  ] as const;
  const kind = kinds.find(([pattern]) => names.some((name) => pattern.test(name)));
  if (kind !== undefined) return notWorkbook('EXCEL_NOT_WORKBOOK', place, kind[1], SAVE_AS);
  if (names.some((name) => /(^|\/)workbook[^/]*\.xml$/.test(name))) return undefined;
  return notWorkbook('EXCEL_NOT_WORKBOOK', place, 'a zip archive without a workbook in it', SAVE_AS);
}

export function withMacros(place: string): Error {
  return notWorkbook(
    'EXCEL_MACROS',
    place,
    'a workbook with macros (.xlsm)',
    `${SAVE_AS} Its macros are left out then.`,
  );
}

export function tooLarge(place: string, found: string): Error {
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
