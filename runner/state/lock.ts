import type { Database, Session } from '../adapters/types.ts';
import { ConnectionLost, EXIT, RunnerError } from '../errors.ts';
import { again, pause } from '../util/again.ts';
import { identifier, literal } from '../util/sql.ts';
import { describeHolder, isLock, keysOf, type LockKeys } from './lock-holder.ts';

export interface TargetLock {
  /**
   * Runs a short statement on the session that holds the lock, which has nothing else to do: a run that builds nothing
   * needs no other connection.
   */
  readonly query: Session['query'];
  /**
   * Called last in a transaction that publishes: until it ends, no other run gets the target.
   * @returns the transaction's id, by which its outcome is known later
   * @throws RunnerError `LOCK_LOST` when the session that holds the lock has ended, and another run has had the target
   */
  requireHeld(tx: Session): Promise<string>;
  /** Makes sure of the lock after connections were lost. @throws RunnerError `LOCK_LOST` */
  regain(): Promise<void>;
  release(): Promise<void>;
}

export interface LockRequest {
  readonly project: string;
  readonly stateSchema: string;
  readonly runId: string;
  /** Seconds to wait for another run to end; 0 to give up at once. */
  readonly wait: number;
  readonly signal?: AbortSignal;
  /** Told at once, and every few seconds, while another run is waited for. */
  readonly onWait: (message: string) => void;
}

/** Milliseconds between two looks at a lock that another run holds, and between two lines that say so. */
const LOOK = 250;
const SAY_EVERY = 5_000;
/** Milliseconds that the server may take to notice that the former session of this run is gone. */
const REGAIN_PATIENCE = 5_000;

/**
 * Takes the target's lock: one run at a time. It lives on a session of its own until it is released.
 * @throws RunnerError `TARGET_LOCKED` (exit 3), saying who holds it
 */
export async function takeLock(db: Database, request: LockRequest): Promise<TargetLock> {
  const keys = keysOf(request.project);
  const holding = await holdSession(db);
  try {
    await waitFor(holding.session, request, keys);
  } catch (error) {
    holding.release();
    throw error;
  }
  let held = holding;
  let regaining: Promise<void> | undefined;
  // Several transactions may find out at once.
  const regain = (): Promise<void> => {
    regaining ??= regainLock(db, request, keys, held)
      .then((session) => {
        held = session;
      })
      .finally(() => {
        regaining = undefined;
      });
    return regaining;
  };
  return {
    query: (sql, params) => held.session.query(sql, params),
    async requireHeld(tx) {
      const first = await isHeld(tx, keys, held);
      if (first.held) return first.transaction;
      await regain();
      const second = await isHeld(tx, keys, held);
      if (second.held) return second.transaction;
      throw lost();
    },
    regain,
    release: async () => held.release(),
  };
}

interface Held {
  readonly session: Session;
  readonly pid: string;
  /** When the session began: process numbers come again. */
  readonly since: string;
  readonly release: () => void;
}

function holdSession(db: Database): Promise<Held> {
  return new Promise((resolve, reject) => {
    db.connection(async (session) => {
      const { rows } = await session.query(
        'select pid, backend_start::text from pg_stat_activity where pid = pg_backend_pid()',
      );
      const [pid, since] = rows[0] ?? [];
      await new Promise<void>((release) => resolve({ session, pid: pid ?? '', since: since ?? '', release }));
    }).catch(reject);
  });
}

async function waitFor(session: Session, request: LockRequest, { lock, barrier }: LockKeys): Promise<void> {
  const started = Date.now();
  let said = Number.NEGATIVE_INFINITY;
  // A run that has lost its lock without knowing it may be at its last commit: it is waited for as if it held it.
  const attempt = `select case when not pg_try_advisory_lock(${lock}) then false
    when pg_try_advisory_lock(${barrier}) then pg_advisory_unlock(${barrier}) else not pg_advisory_unlock(${lock}) end`;
  while ((await session.query(attempt)).rows[0]?.[0] !== 't') {
    const waited = (Date.now() - started) / 1000;
    if (waited >= request.wait) {
      throw new RunnerError(
        {
          code: 'TARGET_LOCKED',
          message: 'another run holds this target',
          found: await describeHolder(session, request.stateSchema, { lock, barrier }),
          hint: `${request.wait > 0 ? `It was waited for ${request.wait} s. ` : ''}Run the command again when it has ended, or with --wait to wait for it.`,
        },
        EXIT.locked,
      );
    }
    if (Date.now() - said >= SAY_EVERY) {
      said = Date.now();
      const holder = await describeHolder(session, request.stateSchema, { lock, barrier });
      request.onWait(`waiting for ${holder} (${Math.floor(waited)} of ${request.wait} s)`);
    }
    await pause(LOOK, request.signal);
  }
}

async function isHeld(
  tx: Session,
  { lock, barrier }: LockKeys,
  { pid, since }: Held,
): Promise<{ readonly held: boolean; readonly transaction: string }> {
  // In this order: who gets the lock after the look has to wait for this transaction.
  const { rows } = await tx.query(
    `select pg_advisory_xact_lock_shared(${barrier});
     select exists (select from pg_locks as l cross join pg_stat_get_activity(l.pid) as a
       where ${isLock(lock)} and l.pid = ${literal(pid)} and a.backend_start = ${literal(since)}), pg_current_xact_id()`,
  );
  return { held: rows[0]?.[0] === 't', transaction: rows[0]?.[1] ?? '' };
}

/** Takes the lock on a new session, unless the former one lives or another run was recorded since it ended. */
async function regainLock(db: Database, request: LockRequest, { lock }: LockKeys, former: Held): Promise<Held> {
  const alive = await former.session.query('select 1').catch(() => undefined);
  if (alive) return former;
  former.release();
  const held = await again(() => holdSession(db), {
    isPassing: (error) => error instanceof ConnectionLost,
    signal: request.signal,
  });
  try {
    // Of a connection that broke on its way the server may know nothing yet.
    await held.session.query(
      'select pg_terminate_backend(pid, 2000) from pg_stat_activity where pid = $1 and backend_start = $2',
      [former.pid, former.since],
    );
    const until = Date.now() + REGAIN_PATIENCE;
    while ((await held.session.query(`select pg_try_advisory_lock(${lock})`)).rows[0]?.[0] !== 't') {
      if (Date.now() > until) throw lost();
      await pause(LOOK, request.signal);
    }
    // Who starts a run notes all that are still running as aborted.
    const { rows } = await held.session.query(
      `select status from ${identifier(request.stateSchema)}.run where run_id = $1`,
      [request.runId],
    );
    if (rows[0]?.[0] !== 'running') throw lost();
    return held;
  } catch (error) {
    held.release();
    throw error;
  }
}

function lost(): RunnerError {
  return new RunnerError(
    {
      code: 'LOCK_LOST',
      message:
        'the connection that held the target for this run has ended, and another run has had it: nothing more is published',
      hint: 'Run the command again: what was published is whole.',
    },
    EXIT.failed,
  );
}
