import type { sheets_v4 } from 'googleapis/build/src/apis/sheets/index.js';
import type { Cells } from '../shared/headers.ts';
import type { SheetsApi } from './api.ts';
import { typedCellText } from './typed-cell.ts';

const CELL_FIELDS =
  'sheets(properties.sheetId,data(startRow,rowData.values(effectiveValue,effectiveFormat.numberFormat(type,pattern),formattedValue)))';

export interface Block {
  readonly grid: sheets_v4.Schema$SheetProperties;
  readonly first: number;
  readonly last: number;
  /** 0-based, both included; all when absent. */
  readonly columns?: readonly [number, number];
}

/** The texts of blocks of rows, one block a sheet: sheet id → row number → cells. The API cuts what is empty at the ends. */
export async function readBlocks(
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
