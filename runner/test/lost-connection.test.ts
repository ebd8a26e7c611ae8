import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type GatePlace, gatePlace } from './processes.ts';
import { startProxy, type TcpProxy, type Verdict } from './proxy.ts';

let place: GatePlace;
let proxy: TcpProxy;
let onSend: (now: string, before: string) => Verdict = () => 'pass';
const through = (): Record<string, string> => ({ PGHOST: '127.0.0.1', PGPORT: String(proxy.port) });
const isCommit = (now: string): boolean => now.startsWith('Q') && now.slice(5) === 'commit\0';

beforeAll(async () => {
  place = await gatePlace();
  proxy = await startProxy(place.config, (now, before) => onSend(now, before));
  expect((await place.runner(['pipeline'])).code).toBe(0);
});
beforeEach(() => {
  onSend = () => 'pass';
});
afterAll(async () => {
  await place?.close();
  await proxy?.close();
});

const kill = (pid: string) => place.rows(`select pg_terminate_backend(${pid}, 5000)`);
const lockHolders = () =>
  place.rows(`select pid from pg_locks as l join pg_database as d on d.oid = l.database
    where locktype = 'advisory' and granted and datname = current_database() and objid <> 7`);
const history = () => place.rows('select count(*), count(distinct run_id) from log.run_log').then((rows) => rows[0]);
/** Cuts the connection that commits what `mark` stands for, once. */
const cutCommitOf = (mark: string, verdict: Verdict): (() => number) => {
  let cuts = 0;
  onSend = (now, before) => {
    if (cuts > 0 || !isCommit(now) || !before.includes(mark)) return 'pass';
    cuts += 1;
    return verdict;
  };
  return () => cuts;
};

describe('a run whose connection is lost', () => {
  it('while a model is built builds it again, and goes on', async () => {
    const before = await history();
    await place.closed(async (open) => {
      const run = place.start(['build', '--select', 'slow+']);
      for (const pid of await place.waitAtGate()) await kill(pid);
      await expect.poll(run.output, { timeout: 30_000 }).toContain('(1 of 2)');
      await place.waitAtGate();
      await open();
      const { code, stdout, stderr } = await run.ended;
      expect(stderr).toBe('');
      expect(code).toBe(0);
      expect(stdout).toMatch(/slow: the connection to PostgreSQL was lost: .*Nothing of it was published/);
    });
    expect(await history()).toEqual([String(Number(before?.[0]) + 1), String(Number(before?.[1]) + 1)]);
  });

  it('a third time reports it, and keeps what was published', async () => {
    await place.closed(async () => {
      const run = place.start(['build', '--select', 'slow']);
      for (const _ of [1, 2, 3]) for (const pid of await place.waitAtGate()) await kill(pid);
      const { code, stderr } = await run.ended;
      expect(code).toBe(1);
      expect(stderr).toContain('CONNECTION_LOST');
    });
    expect(await place.rows('select count(*) from marts.slow')).toEqual([['1']]);
  });

  it('is not what an administrator does who cancels a query: the node fails, and says so', async () => {
    await place.closed(async () => {
      const run = place.start(['build', '--select', 'slow']);
      for (const pid of await place.waitAtGate()) await place.rows(`select pg_cancel_backend(${pid})`);
      const { code, stdout, stderr } = await run.ended;
      expect(code).toBe(1);
      expect(stderr).toContain('QUERY_CANCELLED');
      expect(stdout).toMatch(/ERROR +table +marts.slow/);
    });
  });

  it('with that of its lock takes the lock again when nobody else has come', async () => {
    await place.closed(async (open) => {
      const run = place.start(['build', '--select', 'slow']);
      const pids = await place.waitAtGate();
      for (const [pid] of await lockHolders()) await kill(pid ?? '');
      for (const pid of pids) await kill(pid);
      await place.waitAtGate();
      expect(await lockHolders()).toHaveLength(1);
      await open();
      expect(await run.ended).toMatchObject({ code: 0, stderr: '' });
    });
  });

  it('with that of its lock publishes nothing more when another run has come', async () => {
    await place.closed(async (open) => {
      const run = place.start(['build', '--select', 'slow+']);
      await place.waitAtGate();
      const before = await history();
      for (const [pid] of await lockHolders()) await kill(pid ?? '');
      // It runs beside the one that has lost its lock, and ends before it.
      expect((await place.runner(['build', '--select', 'first'])).code).toBe(0);
      await open();
      const { code, stderr } = await run.ended;
      expect(code).toBe(1);
      expect(stderr).toContain('LOCK_LOST');
      expect(await history()).toEqual(before);
    });
  });

  it('waits for a server that is gone for a moment', async () => {
    await place.closed(async (open) => {
      const run = place.start(['build', '--select', 'slow'], through());
      await place.waitAtGate();
      await proxy.down();
      await expect.poll(run.output, { timeout: 30_000 }).toContain('(1 of 2)');
      await new Promise((resolve) => setTimeout(resolve, 700));
      await proxy.up();
      await place.waitAtGate();
      await open();
      expect(await run.ended).toMatchObject({ code: 0, stderr: '' });
    });
  });
});

describe('a connection lost at the commit', () => {
  it.each([
    { verdict: 'drop before' as const, title: 'that the server never got is done again: the log is written once' },
    { verdict: 'drop after' as const, title: 'that the server has done is not done again: the log is written once' },
  ])('$title', async ({ verdict }) => {
    const [rows, runs] = (await history()) ?? [];
    const cuts = cutCommitOf('run_log', verdict);
    const run = place.start(['build', '--select', 'run_log'], through());
    const { code, stdout, stderr } = await run.ended;
    expect([code, stderr, cuts()]).toEqual([0, '', 1]);
    expect(stdout.includes('run again')).toBe(verdict === 'drop before');
    expect(await history()).toEqual([String(Number(rows) + 1), String(Number(runs) + 1)]);
    await place.waitUntilGone();
  });

  it.each(['drop before', 'drop after'] as const)('of a batch lands it once (%s the commit)', async (verdict) => {
    await place.db.query('delete from runs.batch');
    const cuts = cutCommitOf('copy "landed"', verdict);
    const run = place.start(['load'], through());
    const { code, stdout, stderr } = await run.ended;
    expect([code, stderr, cuts()]).toEqual([0, '', 1]);
    expect(stdout).toContain('2 rows landed from service');
    expect(await place.rows('select row_count from runs.batch')).toEqual([['2']]);
    await place.waitUntilGone();
  });

  it('of which the server can no longer tell the end leaves what the transaction has recorded', async () => {
    // A mark that is not to be found.
    await place.db.query(`create function runs.forget() returns trigger language plpgsql as $$begin new.run_id := 'another'; return new; end$$;
      create trigger forget before insert or update on runs.node_state for each row execute function runs.forget()`);
    cutCommitOf('run_log', 'drop after');
    const { code, stderr } = await place.start(['build', '--select', 'run_log'], through()).ended;
    await place.db.query('drop function runs.forget cascade');
    expect(code).toBe(1);
    expect(stderr).toContain('OUTCOME_UNKNOWN');
    expect(
      await place.rows(`select n.status, r.status from runs.node_result as n join runs.run as r using (run_id)
        where n.name = 'run_log' order by r.started_at desc limit 1`),
    ).toEqual([['success', 'failed']]);
    await place.waitUntilGone();
  });
});
