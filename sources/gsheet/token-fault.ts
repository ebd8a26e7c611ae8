import { sourceFault } from '../shared/fault.ts';
import type { Asked, LibraryError } from './api-faults.ts';
import { badStatus, notUnderstood, unreachable } from './transport-faults.ts';

/** What the refusal of a token means. */
export function tokenFault(error: unknown, asked: Asked): Error {
  const { response, config } = error as LibraryError;
  if (response === undefined && (config !== undefined || asked.signal.aborted)) {
    return unreachable(asked.place, error, asked.signal);
  }
  if (response === undefined) return notUnderstood(asked.place);
  const { status, headers, data } = response;
  if (status !== 400 && status !== 401) {
    return badStatus(asked.place, status, headers.get('retry-after'), 'Check token_uri in the key file.');
  }
  const code = typeof data === 'object' && data !== null && 'error' in data ? data.error : undefined;
  const found = typeof code === 'string' && /^[a-z_]{1,40}$/.test(code) ? code : `status ${status}`;
  return sourceFault(`${asked.place} refuses the key of ${asked.account}.`, {
    code: 'GSHEET_TOKEN_REFUSED',
    place: asked.place,
    expected: 'an access token',
    found,
    hint: "Check this machine's clock. If it is right, the key or the account was deleted: make a new key (IAM > Service accounts > Keys).",
  });
}
