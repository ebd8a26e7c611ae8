import type { sheets_v4 } from 'googleapis/build/src/apis/sheets/index.js';
import type { LoaderContext } from '../../runner/landing/types.ts';
import { sourceFault } from '../shared/fault.ts';
import { type PatienceOptions, patiently } from '../shared/patience.ts';
import { apiFault } from './api-faults.ts';
import { readServiceAccount, type ServiceAccount } from './service-account.ts';
import { tokenFault } from './token-fault.ts';
import { notUnderstood } from './transport-faults.ts';

const ROOT_VARIABLE = 'GOOGLE_SHEETS_ROOT_URL';
const ROOT = 'https://sheets.googleapis.com/';
const SCOPE = 'https://www.googleapis.com/auth/spreadsheets.readonly';
/** Where the library asks for tokens, whatever the key file says. */
const LIBRARY_TOKEN_URI = 'https://oauth2.googleapis.com/token';
/** Of one answer, a page of rows. */
const MAX_MEGABYTES = 128;

export interface SheetsApi {
  /** The host, for messages. */
  readonly place: string;
  /** The e-mail of the service account. */
  readonly account: string;
  /** One `spreadsheets.get`. */
  get(query: SpreadsheetQuery): Promise<sheets_v4.Schema$Spreadsheet>;
}

interface SpreadsheetQuery {
  readonly fields: string;
  /** A1 ranges. */
  readonly ranges?: readonly string[];
}

/** One spreadsheet in the Google Sheets API, read as a service account. */
export async function openSpreadsheet(
  context: LoaderContext,
  spreadsheetId: string,
  options: PatienceOptions,
): Promise<SheetsApi> {
  const account = await readServiceAccount(context);
  const rootUrl = context.env(ROOT_VARIABLE)?.trim() || ROOT;
  if (!URL.canParse(rootUrl)) throw badRoot();
  const place = new URL(rootUrl).host;
  // The library is slow to load: only a spreadsheet pays for it.
  const { auth, sheets } = await import('googleapis/build/src/apis/sheets/index.js');
  const { client, until } = authClient(auth, account);
  // Has the library load its fetch now: see `authClient`.
  await client.transporter.request({ url: 'data:,' });
  const { spreadsheets } = sheets({ version: 'v4', auth: client, rootUrl });

  const attempt = async (query: SpreadsheetQuery, signal: AbortSignal): Promise<unknown> => {
    until(signal);
    const asked = { account: account.email, signal, megabytes: MAX_MEGABYTES };
    const tokenPlace = new URL(account.tokenUri).host;
    const { token } = await client.getAccessToken().catch((error: unknown) => {
      throw tokenFault(error, { ...asked, place: tokenPlace });
    });
    if (!token) throw notUnderstood(tokenPlace);
    const { ranges = [], fields } = query;
    const request = { spreadsheetId, fields, ranges: [...ranges], includeGridData: ranges.length > 0 };
    const answer = await spreadsheets.get(request, { responseType: 'json' }).catch((error: unknown) => {
      throw apiFault(error, { ...asked, place });
    });
    return answer.data;
  };
  return {
    place,
    account: account.email,
    get: async (query) => {
      const data = await patiently((signal) => attempt(query, signal), options);
      if (typeof data !== 'object' || data === null) throw notUnderstood(place);
      return data;
    },
  };
}

type Auth = typeof import('googleapis/build/src/apis/sheets/index.js')['auth'];
type Client = InstanceType<Auth['JWT']>;

/** @returns `until` sets the signal that ends the requests to come, be they for a token or for the API */
function authClient(auth: Auth, account: ServiceAccount): { client: Client; until: (signal: AbortSignal) => void } {
  let signal: AbortSignal | undefined;
  const client = new auth.JWT({
    email: account.email,
    key: account.key,
    scopes: [SCOPE],
    additionalClaims: { aud: account.tokenUri },
  });
  client.transporter.interceptors.request.add({
    resolved: async (config) => {
      if (config.url.href === LIBRARY_TOKEN_URI) config.url = new URL(account.tokenUri);
      // The library's fetch, told to end before it begins, would end the whole process with an error that nobody catches.
      signal?.throwIfAborted();
      if (signal !== undefined) config.signal = signal;
      // Ours is the patience: the library's own retries would come on top of it.
      config.retryConfig = { retry: 0 };
      // Of the body as it is once unpacked. The library's own limit warns on the terminal, and its type lacks this one.
      return Object.assign(config, { size: MAX_MEGABYTES * 1024 * 1024 });
    },
  });
  return {
    client,
    until: (next) => {
      signal = next;
    },
  };
}

function badRoot(): Error {
  return sourceFault(`${ROOT_VARIABLE} is not an address.`, {
    code: 'GSHEET_ROOT_URL',
    place: ROOT_VARIABLE,
    expected: `an address such as ${ROOT}`,
    found: 'another text',
    hint: 'Leave it empty: it is for tests.',
  });
}
