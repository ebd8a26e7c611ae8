import type { RawRow } from '../../runner/landing/types.ts';
import { cellText, type TextOptions } from './cell-text.ts';
import { type Candidate, headersNotFound, noRows, sheetPlace, twoSheets } from './excel-faults.ts';
import { assertUnchanged, type InputFile } from './file.ts';
import { matchHeaders, type WantedHeader } from './headers.ts';
import { openWorkbook, type Sheet } from './workbook.ts';

/** The header may stand under a title: it is looked for in this many non-empty rows. */
const HEADER_SEARCH_ROWS = 20;

export interface SheetRow extends RawRow {
  readonly sheet: string;
}

/**
 * The rows of the sheet that holds all the wanted headers, each with one text per header in the order asked. Rows empty
 * under these headers are left out; `number` is the row as Excel shows it.
 * @throws a fault when the file is no workbook, is damaged, or has no such sheet, two of them, or no row
 */
export async function* sheetRows(
  file: InputFile,
  wanted: readonly WantedHeader[],
): AsyncGenerator<SheetRow, void, undefined> {
  const workbook = await openWorkbook(file);
  const candidates: Candidate[] = [];
  const hidden: string[] = [];
  let found: string | undefined;
  let headersAt: string | undefined;
  for (const sheet of workbook.sheets) {
    if (sheet.isHidden) {
      hidden.push(sheet.name);
      continue;
    }
    for await (const item of readSheet(sheet, wanted, workbook)) {
      if ('missing' in item) {
        if (item.missing.length + item.twice.length === 0) headersAt ??= sheetPlace(file, sheet.name);
        else candidates.push(item);
        continue;
      }
      if (found !== undefined && found !== sheet.name) throw twoSheets(file, found, sheet.name);
      found = sheet.name;
      yield item;
    }
  }
  if (headersAt === undefined) throw headersNotFound(file, wanted, candidates, hidden);
  if (found === undefined) throw noRows(headersAt);
  await assertUnchanged(file);
}

/** First what the header row holds (the one that fits best, when none fits), then the rows under it if it fits. */
async function* readSheet(
  sheet: Sheet,
  wanted: readonly WantedHeader[],
  options: TextOptions,
): AsyncGenerator<Candidate | SheetRow, void, undefined> {
  let best: Candidate | undefined;
  let positions: readonly number[] | undefined;
  let searched = 0;
  let number = 0;
  for await (const row of sheet.rows()) {
    // A file may leave the number out, which means the next one.
    number = Number.isNaN(row.number) ? number + 1 : row.number;
    const read = (column: number): string | null => {
      const cell = row.findCell(column);
      return cell === undefined ? null : cellText(cell, options);
    };
    if (positions !== undefined) {
      const cells = positions.map((position) => read(position + 1));
      if (!isBlank(cells)) yield { sheet: sheet.name, number, cells };
      continue;
    }
    const cells = Array.from({ length: row.cellCount }, (_, index) => read(index + 1));
    if (isBlank(cells)) continue;
    const match = matchHeaders(cells, wanted);
    const candidate = { sheet: sheet.name, row: number, cells, missing: match.missing, twice: match.twice };
    if (best === undefined || match.missing.length < best.missing.length) best = candidate;
    if (match.missing.length + match.twice.length === 0) {
      positions = match.positions;
      yield candidate;
    }
    searched += 1;
    if (positions === undefined && searched === HEADER_SEARCH_ROWS) break;
  }
  if (positions === undefined && best !== undefined) yield best;
}

function isBlank(cells: readonly (string | null)[]): boolean {
  return cells.every((cell) => cell === null || cell.trim() === '');
}
