import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type LettersPlace, lettersPlace } from './letters.ts';
import { startRunner } from './processes.ts';
import { startProxy, type TcpProxy, type Verdict } from './proxy.ts';

let place: LettersPlace;
let proxy: TcpProxy;
let onSend: (now: string, before: string) => Verdict = () => 'pass';

beforeAll(async () => {
  place = await lettersPlace(['pace: 0ms', 'timeout: 5s']);
  proxy = await startProxy(place.config, (now, before) => onSend(now, before));
  expect((await place.runner(['pipeline'], { NEWS_HOOK: '' })).code).toBe(0);
});
afterEach(async () => {
  onSend = () => 'pass';
});
afterAll(async () => {
  await place?.close();
  await proxy?.close();
});

const posted = (): readonly string[] => place.slack.posted(place.slack.webhook);
const through = (): Record<string, string> => ({ PGHOST: '127.0.0.1', PGPORT: String(proxy.port) });
const isCommit = (now: string): boolean => now.startsWith('Q') && now.slice(5) === 'commit\0';
/** Of the transaction that notes that an attempt begins, and of the one that notes its end. */
const MARKS = { begin: "set status = 'sending'", end: 'uncertain = uncertain + $5' } as const;

describe('the connection to the database', () => {
  const cases = (['begin', 'end'] as const).flatMap((mark) =>
    (['statement', 'commit'] as const).flatMap((at) =>
      (['drop before', 'drop after'] as const).map((verdict) => ({ mark, at, verdict })),
    ),
  );
  it.each(cases)(
    'lost at the $at of the $mark of an attempt ($verdict) doubles nothing and loses nothing',
    async (given) => {
      await place.publish([1, 2, 3].map((key) => [key, '2026-01-01', `${given.mark} ${key}`]));
      const former = posted().length;
      let cuts = 0;
      onSend = (now, before) => {
        const isThere =
          given.at === 'commit' ? isCommit(now) && before.includes(MARKS[given.mark]) : now.includes(MARKS[given.mark]);
        if (!isThere || cuts > 0) return 'pass';
        cuts += 1;
        return given.verdict;
      };
      const { code, stderr } = await place.runner(['notify'], through());
      expect([code, stderr, cuts]).toEqual([0, '', 1]);
      expect(posted().slice(former)).toEqual([1, 2, 3].map((key) => `${given.mark} ${key}`));
      expect(await place.outbox()).toEqual([1, 2, 3].map((key) => [String(key), 'sent', '1', '0', '0']));
    },
  );

  const told = [
    {
      what: 'are passed over',
      mark: "set status = 'skipped'",
      args: ['--skip', '1', '3'],
      says: '2 messages passed over',
    },
    { what: 'are taken up', mark: 'insert into "runs"."outbox"', args: ['--log-format', 'json'], says: '"noted":3' },
    { what: 'a run has left', mark: 'case when sent_at is null', args: [], says: '1 attempt without an answer' },
  ];
  it.each(told)('lost after the commit by which messages $what still tells how many they are', async (given) => {
    await place.publish([1, 2, 3].map((key) => [key, '2026-01-01', String(key)]));
    await place.db.query(`insert into runs.outbox (outbox, message_key, status, noted_at, run_id)
      select 'news', '1', 'sending', now(), 'former' where ${given.args.length === 0}`);
    let cuts = 0;
    onSend = (now, before) => {
      if (!isCommit(now) || !before.includes(given.mark) || cuts > 0) return 'pass';
      cuts += 1;
      return 'drop after';
    };
    const { code, stdout, stderr } = await place.runner(['notify', ...given.args], through());
    expect([code, stderr, cuts]).toEqual([0, '', 1]);
    expect(stdout).toContain(given.says);
  });

  it('lost with the lock while a message is under way leaves it to the run that has come, which counts it', async () => {
    await place.publish([[1, '2026-01-01', 'lost lock']]);
    const former = posted().length;
    place.slack.fail([{ slow: 3_000 }]);
    const asked = place.slack.requests.length;
    const run = startRunner(place, ['notify']);
    await expect.poll(() => place.slack.requests.length, { timeout: 30_000, interval: 5 }).toBe(asked + 1);
    await place.rows(`select pg_terminate_backend(l.pid, 5000) from pg_locks as l join pg_database as d on d.oid = l.database
      where locktype = 'advisory' and granted and datname = current_database()`);
    expect((await place.runner(['notify'])).code).toBe(0);
    const { code, stderr } = await run.ended;
    expect([code, stderr]).toEqual([1, expect.stringContaining('LOCK_LOST')]);
    expect(posted().slice(former)).toEqual(['lost lock', 'lost lock']);
    expect(await place.outbox()).toEqual([['1', 'sent', '2', '1', '0']]);
  });
});
