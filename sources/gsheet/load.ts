import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Loader, LoaderContext } from '../../runner/landing/types.ts';
import { csvRows } from '../shared/csv.ts';
import { sourceFault } from '../shared/fault.ts';
import { type WantedHeader, wantedColumns } from '../shared/headers.ts';
import { type Input, readInput, sha256 } from '../shared/input.ts';
import { download } from './client.ts';

const VARIABLE = 'URL_GSHEET';
/** Raised when the same bytes would give other rows. */
const LOADER_VERSION = 'gsheet 1';

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

/** The activities that employees declare, from a CSV export of the sheet: its address, or the path of a file. */
const load: Loader = async (context) => {
  const wanted = wantedColumns(context.columns, HEADERS, context.source);
  const input = await readSheet(context);
  const originHash = sha256([LOADER_VERSION, sha256(input.bytes), ...context.columns].join('\n'));
  if (originHash === context.lastOriginHash) return 'unchanged';
  return { origin: input.place, originHash, rows: csvRows(input, wanted, context.notice) };
};

export default load;

async function readSheet(context: LoaderContext): Promise<Input> {
  const value = context.env(VARIABLE)?.trim() ?? '';
  if (/^https?:/i.test(value)) return download(value);
  const isId = /^[A-Za-z0-9_-]{25,}$/.test(value) && !existsSync(resolve(context.projectDir, value));
  if (!isId) return readInput(context, VARIABLE);
  throw sourceFault(`${VARIABLE} is the id of a spreadsheet, and the Google Sheets API comes with a later version.`, {
    code: 'GSHEET_API_LATER',
    place: VARIABLE,
    expected: 'an https address of a CSV export, or the path of a CSV file',
    found: 'the id of a spreadsheet',
    hint: 'Use https://docs.google.com/spreadsheets/d/<id>/export?format=csv, or download the CSV and give its path.',
  });
}
