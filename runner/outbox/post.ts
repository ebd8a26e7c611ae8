import { readRetryAfter } from './retry-after.ts';

/** What became of one attempt to post a text. */
export type Posted =
  | { readonly outcome: 'sent' }
  /** Worth another attempt, after `wait` milliseconds at the earliest. `mayHaveArrived`: Slack may show it already. */
  | { readonly outcome: 'again'; readonly reason: string; readonly wait: number; readonly mayHaveArrived: boolean }
  /** No later attempt can help until somebody mends something: `hint` says what; `word` is Slack's own for it. */
  | { readonly outcome: 'refused'; readonly reason: string; readonly hint: string; readonly word?: string };

/** Milliseconds that one attempt may take. */
const TIMEOUT_MS = 10_000;
/** Errors of a request that never left. */
const NEVER_SENT: readonly string[] = [
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ENETUNREACH',
  'EHOSTUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
];
/** Node's codes for a certificate that is not accepted: nothing is sent to whom it names. */
const UNTRUSTED: readonly string[] = [
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'CERT_UNTRUSTED',
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'ERR_TLS_CERT_ALTNAME_INVALID',
];
/** Slack's own words for what is wrong, such as `invalid_token`. */
const SLACK_WORD = /^[a-z_]{2,60}$/;

/**
 * Posts a text to an incoming webhook of Slack, once. The address is a secret: nothing that is returned names more of it
 * than the host, and no error of the library gets out.
 */
export async function post(webhook: string, text: string, timeout = TIMEOUT_MS): Promise<Posted> {
  if (!URL.canParse(webhook) || !/^https?:/.test(webhook)) {
    return { outcome: 'refused', reason: 'the webhook is not an address', hint: 'Copy the address from Slack again.' };
  }
  const { host } = new URL(webhook);
  // Loaded by a run that has something to say.
  const { IncomingWebhook } = await import('@slack/webhook');
  // The library keeps no header of an answer that it throws.
  let wait = 0;
  const noting: typeof fetch = async (...request) => {
    const response = await fetch(...request);
    wait = readRetryAfter(response.headers.get('retry-after'));
    return response;
  };
  try {
    const { text: answer } = await new IncomingWebhook(webhook, { fetch: noting, timeout }).send({ text });
    if (answer.trim() === 'ok') return { outcome: 'sent' };
    return {
      outcome: 'refused',
      reason: `${host} answered, but not as Slack does`,
      hint: 'Check the address of the webhook, and whether a proxy stands in between.',
    };
  } catch (error) {
    return failed(error, host, wait);
  }
}

function failed(error: unknown, host: string, wait: number): Posted {
  const { statusCode: status, body } = error as { readonly statusCode?: number; readonly body?: string };
  if (status === undefined) return unanswered(error, host);
  const word = body !== undefined && SLACK_WORD.test(body.trim()) ? body.trim() : undefined;
  const reason = `${host} answered ${status}${word === undefined ? '' : ` (${word})`}`;
  if (status === 429) return { outcome: 'again', reason, wait: wait || 1_000, mayHaveArrived: false };
  if (status === 408 || status >= 500) return { outcome: 'again', reason, wait, mayHaveArrived: true };
  return { outcome: 'refused', reason, hint: HINTS[status] ?? OTHER_HINT, ...(word === undefined ? {} : { word }) };
}

const OTHER_HINT = 'Check the address of the webhook and the text of the message.';
const HINTS: Readonly<Record<number, string>> = {
  400: 'Slack does not take this text: mend the model, or pass the message over.',
  401: 'The webhook is not valid: make another one in Slack.',
  403: 'The webhook was revoked, or its app may not post there: make another one in Slack.',
  404: 'The channel or the webhook is gone: make another one in Slack.',
  410: 'The channel is archived: make a webhook for another one in Slack.',
};

function unanswered(error: unknown, host: string): Posted {
  const causes = [...chain(error)];
  const codes = causes.map((cause) => (cause as { readonly code?: unknown }).code);
  const untrusted = UNTRUSTED.find((one) => codes.includes(one));
  if (untrusted !== undefined) {
    const hint =
      'Where a proxy stands in between, name the file of its certificate authority in the environment, as NODE_EXTRA_CA_CERTS (in .env it comes too late). Otherwise see to the clock, and to the address of the webhook.';
    return { outcome: 'refused', reason: `the certificate of ${host} is not accepted (${untrusted})`, hint };
  }
  const code = codes.find(isSystemCode);
  if (causes.some(({ message }) => message === 'unexpected redirect')) {
    const hint = 'Check the address of the webhook: Slack answers without a redirect.';
    return { outcome: 'refused', reason: `${host} answered with a redirect`, hint };
  }
  if (causes.some(({ name }) => name === 'TimeoutError'))
    return { outcome: 'again', reason: `${host} did not answer in time`, wait: 0, mayHaveArrived: true };
  return {
    outcome: 'again',
    reason: `the connection to ${host} failed${code === undefined ? '' : ` (${code})`}`,
    wait: 0,
    mayHaveArrived: code === undefined || !NEVER_SENT.includes(code),
  };
}

function isSystemCode(code: unknown): code is string {
  return typeof code === 'string' && /^(E[A-Z_]+|UND_ERR_[A-Z_]+)$/.test(code);
}

function* chain(error: unknown): Generator<Error> {
  for (let cause = error, depth = 0; cause instanceof Error && depth < 6; cause = cause.cause, depth += 1) yield cause;
}
