import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type GoogleMaps, refused, startGoogleMaps, type Way } from '../../runner/test/services/google-maps.ts';
import type { Misfortune, Received } from '../../runner/test/services/service.ts';
import { isFault } from '../shared/fault.ts';
import { collect, faultOf, type TestContext, testContext } from '../shared/testing.ts';
import { startUntrusted } from '../shared/testing-https.ts';
import { placeOf, toBatches } from './batches.ts';
import { check, commuteLoader } from './load.ts';

const COLUMNS = ['adresse', 'destination', 'mode', 'statut', 'distance_m', 'duree_sec', 'date_ctrl'];
const WORK = '2 Rue Y, 34970 Lattes';
const PATIENCE = { retries: 2, pause: 1, timeout: 400, deadline: 5_000 };
const load = commuteLoader(PATIENCE);
/** Asked in two requests: 25 homes, and 5. */
const HOMES = Array.from({ length: 30 }, (_, index) => `${index + 1} Rue X, Lattes`);

let google: GoogleMaps;
let wayOf: (origin: string) => Way | undefined;

beforeEach(async () => {
  wayOf = (origin) => ({ metres: 1000 + Number.parseInt(origin, 10), seconds: 600 });
  google = await startGoogleMaps((origin) => wayOf(origin));
});
afterEach(() => google.close());

type Fields = Parameters<typeof testContext>[0];

function asking(homes: readonly string[], fields: Fields = {}, modes: readonly string[] = ['walking']): TestContext {
  const requests = homes.flatMap((adresse) => modes.map((mode) => ({ adresse, destination: WORK, mode })));
  const env = { GOOGLE_MAPS_API_KEY: google.key, GOOGLE_MAPS_ROOT_URL: google.url, ...fields.env };
  return testContext({ columns: COLUMNS, requests, ...fields, env });
}

interface Outcome {
  /** The rows that land, by address. */
  readonly landed: ReadonlyMap<string, readonly (string | null)[]>;
  readonly fault: { readonly message: string; readonly code?: string; readonly hint?: string } | undefined;
  readonly notices: readonly string[];
}

async function outcomeOf(context: TestContext): Promise<Outcome> {
  const { notices } = context;
  const outcome = await load(context).catch((error: unknown) => {
    if (isFault(error)) return error;
    throw error;
  });
  if (outcome === 'unchanged') throw new Error('a requested source says "unchanged"');
  if (outcome instanceof Error) return { landed: new Map(), fault: outcome, notices };
  const rows = await collect(outcome.rows);
  const landed = new Map(rows.map(({ cells: [adresse = '', , , ...answer] }) => [adresse ?? '', answer]));
  return { landed, fault: outcome.shortfall?.(), notices };
}

const origins = ({ query }: Received): readonly string[] => (query.get('origins') ?? '').split('|');
const large = (request: Received): boolean => origins(request).length === 25;
const small = (request: Received): boolean => origins(request).length === 5;
const thrice = (misfortune: Misfortune): readonly Misfortune[] => [misfortune, misfortune, misfortune];
const rowsOf = (elements: readonly unknown[], status = 'OK'): Misfortune => ({
  body: { status, rows: elements.map((element) => ({ elements: [element] })) },
});
const WAY = { status: 'OK', distance: { value: 1234.4 }, duration: { value: 300 } };
const ALL: readonly string[] = [];
const LAST_5 = HOMES.slice(25);

interface Case {
  readonly misfortune: string;
  readonly meets: readonly Misfortune[];
  readonly when?: (request: Received) => boolean;
  /** Homes that get no answer, and are asked next time. */
  readonly missing: readonly string[];
  readonly code?: string;
  readonly message?: string;
  /** Left out where it depends on which attempt comes first. */
  readonly requests?: number;
}

const SHORT = '5 of 30 commutes got no answer: HOST';
const CASES: readonly Case[] = [
  { misfortune: 'nothing', meets: [], missing: ALL, requests: 2 },
  { misfortune: 'a slow answer', meets: [{ slow: 50 }], missing: ALL, requests: 2 },
  { misfortune: '429 once', meets: [{ status: 429, headers: { 'retry-after': '0' } }], missing: ALL, requests: 3 },
  {
    misfortune: '429 without end',
    meets: thrice({ status: 429 }),
    missing: LAST_5,
    code: 'GMAPS_HTTP_STATUS',
    message: `${SHORT} answered 429.`,
    requests: 4,
  },
  {
    misfortune: '429 for an hour',
    meets: [{ status: 429, headers: { 'retry-after': '3600' } }],
    missing: LAST_5,
    code: 'GMAPS_HTTP_STATUS',
    message: `${SHORT} answered 429.`,
    requests: 2,
  },
  { misfortune: '503 twice', meets: [{ status: 503, body: '<html>' }, { status: 503 }], missing: ALL, requests: 4 },
  {
    misfortune: '500 without end',
    meets: thrice({ status: 500 }),
    missing: LAST_5,
    code: 'GMAPS_HTTP_STATUS',
    message: `${SHORT} answered 500.`,
    requests: 4,
  },
  { misfortune: 'OVER_QUERY_LIMIT once', meets: [refused('OVER_QUERY_LIMIT')], missing: ALL, requests: 3 },
  {
    misfortune: 'OVER_QUERY_LIMIT without end',
    meets: thrice(refused('OVER_QUERY_LIMIT')),
    missing: LAST_5,
    code: 'GMAPS_STATUS',
    message: `${SHORT} answered OVER_QUERY_LIMIT.`,
    requests: 4,
  },
  { misfortune: 'UNKNOWN_ERROR once', meets: [refused('UNKNOWN_ERROR')], missing: ALL, requests: 3 },
  {
    misfortune: 'UNKNOWN_ERROR without end',
    meets: thrice(refused('UNKNOWN_ERROR')),
    missing: LAST_5,
    code: 'GMAPS_STATUS',
    message: `${SHORT} answered UNKNOWN_ERROR.`,
    requests: 4,
  },
  { misfortune: 'no answer once', meets: ['hang'], missing: ALL, requests: 3 },
  {
    misfortune: 'no answer at all',
    meets: thrice('hang'),
    missing: LAST_5,
    code: 'GMAPS_TIMEOUT',
    message: `${SHORT} did not answer in time.`,
    requests: 4,
  },
  { misfortune: 'a broken connection once', meets: ['reset'], missing: ALL, requests: 3 },
  {
    misfortune: 'broken connections',
    meets: thrice('reset'),
    missing: LAST_5,
    code: 'GMAPS_UNREACHABLE',
    message: `${SHORT} can't be reached.`,
    requests: 4,
  },
  { misfortune: 'an answer cut in the middle once', meets: ['answer then reset'], missing: ALL, requests: 3 },
  {
    misfortune: 'answers cut in the middle',
    meets: thrice('answer then reset'),
    missing: LAST_5,
    code: 'GMAPS_UNREACHABLE',
    message: `${SHORT} can't be reached.`,
    requests: 4,
  },
  {
    misfortune: 'a web page',
    meets: thrice({ body: '<!DOCTYPE html>' }),
    missing: LAST_5,
    code: 'GMAPS_UNREADABLE',
    message: `${SHORT} sent an answer that can't be read.`,
    requests: 4,
  },
  {
    misfortune: 'half of a JSON',
    meets: thrice({ body: '{"status": "OK", "rows": [' }),
    missing: LAST_5,
    code: 'GMAPS_UNREADABLE',
    requests: 4,
  },
  { misfortune: 'null', meets: thrice({ body: null }), missing: LAST_5, code: 'GMAPS_UNREADABLE', requests: 4 },
  {
    misfortune: 'OK without rows',
    meets: thrice({ body: { status: 'OK' } }),
    missing: LAST_5,
    code: 'GMAPS_UNREADABLE',
    requests: 4,
  },
  {
    misfortune: 'more rows than were asked',
    meets: thrice(rowsOf(Array(6).fill(WAY))),
    missing: LAST_5,
    code: 'GMAPS_UNREADABLE',
    requests: 4,
  },
  {
    misfortune: 'fewer rows than were asked',
    meets: [rowsOf([WAY, WAY, { status: 'NOT_FOUND' }])],
    missing: HOMES.slice(28),
    code: 'GMAPS_INCOMPLETE',
    message: '2 of 30 commutes got no answer: HOST left out a part of the answer.',
    requests: 2,
  },
  {
    misfortune: 'an element of an unknown status',
    meets: [rowsOf([WAY, WAY, WAY, WAY, { status: 'LATER' }])],
    missing: HOMES.slice(29),
    code: 'GMAPS_INCOMPLETE',
    requests: 2,
  },
  {
    misfortune: 'ways without a length that can be one',
    meets: [
      rowsOf([
        WAY,
        { status: 'OK' },
        { ...WAY, distance: { value: -1 } },
        { ...WAY, duration: { value: '300' } },
        null,
      ]),
    ],
    missing: HOMES.slice(26),
    code: 'GMAPS_INCOMPLETE',
    requests: 2,
  },
  {
    misfortune: 'a status that nobody knows',
    meets: [refused('ON_STRIKE')],
    missing: LAST_5,
    code: 'GMAPS_STATUS',
    message: `${SHORT} answered ON_STRIKE.`,
    requests: 2,
  },
  {
    misfortune: '404',
    meets: [{ status: 404, body: '<html>' }],
    missing: LAST_5,
    code: 'GMAPS_HTTP_STATUS',
    message: `${SHORT} answered 404.`,
    requests: 2,
  },
  {
    misfortune: 'a redirect',
    meets: [{ status: 302, headers: { location: 'http://127.0.0.1:9/' } }],
    missing: LAST_5,
    code: 'GMAPS_HTTP_STATUS',
    message: `${SHORT} answered 302.`,
    requests: 2,
  },
  {
    misfortune: 'REQUEST_DENIED',
    meets: [refused('REQUEST_DENIED', 'The provided API key is expired.')],
    missing: LAST_5,
    code: 'GMAPS_KEY_INVALID',
    message: `${SHORT} refuses to answer: the key is wrong or has expired.`,
    requests: 2,
  },
  {
    misfortune: 'OVER_DAILY_LIMIT',
    meets: [refused('OVER_DAILY_LIMIT')],
    missing: LAST_5,
    code: 'GMAPS_QUOTA',
    requests: 2,
  },
  {
    misfortune: '403',
    meets: [{ status: 403, body: 'Forbidden' }],
    missing: LAST_5,
    code: 'GMAPS_DENIED',
    message: `${SHORT} refuses to answer: the key may not ask.`,
    requests: 2,
  },
  {
    misfortune: 'MAX_ELEMENTS_EXCEEDED',
    meets: [refused('MAX_ELEMENTS_EXCEEDED')],
    when: large,
    missing: ALL,
    requests: 4,
  },
  { misfortune: 'MAX_DIMENSIONS_EXCEEDED', meets: [refused('MAX_DIMENSIONS_EXCEEDED')], missing: ALL, requests: 4 },
  {
    misfortune: 'MAX_ELEMENTS_EXCEEDED for one',
    meets: thrice(refused('MAX_ELEMENTS_EXCEEDED')),
    when: (request) => origins(request).includes(HOMES[29] ?? ''),
    missing: HOMES.slice(29),
    code: 'GMAPS_TOO_LARGE',
    requests: 6,
  },
  {
    misfortune: 'a misfortune for each request',
    meets: [...thrice({ status: 500 }), ...thrice(refused('UNKNOWN_ERROR'))],
    when: () => true,
    missing: HOMES,
  },
];

describe('a request that meets with', () => {
  it.each(CASES)('$misfortune: what came lands, the rest is asked next time', async (one) => {
    google.fail(one.meets, one.when ?? small);
    const context = asking(HOMES);
    const { landed, fault, notices } = await outcomeOf(context);
    expect(HOMES.filter((home) => !landed.has(home))).toEqual(one.missing);
    if (one.requests !== undefined) expect(google.requests).toHaveLength(one.requests);
    if (one.code !== undefined) expect(fault?.code).toBe(one.code);
    if (one.message !== undefined) expect(fault?.message).toBe(one.message.replace('HOST', new URL(google.url).host));
    expect(fault === undefined).toBe(one.missing.length === 0);
    if (landed.size > 0 && fault)
      expect(fault.hint).toMatch(/What came is kept, and the next run asks for the rest only\.$/);
    expect(notices.at(-1)).toContain(`${one.missing.length} without answer.`);
    expect(JSON.stringify([fault, fault?.message, notices])).not.toContain(google.key);
    expect(JSON.stringify([fault, notices])).not.toContain('Rue X');

    google.mend();
    const before = google.elements.length;
    const next = await outcomeOf(asking(HOMES.filter((home) => !landed.has(home))));
    expect(next.fault).toBeUndefined();
    expect([...landed.keys(), ...next.landed.keys()].sort()).toEqual([...HOMES].sort());
    expect(google.elements.length - before).toBe(one.missing.length);
  });
});

describe('an answer of Google', () => {
  it('is kept with whole metres and seconds, on the day of the run', async () => {
    google.fail([rowsOf([WAY])]);
    const { landed, notices } = await outcomeOf(asking(HOMES.slice(0, 1)));
    expect([...landed]).toEqual([[HOMES[0], ['OK', '1234', '300', '2026-11-24']]]);
    expect(notices).toEqual([
      'Google Maps is asked for 1 element(s) in 1 request(s): walking 1.',
      'Google Maps: 1 element(s) asked in 1 request(s). Of 1 commute(s), 1 OK, 0 not found, 0 without answer.',
    ]);
  });

  it.each(['NOT_FOUND', 'ZERO_RESULTS', 'MAX_ROUTE_LENGTH_EXCEEDED'])('that says %s is one', async (status) => {
    wayOf = () => ({ status });
    const { landed, fault } = await outcomeOf(asking(HOMES.slice(0, 1)));
    expect(landed.get(HOMES[0] ?? '')?.slice(0, 3)).toEqual([status, null, null]);
    expect(fault).toBeUndefined();
  });

  it('is told once of requests that fail side by side', async () => {
    google.fail([{ status: 503 }, { status: 503 }]);
    const { landed, notices } = await outcomeOf(asking(HOMES));
    expect(landed.size).toBe(HOMES.length);
    expect(google.requests.filter(({ query }) => query.get('mode') === 'walking').length).toBeGreaterThanOrEqual(4);
    expect(notices.filter((notice) => notice.includes('answered 503'))).toHaveLength(1);
  });

  it('INVALID_REQUEST is kept for the one commute that it is due to, which halves find', async () => {
    const invalid = HOMES[12] ?? '';
    google.fail(Array(9).fill(refused('INVALID_REQUEST')), (request) => origins(request).includes(invalid));
    const { landed, fault, notices } = await outcomeOf(asking(HOMES));
    expect([...landed].filter(([, [status]]) => status !== 'OK')).toEqual([
      [invalid, ['INVALID_REQUEST', null, null, '2026-11-24']],
    ]);
    expect(landed.size).toBe(30);
    expect(fault).toBeUndefined();
    expect(notices.at(-1)).toMatch(/Of 30 commute\(s\), 29 OK, 1 not found, 0 without answer\.$/);
  });

  it('is asked for by mode, 25 homes at a time, and no element that nobody wants', async () => {
    const pairs = ['walking', 'bicycling', 'driving'].flatMap((mode, index) =>
      HOMES.slice(0, 26 - index).flatMap((adresse) => [
        { adresse, destination: WORK, mode },
        ...(mode === 'driving' ? [{ adresse, destination: 'Elsewhere', mode }] : []),
      ]),
    );
    const { notices } = await outcomeOf(asking([], { requests: pairs }));
    expect([...google.elements].sort()).toEqual(
      pairs.map(({ adresse, destination, mode }) => `${mode}: ${adresse} → ${destination}`).sort(),
    );
    expect(google.requests).toHaveLength(5);
    expect(notices[0]).toBe(
      'Google Maps is asked for 99 element(s) in 5 request(s): walking 26, bicycling 25, driving 48.',
    );
  });
});

describe('an address', () => {
  it.each([
    ['1 Rue X | 2 Rue Y', '1 Rue X 2 Rue Y'],
    ['|||7 Rue X|', '7 Rue X'],
    ['enc:abc:', 'enc abc:'],
    ['ENC :abc', 'ENC abc'],
    ['8 Rue X,\n34970  Lattes', '8 Rue X, 34970 Lattes'],
    ["9 Rue de l'Église (bât. *B*) & co + 50 % #3?", "9 Rue de l'Église (bât. *B*) & co + 50 % #3?"],
  ])('(%j) is one place', async (odd, sent) => {
    await outcomeOf(asking(['1 Before', odd, '2 After']));
    expect(google.elements.map((element) => element.split(' → ')[0])).toEqual([
      'walking: 1 Before',
      `walking: ${sent}`,
      'walking: 2 After',
    ]);
  });

  it.each(['|', ' - ', `${'é'.repeat(1400)} Rue X`])('that no request can ask is invalid without one', async (odd) => {
    const { landed, fault } = await outcomeOf(asking([odd]));
    expect([...landed]).toEqual([[odd, ['INVALID_REQUEST', null, null, '2026-11-24']]]);
    expect(fault).toBeUndefined();
    expect(google.requests).toEqual([]);
  });

  it('that is long makes smaller requests: none has more than 8,000 characters', async () => {
    const homes = HOMES.map((home) => `${home} ${"é'".repeat(90)}`);
    await outcomeOf(asking(homes));
    expect(google.elements).toHaveLength(30);
    expect(google.requests.length).toBeGreaterThan(2);
    for (const { query } of google.requests) {
      const strict = encodeURIComponent(query.get('origins') ?? '').replace(/'/g, '%27');
      expect(`${google.url}/maps/api/distancematrix/json?origins=${strict}`.length).toBeLessThan(8_000 - 150);
    }
  });

  it('gets its own answer and no other, whatever it holds', async () => {
    const metresOf = (place: string): number =>
      [...place].reduce((sum, letter) => sum + (letter.codePointAt(0) ?? 0), 0);
    wayOf = (origin) => ({ metres: metresOf(origin), seconds: 1 });
    const address = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 40 }),
      fc.string({ unit: fc.constantFrom('|', ':', 'enc', 'a', '1', ' ', '\n', '%7C', '+', '&', '=') }),
    );
    const homes = fc.uniqueArray(
      address.filter((text) => text !== ''),
      { maxLength: 60 },
    );
    await fc.assert(
      fc.asyncProperty(homes, async (all) => {
        const { landed, fault } = await outcomeOf(asking(all));
        expect(fault).toBeUndefined();
        expect(landed.size).toBe(all.length);
        for (const [home, [status, metres]] of landed) {
          expect(metres).toBe(status === 'OK' ? String(metresOf(placeOf(home))) : null);
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe('a refusal', () => {
  it.each([
    ['REQUEST_DENIED', 'The provided API key is invalid.', 'GMAPS_KEY_INVALID'],
    ['REQUEST_DENIED', 'This API project is not authorized to use this API.', 'GMAPS_API_DISABLED'],
    ['REQUEST_DENIED', "You're calling a legacy API, which is not enabled for your project.", 'GMAPS_API_DISABLED'],
    ['REQUEST_DENIED', 'You must enable Billing on the Google Cloud Project at https://x', 'GMAPS_BILLING'],
    ['REQUEST_DENIED', 'API keys with referer restrictions cannot be used with this API.', 'GMAPS_KEY_RESTRICTED'],
    [
      'REQUEST_DENIED',
      'This IP, site or mobile application is not authorized to use this API key.',
      'GMAPS_KEY_RESTRICTED',
    ],
    ['OVER_DAILY_LIMIT', 'You have exceeded your daily request quota for this API.', 'GMAPS_QUOTA'],
    ['REQUEST_DENIED', undefined, 'GMAPS_DENIED'],
  ])('(%s: %s) says what is wrong', async (status, words, code) => {
    google.fail([refused(status, words)]);
    const { fault, landed } = await outcomeOf(asking(HOMES.slice(0, 2)));
    expect(landed.size).toBe(0);
    expect(fault).toMatchObject({ code, place: new URL(google.url).host });
    expect(fault?.message).toMatch(/^127\.0\.0\.1:\d+ refuses to answer: /);
  });

  it('does not show the key that it quotes, nor another', async () => {
    google.fail([refused('REQUEST_DENIED', `The key ${google.key}, was AIzaFormerKeyOfTheCompany, is not good.`)]);
    const { fault } = await outcomeOf(asking(HOMES.slice(0, 1)));
    expect(fault).toMatchObject({ found: 'REQUEST_DENIED: The key ***, was ***, is not good.' });
    google.fail([refused('REQUEST_DENIED', 'The key of-another-kind is not good.')]);
    const odd = await outcomeOf(asking(HOMES.slice(0, 1), { env: { GOOGLE_MAPS_API_KEY: 'of-another-kind' } }));
    expect(odd.fault).toMatchObject({ found: 'REQUEST_DENIED: The key *** is not good.' });
  });

  it('ends the asking: of twelve requests, the four under way were sent', async () => {
    const homes = Array.from({ length: 300 }, (_, index) => `${index} Rue X`);
    google.fail(Array(12).fill(refused('REQUEST_DENIED', 'The provided API key is invalid.')));
    const { fault, landed } = await outcomeOf(asking(homes));
    expect(google.requests).toHaveLength(4);
    expect(landed.size).toBe(0);
    expect(fault).toMatchObject({ code: 'GMAPS_KEY_INVALID' });
  });

  it('of a wrong key is told by the check before anything is asked', async () => {
    expect(await check(asking([]))).toBe('the key is accepted');
    expect(await faultOf(check(asking([], { env: { GOOGLE_MAPS_API_KEY: 'wrong' } })))).toMatchObject({
      code: 'GMAPS_KEY_INVALID',
    });
    expect(google.elements).toEqual([]);
  });

  it('of another kind is told by the check too', async () => {
    google.fail([{ status: 404, body: '<html>' }]);
    expect(await faultOf(check(asking([])))).toMatchObject({ code: 'GMAPS_HTTP_STATUS', found: 'status 404' });
  });
});

describe('of twelve requests', () => {
  const homes = Array.from({ length: 300 }, (_, index) => `${index} Rue X`);
  const first = (request: Received): boolean => origins(request).includes(homes[0] ?? '');

  it.each<[string, Misfortune, string, string]>([
    ['is down', { status: 503 }, 'GMAPS_HTTP_STATUS', 'answered 503.'],
    ['never answers', 'hang', 'GMAPS_TIMEOUT', 'did not answer in time.'],
    ['breaks connections', 'reset', 'GMAPS_UNREACHABLE', "can't be reached."],
    ['calls them too many', refused('OVER_QUERY_LIMIT'), 'GMAPS_STATUS', 'answered OVER_QUERY_LIMIT.'],
  ])(
    'only the four under way are tried out when Google %s, and the rest is asked next time',
    async (_, one, code, words) => {
      google.fail(Array(100).fill(one));
      const { fault, landed, notices } = await outcomeOf(asking(homes));
      expect(google.requests.length).toBeLessThanOrEqual(4 * (1 + PATIENCE.retries));
      expect(new Set(google.requests.map((request) => origins(request)[0])).size).toBe(4);
      expect(landed.size).toBe(0);
      expect(fault).toMatchObject({ code, message: expect.stringContaining(words) });
      expect(notices.at(-1)).toMatch(/Of 300 commute\(s\), 0 OK, 0 not found, 300 without answer\.$/);
    },
  );

  it('those answered before Google fails are kept, and the reason is told once', async () => {
    google.fail(Array(100).fill({ status: 503 }), () => google.elements.length >= 150);
    const { fault, landed } = await outcomeOf(asking(homes));
    expect(landed.size).toBeGreaterThanOrEqual(150);
    expect(landed.size).toBeLessThan(300);
    const missing = 300 - landed.size;
    expect(fault?.message).toBe(`${missing} of 300 commutes got no answer: ${new URL(google.url).host} answered 503.`);
  });

  it.each<[string, Misfortune, number]>([
    ['an incomplete answer', rowsOf([WAY, WAY]), 23],
    ['an answer of its own kind', { status: 400, body: '<html>' }, 25],
    ['a status that nobody knows', refused('ON_STRIKE'), 25],
  ])('one that gets %s does not stop the others', async (_, one, missing) => {
    google.fail([one], first);
    const { fault, landed } = await outcomeOf(asking(homes));
    expect(google.requests).toHaveLength(12);
    expect(landed.size).toBe(300 - missing);
    expect(fault).toBeDefined();
  });
});

describe('Google Maps', () => {
  it('is told nothing by a dry run, which says what it would be asked', async () => {
    const context = asking(HOMES, { dryRun: true }, ['walking', 'driving']);
    const { landed, fault } = await outcomeOf(context);
    expect([landed.size, fault, google.requests]).toEqual([0, undefined, []]);
    expect(context.notices).toEqual([
      'Google Maps would be asked for 60 element(s) in 4 request(s): walking 30, driving 30.',
    ]);
  });

  it('is not to be found at a wrong address', async () => {
    const wrong = (root: string): Promise<{ readonly code: string }> =>
      faultOf(load(asking(HOMES, { env: { GOOGLE_MAPS_ROOT_URL: root } })));
    expect(await wrong('maps.googleapis.com')).toMatchObject({ code: 'GMAPS_ADDRESS' });
    const { url } = google;
    await google.close();
    expect(await wrong(url)).toMatchObject({ code: 'GMAPS_UNREACHABLE', found: 'ECONNREFUSED' });
  });

  it('behind a certificate that is not trusted is not asked again, and the fault says what to do', async () => {
    const proxy = await startUntrusted('SELF_SIGNED_CERT_IN_CHAIN');
    const homes = Array.from({ length: 300 }, (_, index) => `${index} Rue X`);
    const context = asking(homes, { env: { GOOGLE_MAPS_ROOT_URL: proxy.url } });
    const fault = await faultOf(load(context)).finally(proxy.close);
    expect(fault).toMatchObject({
      code: 'GMAPS_CERTIFICATE',
      place: new URL(proxy.url).host,
      found: 'SELF_SIGNED_CERT_IN_CHAIN',
      hint: expect.stringContaining('NODE_EXTRA_CA_CERTS'),
    });
    // Those under way together.
    expect(proxy.connections()).toBe(4);
    expect(JSON.stringify([fault, fault.message, context.notices])).not.toMatch(new RegExp(`Rue X|${google.key}`));
  });

  it('is asked no more once the command is told to end', async () => {
    google.fail(Array(40).fill('hang'));
    const controller = new AbortController();
    const asked = load(asking(HOMES, { signal: controller.signal }));
    await expect.poll(() => google.requests.length).toBe(2);
    controller.abort(new Error('cancelled'));
    await expect(asked).rejects.toThrow('cancelled');
    expect(google.requests).toHaveLength(2);
  });
});

it('pairs are in as few requests as their modes and destinations allow', () => {
  const pairs = HOMES.flatMap((adresse) =>
    ['walking', 'transit'].map((mode) => ({ adresse, destination: WORK, mode })),
  );
  const { batches, unaskable } = toBatches(pairs);
  expect(batches.map((batch) => [batch.mode, batch.pairs.length])).toEqual([
    ['walking', 25],
    ['walking', 5],
    ['transit', 25],
    ['transit', 5],
  ]);
  expect(unaskable).toEqual([]);
});
