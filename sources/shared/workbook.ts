import { posix } from 'node:path';
import { Readable } from 'node:stream';
import type { Row } from 'exceljs';
import type { RawRow } from '../../runner/landing/types.ts';
import { cellText } from './cell-text.ts';
import { isFault } from './fault.ts';
import type { Input } from './input.ts';
import { openWorkbookFile, type WorkbookFile } from './workbook-file.ts';
import { plainXml, unreadable } from './workbook-xml.ts';

export interface Sheet {
  readonly name: string;
  readonly isHidden: boolean;
  /** Rows that are not empty, in order and as Excel numbers them, their cells as text; read once, without keeping them. */
  readonly rows: () => AsyncGenerator<RawRow, void, undefined>;
}

interface Relation {
  readonly Id: string;
  readonly Type: string;
  readonly Target: string;
}

/**
 * The parts of exceljs' streaming reader, given one by one. Its own loop over the file would read a sheet before the
 * styles that tell a date from a number, spill sheets with personal data into temporary files, know a sheet only under
 * the usual file name, cut accented letters at the edge of a block, check no CRC and wait for ever on a damaged part.
 * What these parts themselves misread is put right before: see plainXml.
 */
interface StreamingReader {
  workbookRels?: readonly Relation[];
  model?: { readonly sheets?: readonly { readonly name: string; readonly state?: string; readonly rId: string }[] };
  properties?: { readonly model?: { readonly date1904?: boolean } | null };
  sharedStrings?: readonly string[];
  _parseRels(part: Readable): Promise<void>;
  _parseWorkbook(part: Readable): Promise<void>;
  _parseStyles(part: Readable): Promise<void>;
  _parseSharedStrings(part: Readable): AsyncIterable<{ readonly text: string | null }>;
  _parseWorksheet(part: AsyncIterable<string>, id: string): Iterable<{ readonly value: AsyncIterable<Row> }>;
}

/**
 * The sheets of a workbook in the order of the tabs. Memory holds the distinct texts and the styles, never a sheet.
 * @throws a fault when the file is not a workbook or is damaged; damage within a sheet shows while its rows are read
 */
export async function openWorkbook(input: Input): Promise<readonly Sheet[]> {
  const file = await openWorkbookFile(input);
  try {
    return await readSheets(file, input.place);
  } catch (error) {
    throw isFault(error) ? error : notUnderstood(input.place);
  }
}

async function readSheets(file: WorkbookFile, place: string): Promise<readonly Sheet[]> {
  // exceljs is slow to load: only a workbook that changed pays for it.
  const { default: exceljs } = await import('exceljs');
  const reader = new exceljs.stream.xlsx.WorkbookReader(Readable.from([]), {
    worksheets: 'emit',
    sharedStrings: 'emit',
    styles: 'cache',
    hyperlinks: 'ignore',
  }) as unknown as StreamingReader;
  const open = (part: string): Readable => Readable.from(plainXml(file.read(part), place));
  const relationsOf = async (part: string): Promise<readonly PartRelation[]> => {
    const relations = posix.join(posix.dirname(part), '_rels', `${posix.basename(part)}.rels`);
    if (!file.has(relations)) return [];
    await reader._parseRels(open(relations));
    return (reader.workbookRels ?? []).map(({ Id, Type, Target }) => ({
      id: Id,
      type: posix.basename(Type),
      // Relative to the folder of the part, or absolute.
      part: posix.resolve('/', posix.dirname(part), Target).slice(1),
    }));
  };

  const [workbook] = (await relationsOf('')).filter(({ type }) => type === 'officeDocument');
  const workbookPart = workbook?.part ?? 'xl/workbook.xml';
  await reader._parseWorkbook(open(workbookPart));
  const relations = await relationsOf(workbookPart);
  const styles = relations.find(({ type }) => type === 'styles');
  if (styles !== undefined) await reader._parseStyles(open(styles.part));
  const texts = relations.find(({ type }) => type === 'sharedStrings');
  const sharedStrings: string[] = [];
  if (texts !== undefined) {
    // A copy: the text itself is a slice that would keep the piece of XML it stood in.
    for await (const { text } of reader._parseSharedStrings(open(texts.part))) {
      sharedStrings.push(Buffer.from(text ?? '').toString());
    }
  }
  reader.sharedStrings = sharedStrings;

  const sheets = (reader.model?.sheets ?? []).flatMap(({ name, state, rId }): Sheet[] => {
    const part = relations.find(({ id, type }) => id === rId && type === 'worksheet')?.part;
    if (part === undefined) return [];
    const isHidden = state === 'hidden' || state === 'veryHidden';
    return [{ name, isHidden, rows: () => sheetRows(reader, file.read(part), place) }];
  });
  if (sheets.length === 0) throw unreadable(place, 'a workbook without sheets');
  return sheets;
}

interface PartRelation {
  readonly id: string;
  readonly type: string;
  readonly part: string;
}

async function* sheetRows(
  reader: StreamingReader,
  part: AsyncIterable<Buffer>,
  place: string,
): AsyncGenerator<RawRow, void, undefined> {
  try {
    const xml = plainXml(part, place, reader.sharedStrings?.length);
    for (const { value: rows } of reader._parseWorksheet(xml, '1')) {
      for await (const row of rows) {
        const cells: (string | null)[] = Array(row.cellCount).fill(null);
        row.eachCell(({ value }, column) => {
          cells[column - 1] = cellText(value);
        });
        yield { number: row.number, cells };
      }
    }
  } catch (error) {
    throw isFault(error) ? error : notUnderstood(place);
  }
}

/** Without the cause: what exceljs says may quote the file. */
function notUnderstood(place: string): Error {
  return unreadable(place, 'XML of another shape than that of a workbook');
}
