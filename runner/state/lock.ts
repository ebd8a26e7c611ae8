import type { Session } from '../adapters/types.ts';
import { EXIT, RunnerError } from '../errors.ts';

/**
 * Takes the target's lock for as long as the session lives: one run at a time.
 * @throws RunnerError `TARGET_LOCKED` (exit 3), saying who holds it
 */
export async function takeLock(session: Session, name: string): Promise<void> {
  const taken = await session.query('select pg_try_advisory_lock(hashtextextended($1, 0))', [name]);
  if (taken.rows[0]?.[0] === 't') return;
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
