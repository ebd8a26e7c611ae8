import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Misfortune } from '../test/services/service.ts';
import { type SlackService, startSlack } from '../test/services/slack.ts';
import { probe } from './probe.ts';

let slack: SlackService;
beforeAll(async () => {
  slack = await startSlack();
});
afterAll(() => slack.close());

const cases: readonly [string, Misfortune | undefined, boolean, string][] = [
  ['a webhook that works', undefined, true, 'HOST takes messages (nothing was posted)'],
  [
    'one that calls a message without a text otherwise',
    { status: 400, body: 'missing_text_or_fallback_or_attachments' },
    true,
    'HOST takes messages (nothing was posted)',
  ],
  [
    'one that takes a message without a text, which Slack never does,',
    { body: 'ok' },
    true,
    'HOST took an empty message: it works, but it is not Slack',
  ],
  [
    'one that was revoked',
    { status: 403, body: 'invalid_token' },
    false,
    'HOST answered 403 (invalid_token). The webhook was revoked, or its app may not post there: make another one in Slack.',
  ],
  [
    'one that is gone',
    { status: 404, body: 'no_service' },
    false,
    'HOST answered 404 (no_service). The channel or the webhook is gone: make another one in Slack.',
  ],
  [
    'one of an archived channel',
    { status: 410, body: 'channel_is_archived' },
    false,
    'HOST answered 410 (channel_is_archived). The channel is archived: make a webhook for another one in Slack.',
  ],
  ['one that is busy', { status: 429 }, false, 'HOST answered 429. Check the network, then try again.'],
  ['one that fails', { status: 500 }, false, 'HOST answered 500. Check the network, then try again.'],
  ['one that does not answer', 'hang', false, 'HOST did not answer in time. Check the network, then try again.'],
];
it.each(cases)('%s is told as such, and Slack posts nothing', async (_, misfortune, works, detail) => {
  if (misfortune !== undefined) slack.fail([misfortune]);
  const probed = await probe(slack.webhook, misfortune === 'hang' ? 300 : undefined);
  expect({ ...probed, detail: probed.detail.replace(new URL(slack.url).host, 'HOST') }).toEqual({ works, detail });
  expect(slack.posted(slack.webhook)).toEqual([]);
});

it('a text that is no address is told as such', async () => {
  expect(await probe('hooks/x')).toEqual({
    works: false,
    detail: 'the webhook is not an address. Copy the address from Slack again.',
  });
});
