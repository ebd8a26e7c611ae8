import { createHash } from 'node:crypto';
import type { Check, Extraction, Loader, LoaderContext, RawRow } from '../../runner/landing/types.ts';
import { csvRows } from '../shared/csv.ts';
import { type CsvInput, csvOfBytes, openCsv } from '../shared/csv-input.ts';
import { type WantedHeader, wantedColumns } from '../shared/headers.ts';
import { sha256 } from '../shared/input.ts';
import { type Patience, type PatienceOptions, patienceOf } from '../shared/patience.ts';
import { type SheetAddress, sheetAddress, VARIABLE } from './address.ts';
import { openSpreadsheet } from './api.ts';
import { download } from './client.ts';
import { refuseMonthFirst } from './month-first.ts';
import { readSheet } from './spreadsheet.ts';
import { findTables } from './tables.ts';

/** Raised when the same bytes, or the same cells, would give other rows. */
const LOADER_VERSION = 'gsheet 1';
/** An answer of the API with so many rows has some megabytes. */
const PAGE_ROWS = 5_000;

/** The questions of the form, which Google writes above the answers. */
const HEADERS: readonly WantedHeader[] = [
  { column: 'horodateur', header: 'Horodateur' },
  { column: 'nom', header: 'Nom' },
  { column: 'prenom', header: 'Prénom' },
  { column: 'date_activite', header: 'Date' },
  { column: 'sport_type', header: 'Sport type' },
  { column: 'distance_km', header: 'Distance parcourue en kms' },
  { column: 'duree', header: "Durée de l'activité" },
  { column: 'commentaire', header: 'Commentaire' },
];

type CsvAddress = Exclude<SheetAddress, { readonly kind: 'spreadsheet' }>;

/**
 * The activities that employees declare: a spreadsheet by its id, through the Google Sheets API, or a CSV export of the
 * sheet by its address or its path.
 */
export function sheetLoader(patience?: Patience, pageRows = PAGE_ROWS): Loader {
  return async (context) => {
    const wanted = wantedColumns(context.columns, HEADERS, context.source);
    const address = sheetAddress(context);
    const extraction =
      address.kind === 'spreadsheet'
        ? await spreadsheetRows(context, address.id, wanted, { ...optionsOf(context, patience), pageRows })
        : await exportRows(context, address, wanted, optionsOf(context, patience));
    return extraction.originHash === context.lastOriginHash ? 'unchanged' : extraction;
  };
}

export default sheetLoader();

/** Says what would be read, for `runner debug`. */
export const check: Check = async (context) => {
  const wanted = wantedColumns(context.columns, HEADERS, context.source);
  const address = sheetAddress(context);
  const options = optionsOf(context);
  if (address.kind !== 'spreadsheet') {
    const input = await readCsv(context, address, options);
    let rows = 0;
    for (const _ of csvRows(input, wanted, context.notice)) rows += 1;
    return `CSV, ${rows} rows, at ${input.place}`;
  }
  const api = await openSpreadsheet(context, address.id, options);
  const tables = await findTables(api, wanted);
  // Rows at the end may be blank: only reading them would tell.
  const found = tables.map(
    ({ title, rowCount, headerRow }) => `sheet "${title}", at most ${rowCount - headerRow} rows`,
  );
  return `${found.join('; ')}, as ${api.account}`;
};

/** All rows are held before any is landed: a connection that breaks off must not leave half of them. */
async function spreadsheetRows(
  context: LoaderContext,
  id: string,
  wanted: readonly WantedHeader[],
  options: PatienceOptions & { readonly pageRows: number },
): Promise<Extraction> {
  const api = await openSpreadsheet(context, id, options);
  const { title, rows } = await readSheet(api, wanted, options);
  return { origin: `${api.place}, sheet "${title}"`, originHash: hashOf(rows, context.columns), rows };
}

async function exportRows(
  context: LoaderContext,
  address: CsvAddress,
  wanted: readonly WantedHeader[],
  options: PatienceOptions,
): Promise<Extraction> {
  const input = await readCsv(context, address, options);
  const rows = csvRows(input, wanted, context.notice);
  return {
    origin: input.place,
    originHash: sha256([LOADER_VERSION, input.hash, ...context.columns].join('\n')),
    rows: refuseMonthFirst(rows, context.columns.indexOf('horodateur'), input.place),
  };
}

async function readCsv(context: LoaderContext, address: CsvAddress, options: PatienceOptions): Promise<CsvInput> {
  return address.kind === 'export' ? csvOfBytes(await download(address.address, options)) : openCsv(context, VARIABLE);
}

function hashOf(rows: readonly RawRow[], columns: readonly string[]): string {
  const hash = createHash('sha256').update([LOADER_VERSION, ...columns].join('\n'));
  for (const { number, cells } of rows) hash.update(`\n${JSON.stringify([number, ...cells])}`);
  return hash.digest('hex');
}

function optionsOf(context: LoaderContext, patience: Patience = patienceOf(context)): PatienceOptions {
  const { signal, notice } = context;
  return { patience, signal, notice };
}
