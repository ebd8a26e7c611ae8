import type { Session } from '../../adapters/types.ts';
import { DatabaseError } from '../../errors.ts';
import { literal, quoted, type Relation } from '../../util/sql.ts';
import { lockTimeout, REPLACEMENT_LOCK, readersChanging } from './blockers.ts';
import type { InTurn } from './turns.ts';

/** What needs an exclusive lock on something published: a swap, the replacement of a view. */
export interface ExclusiveStep {
  readonly relation: Relation;
  /** Does and finds out all that needs no such lock; once more when something changed before the lock was there. */
  prepare(): Promise<void>;
  /** What is then done, in one go: only what the catalog knows, since from the first lock to the commit readers wait. */
  script(): ExclusiveScript;
  /** Once prepared: whether it makes other relations again that the runner has noted. False unless told. */
  remakes?(): boolean;
}

export interface ExclusiveScript {
  /** What it locks, and how, in this order. */
  readonly locks: readonly { readonly relation: Relation; readonly statement: string }[];
  /** SQL condition: with the locks held, what was prepared does not hold any more. */
  readonly isStale?: string;
  readonly statements: readonly Statement[];
}

/** A statement, or a query that gives statements when its turn comes. */
export type Statement = string | { readonly each: string };

/** Milliseconds that one attempt waits for its locks: those who come after it wait behind it. */
const ATTEMPT = 50;
const LONGEST_PAUSE = 1000;

export interface ExclusiveOptions {
  /** Milliseconds to try, without those in which it is another unit's turn. */
  readonly patience: number;
  /** False when the transaction goes on: what is written after it is to be written by the transaction itself. */
  readonly isLast?: boolean;
  /** Makes an attempt when no other unit of the run holds exclusive locks. */
  readonly inTurn?: InTurn;
  /** Told the step that is at work, and when it fails the one that did. */
  readonly onStep?: (step: ExclusiveStep) => void;
}

/**
 * Performs steps, all or none, at the end of a transaction. An attempt that does not get its locks at once lets go of
 * all, so that nobody waits behind it, pauses, and tries again.
 * @throws RunnerError `LOCK_TIMEOUT`, naming who holds what was waited for, or `READERS_CHANGING`
 */
export async function exclusively(
  session: Session,
  steps: readonly ExclusiveStep[],
  { patience, isLast = true, onStep = () => undefined, inTurn = atOnce }: ExclusiveOptions,
): Promise<void> {
  if (steps.length === 0) return;
  const prepare = async (): Promise<void> => {
    for (const step of steps) {
      onStep(step);
      await step.prepare();
    }
  };
  await prepare();
  let deadline = Date.now() + patience;
  for (let attempts = 1; ; attempts += 1) {
    const ordered = readersLast(steps);
    const asked = Date.now();
    // What takes nobody's place waits for nobody.
    const locks = ordered.some((step) => step.script().locks.length > 0);
    try {
      return await (locks ? inTurn : atOnce)(() => {
        deadline += Date.now() - asked;
        return attempt(session, ordered, isLast);
      });
    } catch (error) {
      if (!(error instanceof DatabaseError)) throw error;
      const failed = ordered[Number(/\/\* step (\d+) \*\//.exec(error.where ?? '')?.[1])];
      if (failed) onStep(failed);
      if (!TRY_AGAIN.has(error.sqlstate)) throw error;
      const isStale = error.sqlstate === STALE;
      if (Date.now() >= deadline)
        throw isStale ? readersChanging(ordered, patience) : await lockTimeout(session, ordered, patience, error);
      if (isStale) await prepare();
      // A pause on the server ends when the run is cancelled.
      else await session.query(`select pg_sleep(${pauseAfter(attempts) / 1000})`);
    }
  }
}

const atOnce: InTurn = (work) => work();

/** A view that one step makes again, as it was, and another replaces, must be replaced last. */
function readersLast(steps: readonly ExclusiveStep[]): readonly ExclusiveStep[] {
  const ordered: ExclusiveStep[] = [];
  for (let rest = steps; rest.length > 0; rest = steps.filter((step) => !ordered.includes(step))) {
    const isLocked = ({ relation }: ExclusiveStep, other: ExclusiveStep): boolean =>
      other.script().locks.some((lock) => quoted(lock.relation) === quoted(relation));
    const free = rest.filter((step) => !rest.some((other) => other !== step && isLocked(step, other)));
    ordered.push(...(free.length > 0 ? free : rest));
  }
  return ordered;
}

async function attempt(session: Session, steps: readonly ExclusiveStep[], isLast: boolean): Promise<void> {
  const block = blockOf(steps.map((step) => step.script()));
  try {
    // At the end the savepoint stays: to release it would be one more word to the server while readers wait.
    const release = isLast ? '' : '; release savepoint runner_exclusive';
    await session.query(`savepoint runner_exclusive; do ${literal(block)}${release}`);
  } catch (error) {
    // When it failed before its savepoint stood, there is none to go back to, and the cause is what counts.
    if (error instanceof DatabaseError)
      await session
        .query('rollback to savepoint runner_exclusive; release savepoint runner_exclusive')
        .catch(() => undefined);
    throw error;
  }
}

/** All locks, checks and statements as one block: each word between here and the server is time that readers wait. */
function blockOf(scripts: readonly ExclusiveScript[]): string {
  const locks = scripts.flatMap((script, step) => script.locks.map(({ statement }) => execution(statement, step)));
  // One at a time: two that share a reader would wait for each other.
  if (locks.length > 0) locks.unshift(`perform pg_advisory_xact_lock(${REPLACEMENT_LOCK});`);
  const checks = scripts.flatMap(({ isStale }) => (isStale === undefined ? [] : [isStale]));
  return [
    "declare runner_start constant timestamptz := clock_timestamp(); runner_timeout constant text := current_setting('lock_timeout');",
    'runner_statement text; runner_statements text[];',
    'begin',
    ...locks.flatMap((lock) => [REMAINING, lock]),
    ...checks.map(
      (check) => `if ${check} then raise 'prepared for what was there' using errcode = '${STALE}'; end if;`,
    ),
    ...scripts.flatMap(({ statements }, step) => statements.map((statement) => execution(statement, step))),
    "perform set_config('lock_timeout', runner_timeout, true);",
    'end',
  ].join('\n');
}

/** What is left of the attempt's time is the limit of the next lock. */
const REMAINING = `perform set_config('lock_timeout', greatest(1, ${ATTEMPT} - extract(epoch from clock_timestamp() - runner_start) * 1000)::int::text, true);`;

/** With the number of its step, which the server tells when it fails. */
function execution(statement: Statement, step: number): string {
  const mark = `/* step ${step} */ `;
  if (typeof statement === 'string') return `execute ${literal(mark + statement)};`;
  return `runner_statements := array(${statement.each});
foreach runner_statement in array runner_statements loop execute ${literal(mark)} || runner_statement; end loop;`;
}

/** SQLSTATE of our own. */
const STALE = 'RN001';

/** Lock not available, deadlock, or not prepared for what is there. */
const TRY_AGAIN: ReadonlySet<string> = new Set(['55P03', '40P01', STALE]);

/** Milliseconds: longer from one attempt to the next, and never the same for two who are in each other's way. */
function pauseAfter(attempts: number): number {
  return Math.min(LONGEST_PAUSE, ATTEMPT * 1.5 ** attempts) * (0.5 + Math.random() / 2);
}
