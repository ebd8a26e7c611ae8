import type { sheets_v4 } from 'googleapis/build/src/apis/sheets/index.js';
import type { RawRow } from '../../runner/landing/types.ts';
import { isFault } from '../shared/fault.ts';
import {
  betterCandidate,
  type Candidate,
  HEADER_SEARCH_ROWS,
  headersNotFound,
  noRows,
  sheetPlace,
  twoSheets,
} from '../shared/header-search.ts';
import { type Cells, isBlank, isComplete, matchHeaders, type WantedHeader } from '../shared/headers.ts';
import type { SheetsApi } from './api.ts';
import { changedFault } from './api-faults.ts';
import { typedCellText } from './typed-cell.ts';

/** How often a sheet is read before it counts as never at rest. */
const READS = 3;
const SHEET_FIELDS = 'sheets.properties(sheetId,title,hidden,sheetType,gridProperties(rowCount,columnCount))';
const CELL_FIELDS =
  'sheets(properties.sheetId,data(startRow,rowData.values(effectiveValue,effectiveFormat.numberFormat(type,pattern),formattedValue)))';

/** A sheet with all headers. */
export interface SheetTable {
  readonly sheetId: number;
  readonly title: string;
  readonly headerRow: number;
  readonly header: Cells;
  /** 0-based columns of the wanted headers, in the order asked. */
  readonly positions: readonly number[];
  /** Of the grid: blank rows at the end count. */
  readonly rowCount: number;
}

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

/** The visible sheets that have all the headers. */
export async function findTables(api: SheetsApi, wanted: readonly WantedHeader[]): Promise<readonly SheetTable[]> {
  const { sheets = [] } = await api.get({ fields: SHEET_FIELDS });
  const all = sheets.flatMap(({ properties }) => (properties ? [properties] : []));
  const grids = all.filter(({ hidden, sheetType }) => !hidden && (sheetType ?? 'GRID') === 'GRID');
  const heads = await readRows(
    api,
    grids.map((grid) => ({ grid, first: 1, last: Math.min(HEADER_SEARCH_ROWS, rowsOf(grid)) })),
  );
  const candidates = grids.flatMap((grid) => {
    const rows = [...(heads.get(idOf(grid)) ?? [])].filter(([, cells]) => !isBlank(cells));
    const best = rows.reduce<Candidate | undefined>(
      (found, [row, cells]) =>
        betterCandidate(found, { sheet: grid.title ?? '', row, cells, match: matchHeaders(cells, wanted) }),
      undefined,
    );
    return best === undefined ? [] : [{ ...best, grid }];
  });
  const tables = candidates.filter(({ match }) => isComplete(match));
  if (tables.length === 0) {
    const hidden = all.filter((grid) => grid.hidden).map(({ title }) => title ?? '');
    throw headersNotFound('GSHEET', api.place, wanted, candidates, hidden);
  }
  return tables.map(({ grid, row, cells, match }) => ({
    sheetId: idOf(grid),
    title: grid.title ?? '',
    headerRow: row,
    header: match.positions.map((position) => cells[position] ?? null),
    positions: match.positions,
    rowCount: rowsOf(grid),
  }));
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
    const page = (await readRows(api, [{ grid, first, last, columns: [left, right] }])).get(table.sheetId);
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

interface Block {
  readonly grid: sheets_v4.Schema$SheetProperties;
  readonly first: number;
  readonly last: number;
  /** 0-based, both included; all when absent. */
  readonly columns?: readonly [number, number];
}

/** The texts of blocks of rows, one block a sheet: sheet id → row number → cells. The API cuts what is empty at the ends. */
async function readRows(
  api: SheetsApi,
  blocks: readonly Block[],
): Promise<ReadonlyMap<number, ReadonlyMap<number, Cells>>> {
  if (blocks.length === 0) return new Map();
  const { sheets = [] } = await api.get({ fields: CELL_FIELDS, ranges: blocks.map(rangeOf) });
  return new Map(
    sheets.map(({ properties, data = [] }) => {
      const rows = data.flatMap(({ startRow, rowData = [] }) =>
        rowData.map(({ values = [] }, index): [number, Cells] => [
          (startRow ?? 0) + index + 1,
          values.map(typedCellText),
        ]),
      );
      return [properties?.sheetId ?? 0, new Map(rows)];
    }),
  );
}

function rangeOf({ grid, first, last, columns }: Block): string {
  const [left, right] = columns?.map(columnName) ?? ['', ''];
  return `'${(grid.title ?? '').replaceAll("'", "''")}'!${left}${first}:${right}${last}`;
}

/** 0 → A, 26 → AA */
function columnName(index: number): string {
  const rest = Math.floor(index / 26);
  return `${rest > 0 ? columnName(rest - 1) : ''}${String.fromCharCode(65 + (index % 26))}`;
}

/** What is zero is left out of answers. */
function idOf({ sheetId }: sheets_v4.Schema$SheetProperties): number {
  return sheetId ?? 0;
}

function rowsOf({ gridProperties }: sheets_v4.Schema$SheetProperties): number {
  return gridProperties?.rowCount ?? 0;
}
