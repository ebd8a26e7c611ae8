import { posix } from 'node:path';
import { Readable } from 'node:stream';
import type { Row } from 'exceljs';
import { sourceFault } from './fault.ts';
import type { InputFile } from './file.ts';
import { damaged, openWorkbookFile } from './workbook-file.ts';
import type { ZipArchive } from './zip.ts';

export interface Sheet {
  readonly name: string;
  readonly isHidden: boolean;
  /** Rows in order, read once, without keeping them. */
  readonly rows: () => AsyncGenerator<Row, void, undefined>;
}

export interface Workbook {
  /** In the order of the tabs. */
  readonly sheets: readonly Sheet[];
  readonly date1904: boolean;
}

/**
 * The parts of exceljs' streaming reader, given one by one. Its own loop over the file would read a sheet before the
 * styles that tell a date from a number, spill sheets with personal data into temporary files, know a sheet only under
 * the usual file name, and cut accented letters at the edge of a block.
 */
interface StreamingReader {
  workbookRels?: readonly { readonly Id: string; readonly Type: string; readonly Target: string }[];
  model?: { readonly sheets?: readonly { readonly name: string; readonly state?: string; readonly rId: string }[] };
  properties?: { readonly model?: { readonly date1904?: boolean } | null };
  sharedStrings?: readonly unknown[];
  _parseRels(part: Readable): Promise<void>;
  _parseWorkbook(part: Readable): Promise<void>;
  _parseStyles(part: Readable): Promise<void>;
  _parseSharedStrings(part: Readable): AsyncIterable<unknown>;
  _parseWorksheet(part: AsyncIterable<string>, id: string): Iterable<{ readonly value: AsyncIterable<Row> }>;
}

/**
 * Opens a workbook for streaming: memory holds its distinct texts and styles, never a sheet.
 * @throws a fault when the file is not a workbook or is damaged; damage within a sheet shows while its rows are read
 */
export async function openWorkbook(file: InputFile): Promise<Workbook> {
  const zip = await openWorkbookFile(file);
  try {
    return await readWorkbook(file, zip);
  } catch (error) {
    throw unreadable(error, file.place);
  }
}

async function readWorkbook(file: InputFile, zip: ZipArchive): Promise<Workbook> {
  // exceljs is slow to load: only a workbook that changed pays for it.
  const { default: exceljs } = await import('exceljs');
  const reader = new exceljs.stream.xlsx.WorkbookReader(Readable.from([]), {
    worksheets: 'emit',
    sharedStrings: 'cache',
    styles: 'cache',
    hyperlinks: 'ignore',
  }) as unknown as StreamingReader;
  const parse = async (name: string, use: (part: Readable) => Promise<void>): Promise<void> => {
    const part = Readable.from(textOf(zip.read(name)));
    await use(part).finally(() => part.destroy());
  };

  await parse('xl/_rels/workbook.xml.rels', (part) => reader._parseRels(part));
  await parse('xl/workbook.xml', (part) => reader._parseWorkbook(part));
  const relations = reader.workbookRels ?? [];
  const partOfType = (type: string): string | undefined =>
    relations
      .filter((relation) => relation.Type.endsWith(`/${type}`))
      .map((relation) => partName(relation.Target))
      .find((name) => zip.has(name));

  const styles = partOfType('styles');
  if (styles !== undefined) await parse(styles, (part) => reader._parseStyles(part));
  reader.sharedStrings = [];
  const texts = partOfType('sharedStrings');
  if (texts !== undefined) {
    await parse(texts, async (part) => {
      for await (const _ of reader._parseSharedStrings(part));
    });
  }

  const sheets = (reader.model?.sheets ?? []).flatMap((sheet): Sheet[] => {
    const relation = relations.find(({ Id, Type }) => Id === sheet.rId && Type.endsWith('/worksheet'));
    if (relation === undefined) return [];
    const name = partName(relation.Target);
    const isHidden = sheet.state === 'hidden' || sheet.state === 'veryHidden';
    return [{ name: sheet.name, isHidden, rows: () => sheetRows(reader, zip, name, file.place) }];
  });
  if (sheets.length === 0) throw saveAgain(file.place);
  return { sheets, date1904: reader.properties?.model?.date1904 ?? false };
}

async function* sheetRows(
  reader: StreamingReader,
  zip: ZipArchive,
  part: string,
  place: string,
): AsyncGenerator<Row, void, undefined> {
  try {
    for (const { value } of reader._parseWorksheet(textOf(refuseUnread(zip.read(part), place)), '1')) yield* value;
  } catch (error) {
    throw unreadable(error, place);
  }
}

/** The target of a relation is relative to the workbook's folder, or absolute. */
function partName(target: string): string {
  return target.startsWith('/') ? target.slice(1) : posix.join('xl', target);
}

async function* textOf(bytes: AsyncIterable<Buffer>): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder();
  for await (const chunk of bytes) yield decoder.decode(chunk, { stream: true });
  yield decoder.decode();
}

/** What exceljs would read wrongly without a word: dates written as text by type, and rich text within the cell. */
async function* refuseUnread(bytes: AsyncIterable<Buffer>, place: string): AsyncGenerator<Buffer, void, undefined> {
  let tail: Buffer = Buffer.alloc(0);
  for await (const chunk of bytes) {
    const window = Buffer.concat([tail, chunk]);
    if (window.includes(' t="d"') || window.includes('<is><r>')) throw saveAgain(place);
    tail = window.subarray(-6);
    yield chunk;
  }
}

function unreadable(error: unknown, place: string): unknown {
  const known = damaged(error, place);
  if (known !== error || (error instanceof Error && 'place' in error)) return known;
  return saveAgain(place, error);
}

function saveAgain(place: string, cause?: unknown): Error {
  return Object.assign(
    sourceFault(`${place} is a workbook written in a way that can't be read.`, {
      code: 'EXCEL_UNREADABLE',
      place,
      expected: 'a workbook as Excel, LibreOffice or Google Sheets save it',
      found: 'another way of writing one',
      hint: 'Open the file in Excel and save it as "Excel Workbook (.xlsx)".',
    }),
    { cause },
  );
}
