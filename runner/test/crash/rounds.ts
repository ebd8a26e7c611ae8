import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import type { Random } from '../../../sources/sample/random.ts';
import type { Database } from '../../adapters/types.ts';
import type { Ended, Workplace } from '../cli.ts';
import { type Running, startRunner } from '../processes.ts';
import { type Case, runOf } from './cases.ts';
import { COMMANDS, historyOf, type Kind, said, timed, type Undisturbed } from './undisturbed.ts';
import { brokenIn, contentsOf, sentences } from './whole.ts';

/** Runs of one project on one target, some of which are disturbed. */
export interface Bench {
  readonly project: Workplace;
  readonly db: Database;
  /** How the command line reaches the target. */
  readonly env: () => Readonly<Record<string, string>>;
  readonly reference: Undisturbed;
  readonly random: Random;
}

/** How many runs are killed, by kind, and how often the server is stopped; `npm run test:crash` asks for all. */
export const DISTURBANCES =
  process.env.RUNNER_CRASHES === 'all'
    ? { incremental: 50, full: 25, first: 25, stops: 20 }
    : { incremental: 5, full: 3, first: 2, stops: 2 };

/** A fifth of many kills at random moments meets a build at work; of a few, none may. */
export function expectSpread(stages: readonly Stage[], found: string): void {
  const few = 20;
  if (stages.length < few) return;
  expect(stages.filter((stage) => stage === 'building').length, found).toBeGreaterThan(stages.length / 5);
}

/** `RUNNER_KILL_SEED` repeats the choices of tests that failed; the machine's own timing nothing can repeat. */
export function seedOfRun(): number {
  return Number(process.env.RUNNER_KILL_SEED ?? randomInt(1, 2 ** 31));
}

/**
 * Waits for a moment of a run, mostly of what it does after its start, which takes as long as that of the last ones at
 * most; the later half three times as likely as the first, for it is then that there is something to break.
 */
export async function momentOf({ reference, random }: Bench, kind: Kind, { spoke }: Running): Promise<void> {
  const last = reference.took[kind].slice(-4);
  if (random.chance(0.15)) return sleep(random.float(0, 1) * Math.max(...last.map(({ start }) => start)));
  await spoke;
  await sleep(Math.max(random.float(0, 1), random.float(0, 1)) * Math.max(...last.map(({ work }) => work)));
}

/**
 * Starts a run and kills it at a moment.
 * @returns `undefined` when it was killed, how it ended when it had ended before
 */
export async function killedRun(bench: Bench, given: Case, kind: Kind, label: string): Promise<Ended | undefined> {
  const { args, env } = runOf(bench.project, given, label, COMMANDS[kind]);
  const started = startRunner(bench.project, args, { ...env, ...bench.env() });
  await momentOf(bench, kind, started);
  started.kill('SIGKILL');
  const end = await started.ended;
  return end.code === KILLED ? undefined : end;
}

/** As a shell has it: 128 + SIGKILL. */
const KILLED = 137;

/** Until the server has noticed that a killed run is gone: what that one had sent may still be under way. */
export async function settled(db: Database): Promise<void> {
  for (;;) {
    const [left] = await sentences(
      db,
      `select count(*) from pg_stat_activity where datname = current_database() and backend_type = 'client backend'
       and pid <> pg_backend_pid() and application_name not in ('runner', 'reader')`,
    );
    if (left === '0') return;
    await sleep(10);
  }
}

/** How far a run had come when it was killed. */
export type Stage = 'not recorded' | 'loading' | 'building' | 'recorded as ended';

export async function stageOf(db: Database, label: string): Promise<Stage> {
  const [there] = await sentences(db, "select to_regclass('ops.node_state') is not null");
  if (there !== 't') return 'not recorded';
  const { rows } = await db.query(
    'select status, (select count(*) from ops.node_result n where n.run_id = r.run_id) from ops.run r where run_id = $1',
    [label],
  );
  const [status, nodes] = rows[0] ?? [];
  if (status === undefined) return 'not recorded';
  if (status !== 'running') return 'recorded as ended';
  return nodes === '0' ? 'loading' : 'building';
}

/** The runs that the history holds, the first one first. */
export async function historyRuns(db: Database): Promise<readonly string[]> {
  const [there] = await sentences(db, "select to_regclass('ops.histo_run') is not null");
  return there === 't' ? sentences(db, 'select id_histo_run from ops.histo_run order by ts_histo') : [];
}

export interface NextRun {
  readonly kind: Kind;
  readonly label: string;
  /** The disturbed runs before it, since the target was last at rest. */
  readonly disturbed: readonly string[];
  /** What the history held then. */
  readonly history: readonly string[];
  /** For the message when something is wrong. */
  readonly where: string;
}

/** Runs a case to its end: all is then as if nothing had been disturbed, and the history holds the change once. */
export async function expectNextRunEndsRight(bench: Bench, given: Case, next: NextRun): Promise<void> {
  const { project, db, reference } = bench;
  const right = reference.right(given);
  const { args, env } = runOf(project, given, next.label, COMMANDS[next.kind]);
  const start = (): Running => startRunner(project, args, { ...env, ...bench.env() });
  const cut = await sentences(db, NOTED_AS_RUNNING).catch(() => []);
  const ended = await whenFree(() => timed(reference.took[next.kind], start()));
  expect(ended.code, `${next.where}\n${said(ended)}`).toBe(0);
  expect(await contentsOf(db), next.where).toEqual(right.contents);
  expect(await brokenIn(db, project.dir), next.where).toEqual([]);
  expect(await sentences(db, NOTED_AS_RUNNING), next.where).toEqual([]);
  const dead = cut.filter((run) => run !== next.label);
  const statuses = await db.query('select status from ops.run where run_id = any($1)', [dead]);
  expect(statuses.rows, next.where).toEqual(dead.map(() => ['aborted']));

  const added = (await historyRuns(db)).filter((run) => !next.history.includes(run));
  const reached = await sentences(
    db,
    "select run_id from ops.node_result where name = 'histo_run' and status = 'success' order by 1",
  );
  expect([...next.history, ...added].sort(), next.where).toEqual([...reached].sort());
  // A full refresh writes its row whatever was before; else the change is written down once, by whoever came so far.
  const refreshes = await sentences(db, "select run_id from ops.run where arguments like '%--full-refresh%'");
  const full = added.filter((run) => refreshes.includes(run));
  const others = added.filter((run) => !refreshes.includes(run));
  if (next.kind === 'full') expect(full, next.where).toContain(next.label);
  expect(others, `${next.where}, after ${full}`).toHaveLength(full.length > 0 ? 0 : 1);
  for (const run of added) expect(await historyOf(db, run), `${next.where}: history of ${run}`).toEqual(right.history);
}

const NOTED_AS_RUNNING = "select run_id from ops.run where status = 'running'";

/** A run that was killed holds the target until the server has noticed. */
async function whenFree(run: () => Promise<Ended>): Promise<Ended> {
  for (let tries = 1; ; tries += 1) {
    const ended = await run();
    if (ended.code !== 3 || tries === 10) return ended;
  }
}
