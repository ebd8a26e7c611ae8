import { posix } from 'node:path';
import { Readable } from 'node:stream';
import type { Row } from 'exceljs';
import type { RawRow } from '../../runner/landing/types.ts';
import { cellText } from './cell-text.ts';
import { isFault, sourceFault } from './fault.ts';
import type { Input } from './input.ts';
import { openWorkbookFile, type ReadPart } from './workbook-file.ts';

export interface Sheet {
  readonly name: string;
  readonly isHidden: boolean;
  /** Rows in order, as Excel numbers them, all their cells as text; read once, without keeping them. */
  readonly rows: () => AsyncGenerator<RawRow, void, undefined>;
}

/**
 * The parts of exceljs' streaming reader, given one by one. Its own loop over the file would read a sheet before the
 * styles that tell a date from a number, spill sheets with personal data into temporary files, know a sheet only under
 * the usual file name, cut accented letters at the edge of a block, check no CRC and wait for ever on a damaged part.
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
 * The sheets of a workbook in the order of the tabs. Memory holds the distinct texts and the styles, never a sheet.
 * @throws a fault when the file is not a workbook or is damaged; damage within a sheet shows while its rows are read
 */
export async function openWorkbook(input: Input): Promise<readonly Sheet[]> {
  const readPart = await openWorkbookFile(input);
  try {
    return await readSheets(readPart, input.place);
  } catch (error) {
    throw isFault(error) ? error : saveAgain(input.place, error);
  }
}

async function readSheets(readPart: ReadPart, place: string): Promise<readonly Sheet[]> {
  // exceljs is slow to load: only a workbook that changed pays for it.
  const { default: exceljs } = await import('exceljs');
  const reader = new exceljs.stream.xlsx.WorkbookReader(Readable.from([]), {
    worksheets: 'emit',
    sharedStrings: 'cache',
    styles: 'cache',
    hyperlinks: 'ignore',
  }) as unknown as StreamingReader;
  const open = (name: string): Readable => Readable.from(textOf(readPart(name)));

  await reader._parseRels(open('xl/_rels/workbook.xml.rels'));
  await reader._parseWorkbook(open('xl/workbook.xml'));
  const relations = (reader.workbookRels ?? []).map(({ Id, Type, Target }) => ({
    id: Id,
    type: posix.basename(Type),
    // Relative to the folder of the workbook, or absolute.
    name: posix.resolve('/xl', Target).slice(1),
  }));
  const styles = relations.find(({ type }) => type === 'styles');
  if (styles !== undefined) await reader._parseStyles(open(styles.name));
  const texts = relations.find(({ type }) => type === 'sharedStrings');
  reader.sharedStrings = [];
  if (texts !== undefined) for await (const _ of reader._parseSharedStrings(open(texts.name)));

  const sheets = (reader.model?.sheets ?? []).flatMap(({ name, state, rId }): Sheet[] => {
    const part = relations.find(({ id, type }) => id === rId && type === 'worksheet')?.name;
    if (part === undefined) return [];
    const isHidden = state === 'hidden' || state === 'veryHidden';
    return [{ name, isHidden, rows: () => sheetRows(reader, readPart(part), place) }];
  });
  if (sheets.length === 0) throw saveAgain(place);
  return sheets;
}

async function* sheetRows(
  reader: StreamingReader,
  part: AsyncIterable<Buffer>,
  place: string,
): AsyncGenerator<RawRow, void, undefined> {
  const date1904 = reader.properties?.model?.date1904 ?? false;
  let number = 0;
  try {
    for (const { value: rows } of reader._parseWorksheet(textOf(refuseUnread(part, place)), '1')) {
      for await (const row of rows) {
        // A file may leave the number out, which means the next one.
        number = Number.isNaN(row.number) ? number + 1 : row.number;
        const cells: (string | null)[] = Array(row.cellCount).fill(null);
        row.eachCell((cell, column) => {
          cells[column - 1] = cellText(cell, date1904);
        });
        yield { number, cells };
      }
    }
  } catch (error) {
    throw isFault(error) ? error : saveAgain(place, error);
  }
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

function saveAgain(place: string, cause?: unknown): Error {
  const fault = sourceFault(`${place} is a workbook written in a way that can't be read.`, {
    code: 'EXCEL_UNREADABLE',
    place,
    expected: 'a workbook as Excel, LibreOffice or Google Sheets save it',
    found: 'another way of writing one',
    hint: 'Open the file in Excel and save it as "Excel Workbook (.xlsx)".',
  });
  return Object.assign(fault, { cause });
}
