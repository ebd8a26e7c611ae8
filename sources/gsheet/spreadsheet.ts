import type { RawRow } from '../../runner/landing/types.ts';
import { isFault } from '../shared/fault.ts';
import { noRows, sheetPlace, twoSheets } from '../shared/header-search.ts';
import { type Cells, isBlank, type WantedHeader } from '../shared/headers.ts';
import type { SheetsApi } from './api.ts';
import { changedFault } from './api-faults.ts';
import { readBlocks } from './blocks.ts';
import { findTables, type SheetTable } from './tables.ts';

/** How often a sheet is read before it counts as never at rest. */
const READS = 3;

export interface ReadSheet {
  readonly title: string;
  readonly rows: readonly RawRow[];
}

/**
 * The rows of the sheet that holds all the wanted headers, one text per header in the order asked. Rows empty under these
 * headers are left out; `number` is the row as the sheet shows it.
 * @throws a fault when no sheet or two have the headers, when there is no row, and when the sheet is changed again and
 * again while it is read
 */
export async function readSheet(
  api: SheetsApi,
  wanted: readonly WantedHeader[],
  { pageRows, notice }: { readonly pageRows: number; readonly notice: (message: string) => void },
): Promise<ReadSheet> {
  for (let read = 1; ; read += 1) {
    try {
      return await readOnce(api, wanted, pageRows);
    } catch (error) {
      if (!isFault(error) || error.code !== 'GSHEET_CHANGED' || read === READS) throw error;
      notice(`${error.message} Read again (${read} of ${READS - 1}).`);
    }
  }
}

async function readOnce(api: SheetsApi, wanted: readonly WantedHeader[], pageRows: number): Promise<ReadSheet> {
  const filled: ReadSheet[] = [];
  const tables = await findTables(api, wanted);
  for (const table of tables) {
    const rows = await readTable(api, table, pageRows);
    if (rows.length > 0) filled.push({ title: table.title, rows });
  }
  const [found] = filled;
  if (found === undefined) throw noRows('GSHEET', sheetPlace(api.place, tables[0]?.title ?? ''));
  if (filled.length > 1) {
    throw twoSheets(
      'GSHEET',
      api.place,
      filled.map(({ title }) => title),
    );
  }
  return found;
}

/** Each page begins with the last row of the one before: when that is another by now, rows were moved in between. */
async function readTable(api: SheetsApi, table: SheetTable, pageRows: number): Promise<readonly RawRow[]> {
  const left = Math.min(...table.positions);
  const right = Math.max(...table.positions);
  const grid = { sheetId: table.sheetId, title: table.title };
  const rows: RawRow[] = [];
  let first = table.headerRow;
  let known = table.header;
  while (first < table.rowCount) {
    const last = Math.min(first + pageRows, table.rowCount);
    const page = (await readBlocks(api, [{ grid, first, last, columns: [left, right] }])).get(table.sheetId);
    const cellsOf = (row: number): Cells => {
      const cells = page?.get(row) ?? [];
      return table.positions.map((position) => cells[position - left] ?? null);
    };
    if (cellsOf(first).some((cell, index) => cell !== known[index])) throw changedFault(api.place);
    for (let number = first + 1; number <= last; number += 1) {
      const cells = cellsOf(number);
      if (!isBlank(cells)) rows.push({ number, cells });
    }
    first = last;
    known = cellsOf(last);
  }
  return rows;
}
