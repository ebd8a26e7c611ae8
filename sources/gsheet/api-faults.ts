import type { SourceFault } from '../../runner/landing/types.ts';
import { sourceFault } from '../shared/fault.ts';
import { Passing, retryAfter } from '../shared/patience.ts';
import { badStatus, tooLarge, unreachable } from './transport-faults.ts';

export interface Asked {
  /** The host. */
  readonly place: string;
  /** The e-mail of the service account. */
  readonly account: string;
  readonly signal: AbortSignal;
  readonly megabytes: number;
}

/** The parts of a GaxiosError that are looked at. Its message and its config hold the address and the token. */
export interface LibraryError {
  /** Of the request, where one was made. */
  readonly config?: unknown;
  readonly response?: { readonly status: number; readonly headers: Headers; readonly data?: unknown };
  readonly cause?: { readonly type?: unknown };
}

/** https://google.aip.dev/193, and the older shape with `errors`. */
interface GoogleError {
  readonly message?: unknown;
  readonly status?: unknown;
  readonly details?: unknown;
  readonly errors?: unknown;
}

const RATE_LIMITS = ['RATE_LIMIT_EXCEEDED', 'rateLimitExceeded', 'userRateLimitExceeded', 'quotaExceeded'];
const API_DISABLED = ['SERVICE_DISABLED', 'accessNotConfigured'];

/** What the Sheets API's refusal means. A failure that passes is a {@link Passing}. */
export function apiFault(error: unknown, asked: Asked): Error {
  const { response, cause } = error as LibraryError;
  if (cause?.type === 'max-size') {
    return tooLarge(asked.place, asked.megabytes, 'Remove what stands beside the answers, or give a CSV export.');
  }
  if (response === undefined) return unreachable(asked.place, error, asked.signal);
  const { status, headers, data } = response;
  const google = googleError(data);
  const reasons = reasonsOf(google);
  if (status === 403 && RATE_LIMITS.some((reason) => reasons.includes(reason))) {
    return new Passing(rateLimited(asked), retryAfter(headers.get('retry-after')));
  }
  if (status === 403 && API_DISABLED.some((reason) => reasons.includes(reason))) return apiDisabled(asked);
  if (status === 403 && reasons.includes('ACCESS_TOKEN_SCOPE_INSUFFICIENT')) return scopeMissing(asked);
  if (status === 400) return badRequest(asked, google);
  const known = [401, 403, 404].includes(status) ? refusals(asked)[status] : undefined;
  if (known !== undefined) return sourceFault(known.message, { ...known.fields, place: asked.place });
  return badStatus(asked.place, status, headers.get('retry-after'), 'Check the address in URL_GSHEET.');
}

/** The sheet was cut or renamed, or rows moved, between two requests. */
export function changedFault(place: string): Error & SourceFault {
  return sourceFault(`${place} was changed while it was being read.`, {
    code: 'GSHEET_CHANGED',
    place,
    expected: 'a sheet that stays as it is for some seconds',
    found: 'other rows than a moment before',
    hint: 'Run again once nobody edits the sheet.',
  });
}

interface Refusal {
  readonly message: string;
  readonly fields: Omit<SourceFault, 'place'>;
}

function refusals({ place, account }: Asked): Readonly<Record<number, Refusal>> {
  return {
    401: {
      message: `${place} does not accept the access token of ${account}.`,
      fields: {
        code: 'GSHEET_UNAUTHENTICATED',
        expected: 'status 200',
        found: 'status 401',
        hint: "Check this machine's clock, and that the service account is enabled; if both are right, make a new key.",
      },
    },
    403: {
      message: `The spreadsheet isn't shared with ${account}.`,
      fields: {
        code: 'GSHEET_FORBIDDEN',
        expected: 'a spreadsheet that the service account may view',
        found: 'status 403',
        hint: `Share the spreadsheet with ${account} as a viewer.`,
      },
    },
    404: {
      message: 'There is no spreadsheet of this id.',
      fields: {
        code: 'GSHEET_NOT_FOUND',
        expected: 'the id of a spreadsheet',
        found: 'status 404',
        hint: `Copy the id from the sheet's address (…/spreadsheets/d/<id>/edit) into URL_GSHEET, and share the sheet with ${account}.`,
      },
    },
  };
}

function badRequest({ place }: Asked, { message, status }: GoogleError): Error {
  if (typeof message === 'string' && /exceeds grid limits|unable to parse range/i.test(message)) {
    return changedFault(place);
  }
  const isOffice = status === 'FAILED_PRECONDITION';
  return sourceFault(
    isOffice ? 'The id is that of a file that is no Google Sheet.' : `${place} refuses the request as malformed.`,
    {
      code: isOffice ? 'GSHEET_NOT_A_SHEET' : 'GSHEET_BAD_REQUEST',
      place,
      expected: isOffice ? 'a Google Sheet' : 'status 200',
      found: isOffice ? 'another file in Drive, such as an Excel workbook' : 'status 400',
      hint: isOffice
        ? 'Open it in Google Sheets, choose File > Save as Google Sheets, and give the id of the new file.'
        : 'Copy the id into URL_GSHEET again.',
    },
  );
}

function apiDisabled({ place, account }: Asked): Error {
  return sourceFault('The Google Sheets API is not enabled in the project of the service account.', {
    code: 'GSHEET_API_DISABLED',
    place,
    expected: 'a Google Cloud project with the Google Sheets API enabled',
    found: `status 403 for ${account}`,
    hint: 'Enable it (APIs & Services > Library > Google Sheets API > Enable), wait some minutes, then run again.',
  });
}

function scopeMissing({ place, account }: Asked): Error {
  return sourceFault(`The token of ${account} may not read spreadsheets.`, {
    code: 'GSHEET_SCOPE',
    place,
    expected: 'a service account that may read spreadsheets',
    found: 'status 403, the scope of the token is not enough',
    hint: 'Look at what the organization lets service accounts do; sharing the sheet does not help.',
  });
}

function rateLimited({ place }: Asked): Error {
  return sourceFault(`${place} has had too many requests.`, {
    code: 'GSHEET_RATE_LIMIT',
    place,
    expected: 'status 200',
    found: 'status 403, rate limit exceeded',
    hint: 'Try again in some minutes.',
  });
}

function googleError(data: unknown): GoogleError {
  if (typeof data !== 'object' || data === null || !('error' in data)) return {};
  return typeof data.error === 'object' && data.error !== null ? data.error : {};
}

function reasonsOf({ details, errors }: GoogleError): readonly unknown[] {
  return [details, errors].flatMap((list) =>
    Array.isArray(list) ? list.map((one: { readonly reason?: unknown } | null) => one?.reason) : [],
  );
}
