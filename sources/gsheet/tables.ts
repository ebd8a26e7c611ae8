import type { sheets_v4 } from 'googleapis/build/src/apis/sheets/index.js';
import { betterCandidate, type Candidate, HEADER_SEARCH_ROWS, headersNotFound } from '../shared/header-search.ts';
import { type Cells, isBlank, isComplete, matchHeaders, type WantedHeader } from '../shared/headers.ts';
import type { SheetsApi } from './api.ts';
import { readBlocks } from './blocks.ts';

const SHEET_FIELDS = 'sheets.properties(sheetId,title,hidden,sheetType,gridProperties(rowCount,columnCount))';

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

/** The visible sheets that have all the headers. */
export async function findTables(api: SheetsApi, wanted: readonly WantedHeader[]): Promise<readonly SheetTable[]> {
  const { sheets = [] } = await api.get({ fields: SHEET_FIELDS });
  const all = sheets.flatMap(({ properties }) => (properties ? [properties] : []));
  const grids = all.filter(({ hidden, sheetType }) => !hidden && (sheetType ?? 'GRID') === 'GRID');
  const heads = await readBlocks(
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

/** What is zero is left out of answers. */
function idOf({ sheetId }: sheets_v4.Schema$SheetProperties): number {
  return sheetId ?? 0;
}

function rowsOf({ gridProperties }: sheets_v4.Schema$SheetProperties): number {
  return gridProperties?.rowCount ?? 0;
}
