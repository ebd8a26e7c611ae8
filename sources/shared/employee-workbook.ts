import type { Loader, LoaderContext, RawRow } from '../../runner/landing/types.ts';
import { sheetRows } from './excel.ts';
import { shortList, sourceFault } from './fault.ts';
import { sheetPlace } from './header-search.ts';
import { type WantedHeader, wantedColumns } from './headers.ts';
import { type Input, readInput, sha256 } from './input.ts';
import { pseudonym, pseudonymSalt } from './pseudonym.ts';

/** Raised when the same bytes would give other rows, so that files landed before are read again. */
const LOADER_VERSION = 'employee-workbook 2';
const KEY_COLUMN = 'cle_salarie';
/** What a formula that went wrong leaves in a cell. */
const ERROR_VALUE = /^#(N\/A|GETTING_DATA|[A-Z/0]+[!?])$/;

interface EmployeeWorkbook {
  /** The variable that holds the path. */
  readonly variable: string;
  /** The first is the employee's ID. */
  readonly headers: readonly [WantedHeader, ...WantedHeader[]];
}

/**
 * A loader for a workbook with one row per employee. It adds the column `cle_salarie`, the pseudonym of the ID.
 * @throws a fault for a row without ID or an ID with two rows: then the whole file is refused
 */
export function employeeWorkbookLoader(workbook: EmployeeWorkbook): Loader {
  return async (context) => {
    const picks = pickColumns(context, workbook.headers);
    const salt = pseudonymSalt(context);
    const file = await readInput(context, workbook.variable);
    const originHash = sha256([LOADER_VERSION, sha256(file.bytes), sha256(salt), ...context.columns].join('\n'));
    if (originHash === context.lastOriginHash) return 'unchanged';
    return { origin: file.place, originHash, rows: employeeRows(file, salt, workbook.headers, picks) };
  };
}

async function* employeeRows(
  file: Input,
  salt: string,
  headers: EmployeeWorkbook['headers'],
  picks: readonly number[],
): AsyncGenerator<RawRow, void, undefined> {
  const rowOfId = new Map<string, number>();
  const withoutId: number[] = [];
  const twice: string[] = [];
  let sheet = '';
  for await (const row of sheetRows(file, headers)) {
    sheet = row.sheet;
    const id = row.cells[0]?.trim() ?? '';
    if (id === '' || ERROR_VALUE.test(id)) {
      withoutId.push(row.number);
      continue;
    }
    const first = rowOfId.get(id);
    if (first !== undefined) twice.push(`${id} (rows ${first} and ${row.number})`);
    rowOfId.set(id, first ?? row.number);
    const key = pseudonym(salt, id);
    yield { number: row.number, cells: picks.map((position) => (position < 0 ? key : (row.cells[position] ?? null))) };
  }
  if (withoutId.length > 0) throw idMissing(file.place, sheet, headers[0].header, withoutId);
  if (twice.length > 0) throw idTwice(file.place, sheet, headers[0].header, twice);
}

/** Where each column's cell stands among the headers'; -1 for the pseudonym. */
function pickColumns({ columns, source }: LoaderContext, headers: readonly WantedHeader[]): readonly number[] {
  const known = [...headers, { column: KEY_COLUMN, header: '' }];
  return wantedColumns(columns, known, source).map(({ column }) => headers.findIndex((item) => item.column === column));
}

function idMissing(place: string, sheet: string, header: string, rows: readonly number[]): Error {
  const [first = 0] = rows;
  const list = shortList(rows.map(String));
  return sourceFault(`${rows.length === 1 ? 'A row has' : `${rows.length} rows have`} no ${header}: row ${list}.`, {
    code: 'EXCEL_ID_MISSING',
    place: sheetPlace(place, sheet, first),
    expected: `"${header}" in every row that is not empty`,
    found: `nothing usable in row ${list}`,
    hint: 'Fill in the ID or empty the row. The file is refused as a whole; the former data stays.',
  });
}

/** Names the IDs, which are what HR needs to correct the file, and nothing else about the persons. */
function idTwice(place: string, sheet: string, header: string, ids: readonly string[]): Error {
  return sourceFault(`Two rows have one ${header}: ${shortList(ids)}.`, {
    code: 'EXCEL_ID_TWICE',
    place: sheetPlace(place, sheet),
    expected: `each "${header}" once`,
    found: shortList(ids),
    hint: 'Keep one row per employee. The file is refused as a whole; the former data stays.',
  });
}
