import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type LettersPlace, lettersPlace } from './letters.ts';
import { startRunner } from './processes.ts';
import type { Misfortune } from './services/service.ts';
import { type SlackService, startSlack } from './services/slack.ts';

let place: LettersPlace;
let slack: SlackService;
const THREE = [
  [3, '2026-01-01', 'one'],
  [1, '2026-01-02', 'two'],
  [2, '2026-01-02', 'three'],
] as const;

beforeAll(async () => {
  place = await lettersPlace();
  expect((await place.runner(['pipeline'], { NEWS_HOOK: '' })).code).toBe(0);
});
afterAll(() => place?.close());
beforeEach(async () => {
  await slack?.close();
  slack = await startSlack();
  await place.publish(THREE);
});
afterAll(() => slack?.close());

const hook = (): Record<string, string> => ({ NEWS_HOOK: slack.webhook });
const notify = (args: readonly string[] = [], env = {}) => place.runner(['notify', ...args], { ...hook(), ...env });
const posted = (): readonly string[] => slack.posted(slack.webhook);
const UNTIL = /asks to wait until (\S+Z)\. After that: runner notify/;
const until = (stderr: string): number => Date.parse(stderr.match(UNTIL)?.[1] ?? '');
const lastRun = () => place.rows('select command, status, error from runs.run order by started_at desc limit 1');
const gaps = (): readonly number[] =>
  slack.requests.slice(1).map(({ at }, index) => at - (slack.requests[index]?.at ?? 0));

describe('messages', () => {
  it('go once, the oldest first, with the pace kept over runs', async () => {
    const { code, stdout, stderr } = await notify();
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('news: 3 messages to send, at least 1 s');
    expect(stdout).toContain('news: 3 messages sent');
    expect(posted()).toEqual(['one', 'two', 'three']);
    await place.db.query("insert into marts.letter values (0, '2026-01-03', 'four')");
    expect((await notify()).code).toBe(0);
    expect((await notify()).stdout).toContain('Nothing to send of news: 4 sent before\n');
    expect(posted()).toEqual(['one', 'two', 'three', 'four']);
    expect(Math.min(...gaps())).toBeGreaterThanOrEqual(100);
    expect(await place.outbox()).toEqual([
      ['0', 'sent', '1', '0', '0'],
      ['1', 'sent', '1', '0', '0'],
      ['2', 'sent', '1', '0', '0'],
      ['3', 'sent', '1', '0', '0'],
    ]);
    expect(await lastRun()).toEqual([['notify', 'nothing_to_do', null]]);
  });

  it('share the pace of a webhook among outboxes, and its refusal', async () => {
    place.edit('project.yml', (text) => `${text}${text.slice(text.indexOf('  news:')).replace('news:', 'again:')}`);
    expect((await notify()).code).toBe(0);
    expect(posted()).toEqual(['one', 'two', 'three', 'one', 'two', 'three']);
    expect(Math.min(...gaps())).toBeGreaterThanOrEqual(100);
    await place.publish(THREE);
    slack.fail([{ status: 403, body: 'invalid_token' }]);
    const { stderr } = await notify();
    expect(stderr).toContain('outbox news: ');
    expect(stderr).toContain('outbox again: ');
    expect(slack.requests).toHaveLength(7);
    place.edit('project.yml', (text) => text.slice(0, text.indexOf('  again:')));
  });

  it('are not written down anywhere, nor is the address', async () => {
    const { stdout, stderr } = await notify(['--log-format', 'json']);
    const kept = await place.rows('select o::text from runs.outbox as o');
    for (const text of [stdout, stderr, JSON.stringify(kept)])
      expect(text).not.toMatch(/marked-webhook-secret|"(one|two|three)"/);
    const events = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(events.filter(({ event }) => event === 'messages')).toHaveLength(3);
    expect(events.find(({ event }) => event === 'outbox_finished')).toMatchObject({
      outbox: 'news',
      noted: 3,
      sent: 3,
      waiting: 0,
      because: null,
    });
  });

  it('wait where no webhook is set, which is no error, and go once there is one', async () => {
    const { code, stdout } = await notify([], { NEWS_HOOK: '' });
    expect([code, stdout]).toEqual([0, expect.stringContaining('3 messages wait: NEWS_HOOK is not set')]);
    expect((await place.outbox()).map(([, status]) => status)).toEqual(['waiting', 'waiting', 'waiting']);
    await notify();
    expect(posted()).toEqual(['one', 'two', 'three']);
  });

  it('whose row is gone are not sent, unless it comes back', async () => {
    await notify([], { NEWS_HOOK: '' });
    await place.db.query('delete from marts.letter where letter_id = 1');
    const { code, stdout } = await notify();
    expect([code, stdout]).toEqual([0, expect.stringContaining('2 messages sent, 1 withdrawn: their rows are gone')]);
    expect(posted()).toEqual(['one', 'three']);
    await place.db.query("insert into marts.letter values (1, '2026-01-02', 'two again')");
    await notify();
    expect(posted()).toEqual(['one', 'three', 'two again']);
  });

  it('are said with the text that they have when they are sent', async () => {
    await notify([], { NEWS_HOOK: '' });
    await place.db.query("update marts.letter set body = 'better & <b>' where letter_id = 3");
    await notify();
    expect(posted()[0]).toBe('better & <b>');
  });

  it('without a text stop what is behind them', async () => {
    await place.db.query('update marts.letter set body = null where letter_id = 1');
    const { code, stderr } = await notify();
    expect([code, posted()]).toEqual([1, ['one']]);
    expect(stderr).toContain('MESSAGE_REFUSED');
    expect(stderr).toContain('the message has no text; 2 messages wait');
  });

  it('that are to be passed over are never sent', async () => {
    const { code, stdout } = await notify(['--skip', '1', '3']);
    expect([code, stdout, posted()]).toEqual([0, expect.stringContaining('2 messages passed over'), []]);
    await notify();
    expect(posted()).toEqual(['three']);
    const { code: wrong, stderr } = await notify(['--skip', '7']);
    expect([wrong, stderr]).toEqual([2, expect.stringContaining('no message of this key waits: 7')]);
    await place.db.query("insert into marts.letter values (0, '2026-01-03', 'four')");
    expect((await notify(['--skip-all'])).stdout).toContain('1 message passed over');
    await notify();
    expect(posted()).toEqual(['three']);
  });

  it('are counted, and nothing else, by a dry run', async () => {
    const counted = async (env = {}) => (await notify(['--dry-run'], env)).stdout.replace(/ +/g, ' ');
    expect(await counted()).toContain('news 3 0 0 0 0 0 0 set');
    expect(await place.outbox()).toEqual([]);
    await notify();
    await place.db.query('delete from marts.letter where letter_id = 1');
    await place.db.query("insert into marts.letter values (0, '2026-01-03', 'four')");
    expect(await counted({ FORCE_NEWS: '1', NEWS_HOOK: '' })).toContain('news 1 0 0 2 0 3 0 NEWS_HOOK is not set');
    expect(posted()).toHaveLength(3);
  });

  it('of the last ones go once more where that is forced, after what waits', async () => {
    await notify();
    await place.db.query("insert into marts.letter values (0, '2026-01-03', 'four')");
    const { stdout } = await notify([], { FORCE_NEWS: '1' });
    expect(stdout).toContain('news: 1 message sent, 2 sent once more');
    expect(posted()).toEqual(['one', 'two', 'three', 'four', 'two', 'three']);
    expect((await place.outbox()).map(([key, , , , resent]) => `${key} ${resent}`)).toEqual([
      '0 0',
      '1 1',
      '2 1',
      '3 0',
    ]);
  });
});

describe('a webhook', () => {
  const healing: readonly (readonly [string, Misfortune, number])[] = [
    ['asks to wait', { status: 429, headers: { 'retry-after': '1' }, body: 'rate_limited' }, 0],
    ['fails', { status: 500 }, 1],
    ['is overloaded', { status: 503, body: '<html>down</html>' }, 1],
    ['breaks the connection', 'reset', 1],
    ['does not answer', 'hang', 1],
  ];
  it.each(healing)('that %s gets the message again, in its order', async (_, misfortune, uncertain) => {
    slack.fail([{ slow: 0 }, misfortune]);
    const { code, stderr } = await notify();
    expect([code, stderr, posted()]).toEqual([0, '', ['one', 'two', 'three']]);
    expect(await place.outbox()).toEqual([
      ['1', 'sent', '2', String(uncertain), '0'],
      ['2', 'sent', '1', '0', '0'],
      ['3', 'sent', '1', '0', '0'],
    ]);
    if (uncertain === 0) expect(gaps()[1]).toBeGreaterThanOrEqual(1_000);
  });

  it('whose answer is cut may show a message twice, which is counted', async () => {
    slack.fail([{ slow: 0 }, 'answer then reset']);
    const { code, stdout } = await notify();
    expect([code, posted()]).toEqual([0, ['one', 'two', 'two', 'three']]);
    expect(stdout).toContain('1 attempt without an answer: some may be shown twice');
    expect((await place.outbox())[0]).toEqual(['1', 'sent', '2', '1', '0']);
  });

  it('that goes on failing makes the run stop, with nothing overtaken and nothing lost', async () => {
    slack.fail([{ slow: 0 }, ...Array.from({ length: 5 }, () => ({ status: 500 }))]);
    const { code, stderr } = await notify();
    expect([code, posted()]).toEqual([1, ['one']]);
    expect(stderr).toContain('MESSAGES_WAIT');
    expect(stderr).toContain('answered 500; 2 messages wait');
    expect(stderr).toContain('5 attempts were made');
    expect(await lastRun()).toEqual([['notify', 'failed', expect.stringContaining('MESSAGES_WAIT outbox news')]]);
    await notify();
    expect(posted()).toEqual(['one', 'two', 'three']);
  });

  it('that asks for a long wait is asked by no later run until then, which each one tells', async () => {
    slack.fail([{ status: 429, headers: { 'retry-after': '3600' } }]);
    const { code: stopped, stderr: first } = await notify();
    expect([stopped, first]).toEqual([1, expect.stringMatching(UNTIL)]);
    for (const command of ['notify', 'pipeline']) {
      const { code, stderr } = await place.runner([command], hook());
      expect([code, slack.requests.length]).toEqual([1, 1]);
      expect(stderr).toContain('MESSAGES_WAIT');
      expect(stderr).toMatch(/has asked to wait; 3 messages wait/);
      expect(Math.abs(until(stderr) - until(first))).toBeLessThan(60_000);
    }
    const asked = Date.now();
    await place.db.query(
      "update runs.outbox set not_before = clock_timestamp() + interval '2 seconds' where not_before is not null",
    );
    const { code: done, stdout } = await notify();
    expect([done, stdout]).toEqual([0, expect.stringMatching(/has asked to wait: \d s more/)]);
    expect(posted()).toEqual(['one', 'two', 'three']);
    expect((slack.requests[1]?.at ?? 0) - asked).toBeGreaterThanOrEqual(2_000);
  });

  it('that asks for a long wait does not hold back the one that is put in its place', async () => {
    slack.fail([{ status: 429, headers: { 'retry-after': '3600' } }]);
    expect((await notify()).code).toBe(1);
    expect((await notify([], { NEWS_HOOK: slack.alerts })).code).toBe(0);
    expect(slack.posted(slack.alerts)).toEqual(['one', 'two', 'three']);
  });

  it('that asks to wait for years is waited for a day, and other webhooks get their turn', async () => {
    place.edit(
      'project.yml',
      (text) =>
        `${text}${text.slice(text.indexOf('  news:')).replace('news:', 'other:').replace('NEWS_HOOK', 'OTHER_HOOK')}`,
    );
    place.edit('project.yml', (text) =>
      text.replace('{ name: NEWS_HOOK }', '{ name: NEWS_HOOK }, { name: OTHER_HOOK }'),
    );
    slack.fail([{ status: 429, headers: { 'retry-after': '99999999999999' } }]);
    const { code, stderr } = await notify([], { OTHER_HOOK: slack.alerts });
    expect([code, stderr]).toEqual([1, expect.stringMatching(UNTIL)]);
    expect(posted()).toEqual([]);
    expect(slack.posted(slack.alerts)).toEqual(['one', 'two', 'three']);
    place.edit('project.yml', (text) => text.slice(0, text.indexOf('  other:')).replace(', { name: OTHER_HOOK }', ''));
  });

  const refusals: readonly (readonly [string, Misfortune, string])[] = [
    ['400', { status: 400, body: 'invalid_payload' }, '400 (invalid_payload)'],
    ['401', { status: 401 }, 'answered 401'],
    ['403', { status: 403, body: 'invalid_token' }, '403 (invalid_token)'],
    ['404', { status: 404, body: 'no_service' }, '404 (no_service)'],
    ['410', { status: 410, body: 'channel_is_archived' }, '410 (channel_is_archived)'],
    ['a redirect', { status: 302, headers: { location: 'https://example.org/' } }, 'answered with a redirect'],
    ['the page of a proxy', { body: '<html>Please sign in</html>' }, 'answered, but not as Slack does'],
  ];
  it.each(refusals)(
    'that answers with %s stops the run at once, and the message waits',
    async (_, misfortune, said) => {
      slack.fail([{ slow: 0 }, misfortune]);
      const { code, stderr } = await notify();
      expect([code, posted(), slack.requests.length]).toEqual([1, ['one'], 2]);
      expect(stderr).toContain('MESSAGE_REFUSED');
      expect(stderr).toContain(said);
      expect(stderr).toContain('message 1');
      expect(stderr).toContain('→ ');
      expect(await place.outbox()).toEqual([
        ['1', 'waiting', '1', '0', '0'],
        ['2', 'waiting', '0', '0', '0'],
        ['3', 'sent', '1', '0', '0'],
      ]);
    },
  );

  it('that is no address is said to be none', async () => {
    const { code, stderr } = await notify([], { NEWS_HOOK: 'hooks/secret-path' });
    expect([code, stderr]).toEqual([1, expect.stringContaining('the webhook is not an address')]);
    expect(stderr).not.toContain('secret-path');
  });
});

describe('a notifier', () => {
  it('that gets Ctrl-C ends between two messages', async () => {
    slack.fail([{ slow: 0 }, { slow: 250 }]);
    const run = startRunner(place, ['notify'], hook());
    await expect.poll(() => slack.requests.length, { timeout: 30_000, interval: 5 }).toBe(2);
    run.kill('SIGINT');
    expect((await run.ended).code).toBe(130);
    expect((await place.outbox()).map(([key, status]) => `${key} ${status}`)).toEqual([
      '1 sent',
      '2 waiting',
      '3 sent',
    ]);
    expect((await lastRun())[0]?.slice(0, 2)).toEqual(['notify', 'cancelled']);
    await notify();
    expect(posted()).toEqual(['one', 'two', 'three']);
  });

  it('that is killed while it waits for the answer leaves a message that is counted, and sent again', async () => {
    slack.fail([{ slow: 0 }, 'hang']);
    const run = startRunner(place, ['notify'], hook());
    await expect.poll(() => slack.requests.length, { timeout: 30_000, interval: 5 }).toBe(2);
    run.kill('SIGKILL');
    await run.ended;
    expect((await place.outbox())[0]).toEqual(['1', 'sending', '1', '0', '0']);
    const { code, stdout } = await notify(['--wait=30']);
    expect([code, stdout]).toEqual([0, expect.stringContaining('1 attempt without an answer')]);
    expect((await place.outbox())[0]).toEqual(['1', 'sent', '2', '1', '0']);
    expect(posted()).toEqual(['one', 'two', 'three']);
  });

  it('that is killed while it sends once more does not make up for it', async () => {
    await notify();
    slack.fail(['hang']);
    const run = startRunner(place, ['notify'], { ...hook(), FORCE_NEWS: '1' });
    await expect.poll(() => slack.requests.length, { timeout: 30_000, interval: 5 }).toBe(4);
    run.kill('SIGKILL');
    await run.ended;
    await notify(['--wait=30']);
    expect(posted()).toHaveLength(3);
    expect((await place.outbox())[0]).toEqual(['1', 'sent', '2', '1', '0']);
  });

  it('beside another one sends nothing that the other has sent', async () => {
    const runs = [1, 2].map(() => startRunner(place, ['notify', '--wait=30'], hook()).ended);
    expect((await Promise.all(runs)).map(({ code }) => code)).toEqual([0, 0]);
    expect(posted()).toEqual(['one', 'two', 'three']);
    expect(Math.min(...gaps())).toBeGreaterThanOrEqual(100);
  });
});
