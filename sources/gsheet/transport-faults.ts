import { untrusted } from '../shared/certificate.ts';
import { sourceFault, systemCode } from '../shared/fault.ts';
import { Passing, passes, retryAfter } from '../shared/patience.ts';

/** A connection that failed, or an answer that did not come in time: it passes, unless it is due to a certificate. */
export function unreachable(place: string, error: unknown, signal: AbortSignal): Error {
  const isLate = signal.aborted;
  const certificate = isLate ? undefined : untrusted(place, error, 'GSHEET_CERTIFICATE');
  if (certificate !== undefined) return certificate;
  const fault = sourceFault(isLate ? `${place} did not answer in time.` : `${place} can't be reached.`, {
    code: isLate ? 'GSHEET_TIMEOUT' : 'GSHEET_UNREACHABLE',
    place,
    expected: 'a whole answer in time',
    found: isLate ? 'none' : brokenBy(error),
    hint: 'Check the network and the address, then run again.',
  });
  return new Passing(fault);
}

export function badStatus(place: string, status: number, header: string | null | undefined, hint: string): Error {
  const fault = sourceFault(`${place} answered ${status}.`, {
    code: 'GSHEET_HTTP_STATUS',
    place,
    expected: 'status 200',
    found: `status ${status}`,
    hint: passes(status) ? 'Try again later.' : hint,
  });
  return passes(status) ? new Passing(fault, retryAfter(header)) : fault;
}

export function tooLarge(place: string, megabytes: number, hint: string): Error {
  return sourceFault(`${place} sent more than ${megabytes} MB.`, {
    code: 'GSHEET_TOO_LARGE',
    place,
    expected: `at most ${megabytes} MB`,
    found: 'more',
    hint,
  });
}

export function notUnderstood(place: string): Error {
  return sourceFault(`${place} gave an answer that can't be read.`, {
    code: 'GSHEET_ANSWER',
    place,
    expected: 'JSON',
    found: 'something else, such as the page of a proxy',
    hint: 'Check the network (proxy, portal to sign in), then run again.',
  });
}

/** Google's library and fetch name some breaks in their own way. */
function brokenBy(error: unknown): string {
  const code = systemCode(error);
  return code !== undefined && /^E[A-Z_]+$/.test(code) ? code : 'a connection that broke off';
}
