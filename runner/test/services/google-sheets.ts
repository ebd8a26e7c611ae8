import { createVerify, generateKeyPairSync } from 'node:crypto';
import { type Answer, type Received, type Service, startService } from './service.ts';
import { apiCell, csvOf, type GridCell, type SheetLocale } from './sheet-grid.ts';

export interface TestSheet {
  readonly title: string;
  readonly hidden?: boolean;
  readonly rows: readonly (readonly GridCell[])[];
  /** Blank rows of the grid below the last one. */
  readonly spareRows?: number;
}

export interface TestSpreadsheet {
  readonly locale?: SheetLocale;
  /** Whether the service account may view it; it may unless told. */
  readonly isShared?: boolean;
  /** Whether anyone with the link may export it; nobody may unless told. */
  readonly isPublic?: boolean;
  readonly sheets: readonly TestSheet[];
}

export interface GoogleSheetsService extends Service {
  /** Puts a spreadsheet in the place of the one of that id. */
  put(id: string, spreadsheet: TestSpreadsheet): void;
  /** The address of its CSV export. */
  exportOf(id: string): string;
  /** The key file of the service account, with marked secrets; some fields may be replaced. */
  keyFile(fields?: Readonly<Record<string, unknown>>): string;
}

export const ROBOT = 'robot@project.iam.gserviceaccount.com';
export const MARKED_TOKEN = 'marked-access-token';
const SCOPE = 'https://www.googleapis.com/auth/spreadsheets.readonly';
const keys = generateKeyPairSync('rsa', { modulusLength: 2048 });
const PRIVATE_KEY = keys.privateKey.export({ type: 'pkcs8', format: 'pem' });
const GROUPS = ['spreadsheetId', 'properties', 'sheets', 'namedRanges', 'spreadsheetUrl'];

/**
 * The Google Sheets API (`spreadsheets.get`), the endpoint of its tokens and the CSV export of Google Docs, as far as they
 * are documented: https://developers.google.com/workspace/sheets/api/reference/rest/v4/spreadsheets/get
 */
export async function startGoogleSheets(): Promise<GoogleSheetsService> {
  const spreadsheets = new Map<string, TestSpreadsheet>();
  const base = { url: '' };
  const service = await startService((request) => answer(request, spreadsheets, base.url));
  base.url = service.url;
  return {
    ...service,
    put: (id, spreadsheet) => void spreadsheets.set(id, spreadsheet),
    exportOf: (id) => `${service.url}/spreadsheets/d/${id}/export?format=csv`,
    keyFile: (fields = {}) =>
      JSON.stringify({
        type: 'service_account',
        project_id: 'project',
        private_key_id: 'marked-key-id',
        private_key: PRIVATE_KEY,
        client_email: ROBOT,
        token_uri: `${service.url}/token`,
        ...fields,
      }),
  };
}

/** An error as Google writes it: https://google.aip.dev/193 */
export function googleError(code: number, status: string, message: string, reason?: string): Answer {
  const details = reason === undefined ? [] : [{ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason }];
  return { status: code, body: { error: { code, message, status, details } } };
}

function answer(request: Received, spreadsheets: ReadonlyMap<string, TestSpreadsheet>, url: string): Answer {
  if (request.path === '/token') return token(request, url);
  const [, id = ''] = /^\/v4\/spreadsheets\/([^/]+)$/.exec(request.path) ?? [];
  if (id !== '') return getSpreadsheet(request, id, spreadsheets.get(id));
  const [, kind = '', exported = ''] = /^\/(spreadsheets\/d|exports)\/([^/]+)/.exec(request.path) ?? [];
  if (kind !== '') return csvExport(exported, spreadsheets.get(exported), kind === 'exports', url);
  if (request.path === '/ServiceLogin') return page(200, 'Sign in - Google Accounts');
  return page(404, 'Not Found');
}

/** https://developers.google.com/identity/protocols/oauth2/service-account#httprest */
function token(request: Received, url: string): Answer {
  const refuse = (error: string, description: string): Answer => ({
    status: 400,
    body: { error, error_description: description },
  });
  const form = new URLSearchParams(request.body);
  if (request.method !== 'POST' || form.get('grant_type') !== 'urn:ietf:params:oauth:grant-type:jwt-bearer') {
    return refuse('unsupported_grant_type', 'Invalid grant_type');
  }
  const [head = '', claims = '', signature = ''] = (form.get('assertion') ?? '').split('.');
  const isSigned = createVerify('RSA-SHA256')
    .update(`${head}.${claims}`)
    .verify(keys.publicKey, Buffer.from(signature, 'base64url'));
  if (!isSigned) return refuse('invalid_grant', 'Invalid JWT Signature.');
  const { iss, aud, scope, iat, exp } = JSON.parse(Buffer.from(claims, 'base64url').toString());
  const now = Date.now() / 1000;
  if (iss !== ROBOT) return refuse('invalid_grant', 'Invalid grant: account not found');
  if (aud !== `${url}/token`) return refuse('invalid_grant', 'Invalid JWT: aud');
  if (scope !== SCOPE) return refuse('invalid_scope', 'Invalid OAuth scope or ID token audience provided.');
  if (!(iat <= now + 60 && exp > now && exp - iat <= 3600)) return refuse('invalid_grant', 'Invalid JWT: iat, exp');
  return { body: { access_token: MARKED_TOKEN, expires_in: 3599, token_type: 'Bearer' } };
}

function getSpreadsheet(request: Received, id: string, spreadsheet: TestSpreadsheet | undefined): Answer {
  if (request.headers.authorization !== `Bearer ${MARKED_TOKEN}`) {
    return googleError(401, 'UNAUTHENTICATED', 'Request had invalid authentication credentials.');
  }
  if (spreadsheet === undefined) return googleError(404, 'NOT_FOUND', 'Requested entity was not found.');
  if (spreadsheet.isShared === false) {
    return googleError(403, 'PERMISSION_DENIED', 'The caller does not have permission');
  }
  const mask = parseMask(request.query.get('fields') ?? GROUPS.join(','));
  if ([...mask.keys()].some((group) => !GROUPS.includes(group))) {
    return googleError(400, 'INVALID_ARGUMENT', 'Request contains an invalid argument.');
  }
  const ranges = request.query.getAll('ranges');
  const blocks = ranges.map((range) => blockOf(range, spreadsheet));
  const wrong = blocks.findIndex((block) => typeof block === 'string');
  if (wrong >= 0) return googleError(400, 'INVALID_ARGUMENT', String(blocks[wrong]));
  const hasData = request.query.get('includeGridData') === 'true';
  const locale = spreadsheet.locale ?? 'fr_FR';
  const sheets = spreadsheet.sheets.flatMap((sheet, index) => {
    const mine = blocks.filter((block) => typeof block !== 'string' && block.sheet === sheet) as Block[];
    if (ranges.length > 0 && mine.length === 0) return [];
    const { rowCount, columnCount } = sizeOf(sheet);
    const properties = {
      // The first sheet of a spreadsheet has the id 0, and what is zero or false is left out.
      ...(index > 0 ? { sheetId: index * 1000 } : {}),
      title: sheet.title,
      index,
      sheetType: 'GRID',
      gridProperties: { rowCount, columnCount },
      ...(sheet.hidden ? { hidden: true } : {}),
    };
    return [{ properties, ...(hasData ? { data: mine.map((block) => gridData(block, locale)) } : {}) }];
  });
  return { body: masked({ spreadsheetId: id, properties: { title: 'Form', locale }, sheets }, mask) };
}

interface Block {
  readonly sheet: TestSheet;
  readonly first: number;
  readonly last: number;
  readonly left: number;
  readonly right: number;
}

/** A block of a sheet, or what is wrong with the range. */
function blockOf(range: string, { sheets }: TestSpreadsheet): Block | string {
  const [, title = '', left = '', first = '', right = '', last = ''] =
    /^'((?:[^']|'')*)'!([A-Z]*)(\d+):([A-Z]*)(\d+)$/.exec(range) ?? [];
  const sheet = sheets.find((one) => one.title === title.replaceAll("''", "'"));
  if (sheet === undefined) return `Unable to parse range: ${range}`;
  const { rowCount, columnCount } = sizeOf(sheet);
  const block = {
    sheet,
    first: Number(first),
    last: Number(last),
    left: left === '' ? 0 : columnIndex(left),
    right: right === '' ? columnCount - 1 : columnIndex(right),
  };
  const isWithin = block.last <= rowCount && block.right < columnCount;
  return isWithin ? block : `Range (${range}) exceeds grid limits. Max rows: ${rowCount}, max columns: ${columnCount}`;
}

/** What is empty at the end of a row and at the end of the block is cut, and so is a start of zero. */
function gridData({ sheet, first, last, left, right }: Block, locale: SheetLocale): Readonly<Record<string, unknown>> {
  const rows = sheet.rows.slice(first - 1, last).map((row) => {
    const cells = row.slice(left, right + 1);
    const end = cells.findLastIndex((cell) => cell !== null && cell !== '') + 1;
    return end === 0 ? {} : { values: cells.slice(0, end).map((cell) => apiCell(cell, locale)) };
  });
  const rowData = rows.slice(0, rows.findLastIndex((row) => 'values' in row) + 1);
  return {
    ...(first > 1 ? { startRow: first - 1 } : {}),
    ...(left > 0 ? { startColumn: left } : {}),
    ...(rowData.length > 0 ? { rowData } : {}),
    rowMetadata: [],
  };
}

function sizeOf({ rows, spareRows = 0 }: TestSheet): { readonly rowCount: number; readonly columnCount: number } {
  return { rowCount: rows.length + spareRows, columnCount: Math.max(1, ...rows.map((row) => row.length)) };
}

function columnIndex(letters: string): number {
  return [...letters].reduce((index, letter) => index * 26 + letter.charCodeAt(0) - 64, 0) - 1;
}

function csvExport(id: string, spreadsheet: TestSpreadsheet | undefined, isDownload: boolean, url: string): Answer {
  if (spreadsheet === undefined) return page(404, 'Page Not Found');
  if (!spreadsheet.isPublic) return { status: 302, headers: { location: `${url}/ServiceLogin?continue=marked` } };
  if (!isDownload) return { status: 307, headers: { location: `${url}/exports/${id}/marked-download-key` } };
  const csv = csvOf(spreadsheet.sheets.find(({ hidden }) => !hidden)?.rows ?? [], spreadsheet.locale ?? 'fr_FR');
  return { headers: { 'content-type': 'text/csv' }, body: csv };
}

function page(status: number, title: string): Answer {
  const body = `<!DOCTYPE html><html><head><title>${title}</title></head><body></body></html>`;
  return { status, headers: { 'content-type': 'text/html; charset=utf-8' }, body };
}

/** `a,b(c,d.e)`: the fields of an object that are wanted; none below one means all of it. */
interface Mask extends ReadonlyMap<string, Mask> {}

function parseMask(text: string): Mask {
  const mask = new Map<string, Mask>();
  for (const part of split(text)) {
    const [, name = '', rest = ''] = /^(\w+)(.*)$/s.exec(part) ?? [];
    const below = rest.startsWith('(') ? rest.slice(1, -1) : rest.replace(/^[./]/, '');
    mask.set(name, new Map([...(mask.get(name) ?? []), ...(below === '' ? [] : parseMask(below))]));
  }
  return mask;
}

/** At the commas outside of parentheses. */
function split(text: string): readonly string[] {
  let depth = 0;
  const parts = [''];
  for (const character of text) {
    if (character === '(') depth += 1;
    if (character === ')') depth -= 1;
    if (character === ',' && depth === 0) parts.push('');
    else parts[parts.length - 1] += character;
  }
  return parts;
}

function masked(value: unknown, mask: Mask): unknown {
  if (mask.size === 0 || typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => masked(item, mask));
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, item]) => {
      const below = mask.get(name);
      return below === undefined ? [] : [[name, masked(item, below)]];
    }),
  );
}
