// Helpers of the tests of the declarations' sheet.
import { afterEach, beforeEach } from 'vitest';
import type { Patience } from '../../../sources/shared/patience.ts';
import { type TestContext, testContext, useTempDir } from '../../../sources/shared/testing.ts';
import { type GoogleSheetsService, startGoogleSheets } from './google-sheets.ts';
import { day, duration, type GridCell, moment, serialOf } from './sheet-grid.ts';

export const ID = '1aB2cD3eF4gH5iJ6kL7mN8oP9qR0sT1uV2wX3yZ4_-5a';
export const COLUMNS = [
  'horodateur',
  'nom',
  'prenom',
  'date_activite',
  'sport_type',
  'distance_km',
  'duree',
  'commentaire',
];
export const QUESTIONS = [
  'Horodateur',
  'Nom',
  'Prénom',
  'Date',
  'Sport type',
  'Distance parcourue en kms',
  "Durée de l'activité",
  'Commentaire',
];
/** A service that fails is tried three times, without waiting. */
export const SHORT: Patience = { retries: 2, pause: 1, timeout: 400, deadline: 20_000 };

/** An answer to the form as Google writes it into a French sheet, and its texts. */
export const ANSWER: readonly GridCell[] = [
  moment(serialOf('2026-10-22T20:00:00')),
  'Fabre',
  'Léa',
  day(serialOf('2026-10-22')),
  'Runing',
  5,
  duration(0.5 / 24),
  null,
];
export const TEXTS = ['22/10/2026 20:00:00', 'Fabre', 'Léa', '22/10/2026', 'Runing', '5', '00:30:00', null];

export interface TestWorld {
  readonly google: GoogleSheetsService;
  write(name: string, content: string | Uint8Array): Promise<string>;
  path(): string;
  /** A context in which the spreadsheet of that id or address, or a CSV, is read. */
  context(
    url: string,
    fields?: { readonly env?: Readonly<Record<string, string>>; readonly lastOriginHash?: string },
  ): TestContext;
}

/** Google's services and a project folder with the key file `key.json`, both for one test. */
export function useGoogleSheets(): TestWorld {
  const folder = useTempDir();
  let google: GoogleSheetsService;
  beforeEach(async () => {
    google = await startGoogleSheets();
    await folder.write('key.json', google.keyFile());
  });
  afterEach(() => google.close());
  return {
    get google() {
      return google;
    },
    write: folder.write,
    path: folder.path,
    context: (url, { env = {}, lastOriginHash = null } = {}) =>
      testContext({
        projectDir: folder.path(),
        source: 'gsheet.declaration',
        columns: COLUMNS,
        lastOriginHash,
        env: {
          URL_GSHEET: url,
          GOOGLE_APPLICATION_CREDENTIALS: 'key.json',
          GOOGLE_SHEETS_ROOT_URL: google.url,
          ...env,
        },
      }),
  };
}
