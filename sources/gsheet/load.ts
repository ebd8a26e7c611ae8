import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import type { Loader, LoaderContext } from '../../runner/landing/types.ts';
import { type ByteSource, fileBytes, scanBytes } from '../shared/bytes.ts';
import { csvRows } from '../shared/csv.ts';
import { sourceFault } from '../shared/fault.ts';
import { fileExists, inputFile } from '../shared/file.ts';
import { type WantedHeader, wantedColumns } from '../shared/headers.ts';
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
  const source = await openSource(context);
  const scan = await scanBytes(source);
  const originHash = createHash('sha256')
    .update([LOADER_VERSION, scan.hash, ...context.columns].join('\n'))
    .digest('hex');
  if (originHash === context.lastOriginHash) return 'unchanged';
  return { origin: source.place, originHash, rows: csvRows(source, scan, wanted, context.notice) };
};

export default load;

async function openSource(context: LoaderContext): Promise<ByteSource> {
  const value = context.env(VARIABLE)?.trim() ?? '';
  if (/^https?:/i.test(value)) return download(value);
  const isId = /^[A-Za-z0-9_-]{25,}$/.test(value);
  if (isId && !(await fileExists(resolve(context.projectDir, value)))) throw spreadsheetId();
  return fileBytes(await inputFile(context, VARIABLE));
}

function spreadsheetId(): Error {
  return sourceFault('URL_GSHEET is the id of a spreadsheet, and the Google Sheets API comes with a later version.', {
    code: 'GSHEET_API_LATER',
    place: VARIABLE,
    expected: 'an https address of a CSV export, or the path of a CSV file',
    found: 'the id of a spreadsheet',
    hint: 'Use https://docs.google.com/spreadsheets/d/<id>/export?format=csv, or download the CSV and give its path.',
  });
}
