import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Misfortune } from '../test/services/service.ts';
import { type SlackService, startSlack } from '../test/services/slack.ts';
import { post } from './post.ts';

let slack: SlackService;
beforeAll(async () => {
  slack = await startSlack();
});
afterAll(() => slack.close());

afterEach(() => void vi.restoreAllMocks());

/** As Node's own fetch fails. */
const failedFetch = (code: string): Error =>
  new TypeError('fetch failed', { cause: Object.assign(new Error('no matter'), { code }) });
const host = (): string => new URL(slack.url).host;

describe('a text', () => {
  it('arrives as it is', async () => {
    const text = 'Bravo Léa &lt;b&gt; "x"\n🏅';
    expect(await post(slack.webhook, text)).toEqual({ outcome: 'sent' });
    expect(slack.posted(slack.webhook)).toEqual([text]);
  });

  const cases: readonly [string, Misfortune, object][] = [
    [
      '429',
      { status: 429, headers: { 'retry-after': '7' }, body: 'rate_limited' },
      { outcome: 'again', wait: 7_000, mayHaveArrived: false, reason: 'HOST answered 429 (rate_limited)' },
    ],
    ['429 without a time', { status: 429 }, { outcome: 'again', wait: 1_000, mayHaveArrived: false }],
    [
      '500',
      { status: 500, body: 'rollup_error' },
      { outcome: 'again', mayHaveArrived: true, reason: 'HOST answered 500 (rollup_error)' },
    ],
    [
      '503 with a page',
      { status: 503, headers: { 'retry-after': '2' }, body: '<html>down</html>' },
      { outcome: 'again', wait: 2_000, reason: 'HOST answered 503' },
    ],
    ['a broken connection', 'reset', { outcome: 'again', mayHaveArrived: true }],
    ['half an answer', 'answer then reset', { outcome: 'again', mayHaveArrived: true }],
    ['no answer', 'hang', { outcome: 'again', mayHaveArrived: true, reason: 'HOST did not answer in time' }],
    [
      'invalid_payload',
      { status: 400, body: 'invalid_payload' },
      { outcome: 'refused', reason: 'HOST answered 400 (invalid_payload)' },
    ],
    [
      'invalid_token',
      { status: 403, body: 'invalid_token' },
      { outcome: 'refused', reason: 'HOST answered 403 (invalid_token)' },
    ],
    [
      'no_service',
      { status: 404, body: 'no_service' },
      { outcome: 'refused', hint: 'The channel or the webhook is gone: make another one in Slack.' },
    ],
    ['channel_is_archived', { status: 410, body: 'channel_is_archived' }, { outcome: 'refused' }],
    [
      'a redirect',
      { status: 302, headers: { location: 'https://example.org/' } },
      { outcome: 'refused', reason: 'HOST answered with a redirect' },
    ],
    [
      'the page of a proxy',
      { body: '<html>Please sign in</html>' },
      { outcome: 'refused', reason: 'HOST answered, but not as Slack does' },
    ],
  ];
  it.each(cases)('meets with %s', async (_, misfortune, expected) => {
    slack.fail([misfortune]);
    const result = await post(slack.webhook, 'x', misfortune === 'hang' ? 300 : undefined);
    const shown = JSON.parse(JSON.stringify(result).replaceAll(host(), 'HOST'));
    expect(shown).toMatchObject(expected);
    expect(JSON.stringify(result)).not.toContain('marked-webhook-secret');
  });

  it('has not left when nobody listens', async () => {
    const gone = await startSlack();
    await gone.close();
    expect(await post(gone.webhook, 'x')).toEqual({
      outcome: 'again',
      reason: `the connection to ${new URL(gone.url).host} failed (ECONNREFUSED)`,
      wait: 0,
      mayHaveArrived: false,
    });
  });

  it('is refused by whom no trusted certificate stands for, before anything has left', async () => {
    const untrusted = await startSlack({ selfSigned: true });
    const posted = await post(untrusted.webhook, 'x');
    await untrusted.close();
    expect(posted).toEqual({
      outcome: 'refused',
      reason: `the certificate of ${new URL(untrusted.url).host} is not accepted (DEPTH_ZERO_SELF_SIGNED_CERT)`,
      hint: expect.stringContaining('NODE_EXTRA_CA_CERTS'),
    });
    expect(untrusted.requests).toEqual([]);
  });

  it.each([
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    'SELF_SIGNED_CERT_IN_CHAIN',
    'CERT_HAS_EXPIRED',
    'ERR_TLS_CERT_ALTNAME_INVALID',
  ])('is refused with %s', async (code) => {
    vi.spyOn(globalThis, 'fetch').mockRejectedValueOnce(failedFetch(code));
    expect(await post(slack.webhook, 'x')).toMatchObject({
      outcome: 'refused',
      reason: `the certificate of ${host()} is not accepted (${code})`,
    });
  });

  it('has not left when no connection was made in time', async () => {
    vi.spyOn(globalThis, 'fetch').mockRejectedValueOnce(failedFetch('UND_ERR_CONNECT_TIMEOUT'));
    expect(await post(slack.webhook, 'x')).toMatchObject({ outcome: 'again', mayHaveArrived: false });
  });

  it('waits a day at the most', async () => {
    for (const header of ['99999999999999', 'Fri, 31 Dec 9999 23:59:59 GMT']) {
      slack.fail([{ status: 429, headers: { 'retry-after': header } }]);
      expect(await post(slack.webhook, 'x')).toMatchObject({ outcome: 'again', wait: 86_400_000 });
    }
  });

  it('is not sent to what is no address', async () => {
    expect(await post('hooks.slack.com/services/T0/B0/x', 'x')).toMatchObject({
      outcome: 'refused',
      reason: 'the webhook is not an address',
    });
  });
});
