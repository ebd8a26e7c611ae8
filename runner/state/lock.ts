import type { Session } from '../adapters/types.ts';
import { EXIT, RunnerError } from '../errors.ts';

export interface TargetLock {
  /** @throws RunnerError `LOCK_LOST` when the session that holds the lock has ended: another run may hold it now */
  requireHeld(tx: Session): Promise<void>;
}

/**
 * Takes the target's lock for as long as the session lives: one run at a time.
 * @throws RunnerError `TARGET_LOCKED` (exit 3), saying who holds it
 */
export async function takeLock(session: Session, name: string): Promise<TargetLock> {
  const taken = await session.query('select pg_try_advisory_lock(hashtextextended($1, 0)), pg_backend_pid()', [name]);
  const [isTaken, own] = taken.rows[0] ?? [];
  if (isTaken === 't') return { requireHeld: (tx) => requireHeld(tx, name, own ?? '') };
  const holder = await session.query(
    `select a.application_name, a.pid, to_char(a.backend_start, 'YYYY-MM-DD HH24:MI:SS')
     from pg_locks l join pg_stat_activity a on a.pid = l.pid
     where l.locktype = 'advisory' and l.granted and (l.classid::bigint << 32 | l.objid::bigint) = hashtextextended($1, 0)`,
    [name],
  );
  const [application, pid, since] = holder.rows[0] ?? [];
  throw new RunnerError(
    {
      code: 'TARGET_LOCKED',
      message: 'another run holds this target',
      found: application ? `${application}, server process ${pid}, since ${since}` : 'a run that has just ended',
      hint: 'Wait for it to end, then run the command again.',
    },
    EXIT.locked,
  );
}

async function requireHeld(tx: Session, name: string, pid: string): Promise<void> {
  const held = await tx.query(
    `select from pg_locks where locktype = 'advisory' and granted and pid = $2
     and (classid::bigint << 32 | objid::bigint) = hashtextextended($1, 0)`,
    [name, pid],
  );
  if (held.rowCount > 0) return;
  throw new RunnerError(
    {
      code: 'LOCK_LOST',
      message: 'the connection that held the target for this run has ended: nothing more is published',
      hint: 'Run the command again: what was published is whole.',
    },
    EXIT.failed,
  );
}
