import type { Session } from '../../adapters/types.ts';
import { type DatabaseError, EXIT, RunnerError } from '../../errors.ts';
import type { Relation } from '../../util/sql.ts';
import { oidOf } from './catalog.ts';
import type { ExclusiveStep } from './exclusive.ts';

/** Key of the advisory lock of who replaces something. */
export const REPLACEMENT_LOCK = "hashtextextended('runner replacement', 0)";

/** @param patience milliseconds that were tried */
export async function lockTimeout(
  session: Session,
  steps: readonly ExclusiveStep[],
  patience: number,
  { message }: DatabaseError,
): Promise<RunnerError> {
  const locked = steps.flatMap((step) => step.script().locks.map(({ relation }) => relation));
  const blockers = await blockersOf(session, locked);
  return new RunnerError(
    {
      code: 'LOCK_TIMEOUT',
      message: `${namesOf(steps)} can't be published: others did not let go of it within ${patience / 1000} s`,
      found: blockers.length > 0 ? blockers.join('; ') : message,
      hint: 'Wait for them or end them with pg_terminate_backend(process), then run it again. lock_patience in project.yml says how long to try.',
    },
    EXIT.failed,
  );
}

/** @param patience milliseconds that were tried */
export function readersChanging(steps: readonly ExclusiveStep[], patience: number): RunnerError {
  return new RunnerError(
    {
      code: 'READERS_CHANGING',
      message: `${namesOf(steps)} can't be published: views or indexes of it were made, changed or dropped all the time, ${patience / 1000} s long`,
      hint: 'See who makes them, and run it again when they have ended. lock_patience in project.yml says how long to try.',
    },
    EXIT.failed,
  );
}

function namesOf(steps: readonly ExclusiveStep[]): string {
  return steps.map(({ relation }) => `${relation.schema}.${relation.name}`).join(', ');
}

/** Who else holds a lock on a relation, or replaces one, in words. Without their queries: those may name persons. */
async function blockersOf(session: Session, relations: readonly Relation[]): Promise<readonly string[]> {
  const result = await session.query(
    `select distinct format('process %s (%s), %s%s%s', l.pid, coalesce(nullif(a.application_name, ''), a.backend_type, 'unknown'), coalesce(a.state, 'state unknown'),
       to_char(a.xact_start, '", in its transaction since" YYYY-MM-DD HH24:MI:SS'), to_char(a.query_start, '", its query started at" HH24:MI:SS'))
     from pg_catalog.pg_locks l left join pg_catalog.pg_stat_activity a on a.pid = l.pid
     where l.granted and l.pid <> pg_backend_pid() and l.database = (select oid from pg_catalog.pg_database where datname = current_database())
       and (l.locktype = 'relation' and l.relation in (${relations.map(oidOf).join(', ')})
         or l.locktype = 'advisory' and (l.classid::bigint << 32 | l.objid::bigint) = ${REPLACEMENT_LOCK})
     order by 1`,
  );
  return result.rows.map(([text]) => text ?? '');
}
