import { untrusted } from '../shared/certificate.ts';
import { sourceFault, systemCode } from '../shared/fault.ts';
import { passes } from '../shared/patience.ts';
import type { Fault } from './types.ts';

const CONSOLE = 'https://console.cloud.google.com';

/** Why Google refuses to answer, told by its status and its own words; the first that fits. */
const REFUSALS: readonly (Readonly<Record<'code' | 'reason' | 'hint', string>> & { readonly words: RegExp })[] = [
  {
    words: /referr?er|IP address|IP, site/i,
    code: 'GMAPS_KEY_RESTRICTED',
    reason: 'the key is restricted to other callers',
    hint: `Restrict it to the IP address of this machine, not to websites or apps (${CONSOLE}/google/maps-apis/credentials).`,
  },
  {
    words: /billing|payment/i,
    code: 'GMAPS_BILLING',
    reason: 'billing is not enabled for the project of the key',
    hint: `Enable billing (${CONSOLE}/project/_/billing/enable).`,
  },
  {
    words: /not authorized|not enabled|not activated|legacy API/i,
    code: 'GMAPS_API_DISABLED',
    reason: 'the Distance Matrix API is not enabled for the key',
    hint: `Enable it for the project, and among the API restrictions of the key (${CONSOLE}/google/maps-apis/api-list).`,
  },
  {
    words: /API key is (invalid|expired)|must use an API key/i,
    code: 'GMAPS_KEY_INVALID',
    reason: 'the key is wrong or has expired',
    hint: `Copy GOOGLE_MAPS_API_KEY again (${CONSOLE}/google/maps-apis/credentials).`,
  },
  {
    words: /^OVER_DAILY_LIMIT|quota|exceeded/i,
    code: 'GMAPS_QUOTA',
    reason: 'the quota of the day is used up, or billing is not in order',
    hint: `Check quota and billing of the project (${CONSOLE}/google/maps-apis/quotas), or run again tomorrow.`,
  },
];
const OTHERWISE = {
  code: 'GMAPS_DENIED',
  reason: 'the key may not ask',
  hint: `Check GOOGLE_MAPS_API_KEY and its project (${CONSOLE}/google/maps-apis), and what stands between here and Google.`,
};
const AGAIN = 'Run again later.';

export interface GoogleFaults {
  readonly refused: (status: string, words: unknown) => Fault;
  readonly status: (status: string) => Fault;
  readonly httpStatus: (status: number) => Fault;
  readonly unreadable: () => Fault;
  readonly incomplete: () => Fault;
  readonly tooLarge: () => Fault;
  readonly untrusted: (error: unknown) => Fault | undefined;
  readonly unreachable: (error: unknown, signal: AbortSignal) => Fault;
}

/** The faults of Google Maps at a host. None shows an address or the key, which Google's own words may quote. */
export function faultsAt(place: string, key: string): GoogleFaults {
  const fault = (code: string, words: string, expected: string, found: string, hint = AGAIN): Fault =>
    sourceFault(`${place} ${words}.`, { code, place, expected, found, hint });
  return {
    refused: (status, words) => {
      const found = typeof words === 'string' ? `${status}: ${masked(words, key)}` : status;
      const { code, reason, hint } = REFUSALS.find((refusal) => refusal.words.test(found)) ?? OTHERWISE;
      return fault(code, `refuses to answer: ${reason}`, 'a key that may ask', found, hint);
    },
    status: (status) => {
      const found = /^[A-Z_]{1,40}$/.test(status) ? status : 'a status of another kind';
      return fault('GMAPS_STATUS', `answered ${found}`, 'distances', found);
    },
    httpStatus: (status) => {
      const hint = passes(status) ? AGAIN : 'Check GOOGLE_MAPS_ROOT_URL, and what stands between here and Google.';
      return fault('GMAPS_HTTP_STATUS', `answered ${status}`, 'status 200', `status ${status}`, hint);
    },
    unreadable: () =>
      fault('GMAPS_UNREADABLE', "sent an answer that can't be read", 'JSON with a row for each origin', 'another text'),
    incomplete: () =>
      fault(
        'GMAPS_INCOMPLETE',
        'left out a part of the answer',
        'one element for each commute',
        'fewer, or of no known kind',
      ),
    tooLarge: () =>
      fault(
        'GMAPS_TOO_LARGE',
        'calls a single commute too many',
        'an answer',
        'MAX_ELEMENTS_EXCEEDED',
        'Check the quotas of the key.',
      ),
    untrusted: (error) => untrusted(place, error, 'GMAPS_CERTIFICATE'),
    unreachable: (error, signal) => {
      const isLate = signal.reason instanceof Error && signal.reason.name === 'TimeoutError';
      if (isLate) return fault('GMAPS_TIMEOUT', 'did not answer in time', 'an answer', 'none');
      const found = systemCode(error) ?? 'a connection that broke off';
      return fault('GMAPS_UNREACHABLE', "can't be reached", 'an answer', found, 'Check the network, then run again.');
    },
  };
}

function masked(words: string, key: string): string {
  return words
    .replaceAll(key, '***')
    .replace(/AIza[\w-]{10,}/g, '***')
    .slice(0, 300);
}
