import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LettersPlace, lettersPlace } from './letters.ts';

let place: LettersPlace;
beforeAll(async () => {
  place = await lettersPlace(['pace: 0ms', 'timeout: 10s']);
  place.edit('sources/letters.txt', () => '1|2020-01-01|old\n2|2020-01-02|also old\n3|2020-01-03|old too\n');
});
afterAll(() => place?.close());

const notify = (args: readonly string[] = [], env = {}) => place.runner(['notify', ...args], env);
const posted = (): readonly string[] => place.slack.posted(place.slack.webhook);
const spaced = (text: string): string => text.replace(/ +/g, ' ');

describe('before its model is built', () => {
  it('a dry run says that it is not, and counts nothing', async () => {
    const { code, stdout, stderr } = await notify(['--dry-run']);
    expect([code, stderr, spaced(stdout)]).toEqual([0, '', expect.stringContaining('news not built 0 0 0 0 0 0 set')]);
  });

  it('an outbox can pass over nothing, which is said with what to do first', async () => {
    for (const asked of [['--skip-all'], ['--skip', '1']]) {
      const { code, stdout, stderr } = await notify(asked);
      expect([code, stdout]).toEqual([2, expect.not.stringContaining('passed over')]);
      expect(stderr).toContain('OUTBOX_NOT_BUILT');
      expect(stderr).toContain('letter is not built yet: what outbox news would send is not known');
      expect(stderr).toContain('runner load, then runner build --select +letter');
    }
  });

  it('it has nothing to send, and says why', async () => {
    const { code, stdout, stderr } = await notify();
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('Nothing to send of news: letter is not built yet (runner load, then');
  });

  it('does as the hint says, and the messages of years ago are never sent', async () => {
    expect((await place.runner(['load'])).code).toBe(0);
    expect((await place.runner(['build', '--select', '+letter'])).code).toBe(0);
    expect(posted()).toEqual([]);
    const { code, stdout } = await notify(['--skip-all']);
    expect([code, stdout]).toEqual([0, expect.stringContaining('3 messages passed over')]);
    expect((await place.runner(['pipeline'])).code).toBe(0);
    expect(posted()).toEqual([]);
  });
});

describe('a notifier that has nothing to send', () => {
  it('says so, with what became of the messages', async () => {
    expect((await notify()).stdout).toContain('Nothing to send of news: 3 passed over\n');
    place.edit('sources/letters.txt', (text) => `${text}4|2026-01-01|new\n`);
    await place.runner(['pipeline']);
    expect(posted()).toEqual(['new']);
    const { code, stdout } = await notify();
    expect(code).toBe(0);
    expect(stdout).toContain('Nothing to send of news: 1 sent before, 3 passed over\n');
    expect(stdout).not.toContain('0 messages');
  });

  it('says so of a model without rows', async () => {
    await place.publish([]);
    expect((await notify()).stdout).toContain('Nothing to send of news: it has no messages');
  });
});

describe('messages whose rows are gone', () => {
  const GONE = '1 withdrawn: their rows are gone';
  const withdraw = () => place.db.query('delete from marts.letter where letter_id = 2');

  it('are told once, and counted by a dry run as long as they wait', async () => {
    await place.publish([
      [1, '2026-01-01', 'one'],
      [2, '2026-01-02', 'two'],
    ]);
    await notify([], { NEWS_HOOK: '' });
    await withdraw();
    expect((await notify([], { NEWS_HOOK: '' })).stdout).toContain(`1 message waits: NEWS_HOOK is not set, ${GONE}`);
    expect((await notify()).stdout).toContain('news: 1 message sent\n');
    expect((await notify()).stdout).toContain('Nothing to send of news: 1 sent before, 1 withdrawn\n');
    expect((await place.runner(['pipeline'])).stdout).not.toContain('news:');
    expect((await notify(['--dry-run'])).stdout).toMatch(/news +0 +0 +0 +0 +1 +1 +0 /);
  });

  it('are told again when they had come back', async () => {
    await place.db.query("insert into marts.letter values (2, '2026-01-02', 'two')");
    await notify([], { NEWS_HOOK: '' });
    await withdraw();
    expect((await notify()).stdout).toContain(GONE);
    expect((await notify()).stdout).not.toContain(GONE);
  });
});

describe('keys to be passed over', () => {
  const refused = [
    [['--skip', '1', '--skip-all'], '--skip, --skip-all: one at a time'],
    [['--skip-all', '--dry-run'], '--dry-run, --skip-all: one at a time'],
    [['--skip'], '--skip takes the keys of messages: --skip KEY'],
    [['--skip', ''], '--skip takes the keys of messages: --skip KEY'],
    [['--skip='], '--skip takes the keys of messages: --skip KEY'],
  ] as const;
  it.each(refused)('asked for by %j are refused, and none is passed over', async (args, message) => {
    await place.publish([[1, '2026-01-01', 'one']]);
    const { code, stderr } = await notify(args);
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
    expect((await notify(['--dry-run'])).stdout).toMatch(/news +1 +0 +0 +0 +0 +0 +0 /);
  });
});
