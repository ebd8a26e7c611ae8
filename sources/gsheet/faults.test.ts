import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import type { SourceFault } from '../../runner/landing/types.ts';
import {
  ANSWER,
  ID,
  QUESTIONS,
  SHORT,
  type TestWorld,
  useGoogleSheets,
} from '../../runner/test/services/declarations-sheet.ts';
import { googleError, ROBOT, type TestSpreadsheet } from '../../runner/test/services/google-sheets.ts';
import type { Misfortune } from '../../runner/test/services/service.ts';
import { faultOf, type TestContext } from '../shared/testing.ts';
import { type Mistrust, startUntrusted } from '../shared/testing-https.ts';
import { check, sheetLoader } from './load.ts';

const world = useGoogleSheets();
const load = sheetLoader(SHORT, 3);
const PATIENT = sheetLoader({ ...SHORT, timeout: 60_000 });
const SHEET: TestSpreadsheet = { sheets: [{ title: 'Form', rows: [QUESTIONS, ANSWER] }] };
const HTML: Misfortune = { headers: { 'content-type': 'text/html' }, body: '<!DOCTYPE html><p>marked page</p>' };
const limited = googleError(403, 'PERMISSION_DENIED', 'Quota exceeded', 'RATE_LIMIT_EXCEEDED');
const times = (count: number, misfortune: Misfortune): readonly Misfortune[] => Array(count).fill(misfortune);
const withHeaders = (misfortune: Misfortune, headers: Record<string, string>): Misfortune => ({
  ...(misfortune as object),
  headers,
});

interface Case {
  readonly title: string;
  readonly url?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly spreadsheet?: TestSpreadsheet;
  readonly key?: (world: TestWorld) => string | Uint8Array | Promise<string>;
  readonly token?: readonly Misfortune[];
  readonly api?: readonly Misfortune[];
  readonly code: string;
  /** In the message, what was expected or found, or the next step. */
  readonly says: readonly string[];
  /** Requests to the API. */
  readonly asked: number;
  readonly tokens?: number;
}

const KEY: readonly Case[] = [
  {
    title: 'no key is given',
    env: { GOOGLE_APPLICATION_CREDENTIALS: '' },
    code: 'GSHEET_KEY_UNSET',
    says: ['GOOGLE_APPLICATION_CREDENTIALS', 'export?format=csv'],
    asked: 0,
  },
  {
    title: 'the key file is missing',
    env: { GOOGLE_APPLICATION_CREDENTIALS: 'no.json' },
    code: 'FILE_MISSING',
    says: ['no.json', 'GOOGLE_APPLICATION_CREDENTIALS'],
    asked: 0,
  },
  {
    title: 'the key file is a folder',
    env: { GOOGLE_APPLICATION_CREDENTIALS: '.' },
    code: 'FILE_IS_DIRECTORY',
    says: ['GOOGLE_APPLICATION_CREDENTIALS'],
    asked: 0,
  },
  keyFile('is no JSON', '-----BEGIN marked', 'GSHEET_KEY_NOT_JSON', ["isn't JSON", 'type JSON']),
  keyFile('is JSON of nothing', 'null', 'GSHEET_KEY_NOT_JSON', ['key.json']),
  keyFile('is that of a person', { type: 'authorized_user' }, 'GSHEET_KEY_KIND', [
    'authorized_user',
    'service_account',
  ]),
  keyFile('lacks its e-mail', { client_email: undefined }, 'GSHEET_KEY_KIND', ['client_email']),
  keyFile('has no address for tokens', { token_uri: 'marked' }, 'GSHEET_KEY_KIND', ['token_uri']),
  keyFile('has a broken private key', { private_key: '-----BEGIN PRIVATE KEY-----\nmarked\n' }, 'GSHEET_KEY_BROKEN', [
    'private key',
    'line breaks',
  ]),
  keyFile('has a private key of another kind', { private_key: pem('ed25519') }, 'GSHEET_KEY_BROKEN', ['RSA']),
];

const TOKEN: readonly Case[] = [
  {
    title: 'the key was deleted',
    key: ({ google }) => google.keyFile({ private_key: pem('rsa') }),
    code: 'GSHEET_TOKEN_REFUSED',
    says: [ROBOT, 'invalid_grant', 'clock', 'new key'],
    asked: 0,
    tokens: 1,
  },
  {
    title: 'the account was deleted',
    key: ({ google }) => google.keyFile({ client_email: 'other@project.iam.gserviceaccount.com' }),
    code: 'GSHEET_TOKEN_REFUSED',
    says: ['other@project', 'deleted'],
    asked: 0,
    tokens: 1,
  },
  {
    title: 'tokens are refused otherwise',
    token: [{ status: 401, body: 'marked' }],
    code: 'GSHEET_TOKEN_REFUSED',
    says: ['status 401'],
    asked: 0,
    tokens: 1,
  },
  {
    title: 'nobody answers for tokens',
    key: async ({ google }) => google.keyFile({ token_uri: `http://127.0.0.1:${await freePort()}/marked` }),
    code: 'GSHEET_UNREACHABLE',
    says: ['ECONNREFUSED', 'network'],
    asked: 0,
    tokens: 0,
  },
  {
    title: 'the endpoint of tokens is down',
    token: times(3, { status: 503 }),
    code: 'GSHEET_HTTP_STATUS',
    says: ['503', 'later'],
    asked: 0,
    tokens: 3,
  },
  {
    title: 'the endpoint of tokens is elsewhere',
    token: [{ status: 404, body: 'marked' }],
    code: 'GSHEET_HTTP_STATUS',
    says: ['404', 'token_uri'],
    asked: 0,
    tokens: 1,
  },
  {
    title: 'a portal answers in place of a token',
    token: [HTML],
    code: 'GSHEET_ANSWER',
    says: ['proxy'],
    asked: 0,
    tokens: 1,
  },
];

const API: readonly Case[] = [
  {
    title: 'the token is not accepted',
    api: [googleError(401, 'UNAUTHENTICATED', 'marked')],
    code: 'GSHEET_UNAUTHENTICATED',
    says: [ROBOT, 'clock'],
    asked: 1,
  },
  {
    title: 'the sheet is not shared',
    spreadsheet: { ...SHEET, isShared: false },
    code: 'GSHEET_FORBIDDEN',
    says: [`Share the spreadsheet with ${ROBOT}`],
    asked: 1,
  },
  { title: 'there is no such sheet', url: 'x'.repeat(44), code: 'GSHEET_NOT_FOUND', says: ['id', ROBOT], asked: 1 },
  {
    title: 'the API is not enabled',
    api: [googleError(403, 'PERMISSION_DENIED', 'marked', 'SERVICE_DISABLED')],
    code: 'GSHEET_API_DISABLED',
    says: ['Enable', 'Google Sheets API'],
    asked: 1,
  },
  {
    title: 'the token may not read spreadsheets, which sharing does not heal',
    api: [googleError(403, 'PERMISSION_DENIED', 'marked', 'ACCESS_TOKEN_SCOPE_INSUFFICIENT')],
    code: 'GSHEET_SCOPE',
    says: [ROBOT, 'sharing the sheet does not help'],
    asked: 1,
  },
  {
    title: 'the API is not enabled, in the older words',
    api: [
      { status: 403, body: { error: { code: 403, message: 'marked', errors: [{ reason: 'accessNotConfigured' }] } } },
    ],
    code: 'GSHEET_API_DISABLED',
    says: ['Enable'],
    asked: 1,
  },
  {
    title: 'the request is malformed',
    api: [googleError(400, 'INVALID_ARGUMENT', 'marked')],
    code: 'GSHEET_BAD_REQUEST',
    says: ['400', 'URL_GSHEET'],
    asked: 1,
  },
  {
    title: 'the file is an Excel workbook',
    api: [googleError(400, 'FAILED_PRECONDITION', 'This operation is not supported for this document')],
    code: 'GSHEET_NOT_A_SHEET',
    says: ['Save as Google Sheets'],
    asked: 1,
  },
  {
    title: 'it answers in a way of its own',
    api: [{ status: 418, body: 'marked' }],
    code: 'GSHEET_HTTP_STATUS',
    says: ['418'],
    asked: 1,
  },
  {
    title: 'it is asked too often for too long',
    api: times(3, googleError(429, 'RESOURCE_EXHAUSTED', 'marked')),
    code: 'GSHEET_HTTP_STATUS',
    says: ['429', 'later'],
    asked: 3,
  },
  {
    title: 'it is asked too often, as 403, for too long',
    api: times(3, limited),
    code: 'GSHEET_RATE_LIMIT',
    says: ['too many requests'],
    asked: 3,
  },
  {
    title: 'it asks to wait longer than is left',
    api: [withHeaders({ status: 429 }, { 'retry-after': '3600' })],
    code: 'GSHEET_HTTP_STATUS',
    says: ['429'],
    asked: 1,
  },
  {
    title: 'it is down',
    api: times(3, googleError(503, 'UNAVAILABLE', 'marked')),
    code: 'GSHEET_HTTP_STATUS',
    says: ['503', 'later'],
    asked: 3,
  },
  {
    title: 'it fails for a while with a page',
    api: times(3, { ...(HTML as object), status: 502 }),
    code: 'GSHEET_HTTP_STATUS',
    says: ['502'],
    asked: 3,
  },
  {
    title: 'the connection breaks each time',
    api: times(3, 'reset'),
    code: 'GSHEET_UNREACHABLE',
    says: ["can't be reached", 'ECONNRESET'],
    asked: 3,
  },
  {
    title: 'its answer is cut each time',
    api: times(3, 'answer then reset'),
    code: 'GSHEET_UNREACHABLE',
    says: ['network'],
    asked: 3,
  },
  {
    title: 'it never answers',
    api: times(3, 'hang'),
    code: 'GSHEET_TIMEOUT',
    says: ['did not answer in time'],
    asked: 3,
  },
  {
    title: 'it is slower than one can wait',
    api: times(3, { slow: 5_000 }),
    code: 'GSHEET_TIMEOUT',
    says: ['in time'],
    asked: 3,
  },
  {
    title: 'its answer is no JSON',
    api: [{ headers: { 'content-type': 'application/json' }, body: '{"marked":' }],
    code: 'GSHEET_ANSWER',
    says: ["can't be read"],
    asked: 1,
  },
  { title: 'a portal answers in its place', api: [HTML], code: 'GSHEET_ANSWER', says: ['portal to sign in'], asked: 1 },
  {
    title: 'its address is none',
    env: { GOOGLE_SHEETS_ROOT_URL: 'marked' },
    code: 'GSHEET_ROOT_URL',
    says: ['GOOGLE_SHEETS_ROOT_URL'],
    asked: 0,
    tokens: 0,
  },
  {
    title: 'no sheet has the headers',
    spreadsheet: {
      sheets: [
        { title: 'A', rows: [['x', 'y']] },
        { title: 'B', hidden: true, rows: [QUESTIONS] },
      ],
    },
    code: 'GSHEET_NO_SHEET',
    says: ['sheet "A", row 1', 'Hidden sheets are not read: "B"'],
    asked: 2,
  },
  {
    title: 'it has no visible sheet',
    spreadsheet: { sheets: [{ title: 'B', hidden: true, rows: [QUESTIONS] }] },
    code: 'GSHEET_NO_SHEET',
    says: ['no sheet with anything in it'],
    asked: 1,
  },
  {
    title: 'a question has another name',
    spreadsheet: { sheets: [{ title: 'A', rows: [QUESTIONS.with(6, 'Durée de l’activite (h)'), ANSWER] }] },
    code: 'GSHEET_HEADER_MISSING',
    says: ["Durée de l'activité", 'near'],
    asked: 2,
  },
  {
    title: 'a question is there twice',
    spreadsheet: { sheets: [{ title: 'A', rows: [[...QUESTIONS, 'NOM'], ANSWER] }] },
    code: 'GSHEET_HEADER_TWICE',
    says: ['"Nom"'],
    asked: 2,
  },
  {
    title: 'there is no answer yet',
    spreadsheet: { sheets: [{ title: 'A', rows: [QUESTIONS], spareRows: 4 }] },
    code: 'GSHEET_NO_ROWS',
    says: ['sheet "A"', 'form'],
    asked: 4,
  },
  {
    title: 'two sheets have answers',
    spreadsheet: { sheets: ['A', 'B'].map((title) => ({ title, rows: [QUESTIONS, ANSWER] })) },
    code: 'GSHEET_TWO_SHEETS',
    says: ['"A", "B"', 'hide'],
    asked: 4,
  },
];

const CSV: readonly Case[] = [
  {
    title: 'the export is not public',
    spreadsheet: SHEET,
    code: 'GSHEET_NOT_PUBLIC',
    says: ['a web page', 'Share the sheet'],
    asked: 2,
  },
  {
    title: 'the export is not there',
    url: 'x',
    code: 'GSHEET_HTTP_STATUS',
    says: ['404', 'anyone with the link'],
    asked: 1,
  },
  { title: 'the export is forbidden', api: [{ status: 403 }], code: 'GSHEET_HTTP_STATUS', says: ['403'], asked: 1 },
  {
    title: 'the export sends one round in circles',
    api: times(30, { status: 302, headers: { location: 'export' } }),
    code: 'GSHEET_NOT_PUBLIC',
    says: ['never ends'],
    asked: 21,
  },
  {
    title: 'the export is down',
    api: times(3, { status: 500 }),
    code: 'GSHEET_HTTP_STATUS',
    says: ['500', 'later'],
    asked: 3,
  },
  {
    title: 'the export breaks off each time',
    api: times(6, 'answer then reset'),
    code: 'GSHEET_UNREACHABLE',
    says: ['network'],
    asked: 6,
  },
  { title: 'the export never comes', api: times(3, 'hang'), code: 'GSHEET_TIMEOUT', says: ['in time'], asked: 3 },
];

describe('nothing is landed of a spreadsheet when', () => {
  it.each([...KEY, ...TOKEN, ...API].map((one) => [one.title, one] as const))('%s', async (_, one) => {
    world.google.put(ID, one.spreadsheet ?? SHEET);
    if (one.key) await world.write('key.json', await one.key(world));
    world.google.fail(one.token ?? [], ({ path }) => path === '/token');
    world.google.fail(one.api ?? [], ({ path }) => path.startsWith('/v4'));
    await expectFault(one, world.context(one.url ?? ID, { env: one.env ?? {} }));
    const asked = world.google.requests.filter(({ path }) => path.startsWith('/v4')).length;
    const tokens = world.google.requests.length - asked;
    expect({ asked, tokens }).toEqual({ asked: one.asked, tokens: one.tokens ?? (one.asked > 0 ? 1 : 0) });
  });
});

it('nothing is landed of a spreadsheet when an answer is too large', async () => {
  world.google.put(ID, SHEET);
  world.google.fail([{ body: Buffer.alloc(129 * 1024 * 1024, ' ') }], ({ path }) => path.startsWith('/v4'));
  await expectFault({ code: 'GSHEET_TOO_LARGE', says: ['128 MB'] }, world.context(ID), PATIENT);
});

describe('nothing is landed of a CSV export when', () => {
  it.each(CSV.map((one) => [one.title, one] as const))('%s', async (_, one) => {
    world.google.put(ID, one.spreadsheet ?? { ...SHEET, isPublic: true });
    world.google.fail(one.api ?? []);
    await expectFault(one, world.context(world.google.exportOf(one.url ?? ID)));
    expect(world.google.requests).toHaveLength(one.asked);
  });

  it('its dates are written month first', async () => {
    const rows = ['10/22/2026 20:00:00', '10/03/2026 20:00:00', '11/13/2026 1:00:00'].map((at) => ANSWER.with(0, at));
    world.google.put(ID, { isPublic: true, sheets: [{ title: 'A', rows: [QUESTIONS, ...rows] }] });
    const context = world.context(world.google.exportOf(ID));
    await expectFault(
      { code: 'GSHEET_MONTH_FIRST', says: ['2 rows', 'locale to France', "spreadsheet's id"] },
      context,
    );
    world.google.put(ID, { isPublic: true, sheets: [{ title: 'A', rows: [QUESTIONS, ...rows, ANSWER] }] });
    expect(await all(context)).toHaveLength(4);
    world.google.put(ID, { isPublic: true, sheets: [{ title: 'A', rows: [QUESTIONS, ...rows.slice(1)] }] });
    expect(await all(context)).toHaveLength(2);
  });
});

describe('nothing is landed, and nothing asked again, when a certificate is not trusted', () => {
  it.each<[string, Mistrust, (url: string) => { readonly url?: string; readonly key?: object; readonly env?: object }]>(
    [
      ['of the API', 'SELF_SIGNED_CERT_IN_CHAIN', (url) => ({ env: { GOOGLE_SHEETS_ROOT_URL: url } })],
      [
        'of the endpoint of tokens',
        'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
        (url) => ({ key: { token_uri: `${url}/marked` } }),
      ],
      ['of the export', 'DEPTH_ZERO_SELF_SIGNED_CERT', (url) => ({ url: `${url}/marked` })],
    ],
  )('%s: %s', async (_, mistrust, given) => {
    const proxy = await startUntrusted(mistrust);
    const { url = ID, key = {}, env = {} } = given(proxy.url);
    await world.write('key.json', world.google.keyFile({ ...key }));
    const says = [new URL(proxy.url).host, mistrust, 'NODE_EXTRA_CA_CERTS'];
    await expectFault({ code: 'GSHEET_CERTIFICATE', says }, world.context(url, { env: { ...env } })).finally(
      proxy.close,
    );
    expect(proxy.connections()).toBe(1);
  });
});

describe('a spreadsheet is read all the same when', () => {
  const cases: readonly (readonly [string, readonly Misfortune[], string])[] = [
    ['it is down for a moment', [{ status: 503 }, { status: 500 }], 'answered 503. Tried again (1 of 2).'],
    ['it is asked too often for a moment', [limited], 'has had too many requests. Tried again (1 of 2).'],
    ['it asks to wait', [withHeaders({ status: 429 }, { 'retry-after': '0' })], 'answered 429. Tried again (1 of 2).'],
    ['a connection breaks', ['reset'], "can't be reached. Tried again (1 of 2)."],
    ['an answer is cut', ['answer then reset'], "can't be reached. Tried again (1 of 2)."],
    ['an answer does not come', ['hang'], 'did not answer in time. Tried again (1 of 2).'],
    ['an answer is slow', [{ slow: 50 }], ''],
  ];
  it.each(cases)('%s', async (_, misfortunes, notice) => {
    for (const [url, isFailing] of [
      [ID, (path: string) => path.startsWith('/v4')],
      [ID, (path: string) => path === '/token'],
      [world.google.exportOf(ID), () => true],
    ] as const) {
      world.google.put(ID, { ...SHEET, isPublic: true });
      // A CSV knows no 403 that passes.
      if (misfortunes.includes(limited) && !isFailing('/v4')) continue;
      if (misfortunes.includes(limited) && isFailing('/token')) continue;
      world.google.fail(misfortunes, ({ path }) => isFailing(path));
      const context = world.context(url);
      expect(await all(context)).toHaveLength(1);
      expect(context.notices[0] ?? '').toContain(notice);
    }
  });

  it('it fails between two pages', async () => {
    const rows = Array.from({ length: 9 }, (_, index) => ANSWER.with(7, String(index)));
    world.google.put(ID, { sheets: [{ title: 'A', rows: [QUESTIONS, ...rows] }] });
    world.google.fail(['reset', { status: 503 }], ({ query }) => query.get('ranges')?.includes('!A4') ?? false);
    expect(await all(world.context(ID))).toHaveLength(9);
  });
});

describe('the check of a spreadsheet', () => {
  it('ends with the fault that a run would end with', async () => {
    world.google.put(ID, { ...SHEET, isShared: false });
    expect(await faultOf(check(world.context(ID)))).toMatchObject({ code: 'GSHEET_FORBIDDEN' });
  });

  it('counts the rows of a CSV', async () => {
    world.google.put(ID, { ...SHEET, isPublic: true });
    expect(await check(world.context(world.google.exportOf(ID)))).toBe(
      `CSV, 1 rows, at ${new URL(world.google.url).host}`,
    );
  });
});

it('nothing is landed, and the runner lives, when time is over before the first request is sent', async () => {
  world.google.put(ID, SHEET);
  const hurried = sheetLoader({ ...SHORT, timeout: 1 });
  await expectFault({ code: 'GSHEET_TIMEOUT', says: ['in time'] }, world.context(ID), hurried);
});

it('a command that is told to end ends the reading', async () => {
  world.google.put(ID, SHEET);
  world.google.fail(['hang'], ({ path }) => path.startsWith('/v4'));
  const controller = new AbortController();
  const reading = PATIENT({ ...world.context(ID), signal: controller.signal });
  const { requests } = world.google;
  await expect.poll(() => requests.some(({ path }) => path.startsWith('/v4'))).toBe(true);
  controller.abort(new Error('cancelled'));
  await expect(reading).rejects.toThrow('cancelled');
});

async function all(context: TestContext, loader = load): Promise<unknown[]> {
  const extraction = await loader(context);
  if (extraction === 'unchanged') throw new Error('unchanged');
  const rows: unknown[] = [];
  for await (const row of extraction.rows) rows.push(row);
  return rows;
}

/** A fault as an error. */
type Thrown = SourceFault & Error;

async function expectFault(
  { code, says }: Pick<Case, 'code' | 'says'>,
  context: TestContext,
  loader = load,
): Promise<void> {
  const fault = (await faultOf(all(context, loader))) as Thrown;
  const shown = JSON.stringify({ ...fault, message: fault.message, cause: String(fault.cause) });
  expect({ code: fault.code, shown }).toMatchObject({ code });
  for (const text of says) expect(shown).toContain(JSON.stringify(text).slice(1, -1));
  for (const field of [fault.place, fault.hint]) expect(field).toBeTruthy();
  const told = `${shown}\n${context.notices.join('\n')}\n${fault.stack}`;
  for (const secret of ['marked', 'PRIVATE KEY', 'Bearer', ID, 'Fabre', 'Léa']) expect(told).not.toContain(secret);
}

/** A port that nobody listens to. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** A key file that can't be used: a text, or the good one but for some fields. */
function keyFile(what: string, content: string | object, code: string, says: readonly string[]): Case {
  const key: Case['key'] = ({ google }) => (typeof content === 'string' ? content : google.keyFile({ ...content }));
  return { title: `the key file ${what}`, key, code, says, asked: 0 };
}

/** The private key of a new pair. */
function pem(type: 'rsa' | 'ed25519'): string {
  const { privateKey } =
    type === 'rsa' ? generateKeyPairSync('rsa', { modulusLength: 2048 }) : generateKeyPairSync(type);
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}
