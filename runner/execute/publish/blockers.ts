import type { Session } from '../../adapters/types.ts';
import type { Relation } from '../../util/sql.ts';
import { oidOf } from './catalog.ts';

/** Key of the advisory lock of who replaces something. */
export const REPLACEMENT_LOCK = "hashtextextended('runner replacement', 0)";

/** Who else holds a lock on a relation, or replaces one, in words. Without their queries: those may name persons. */
export async function blockersOf(session: Session, relations: readonly Relation[]): Promise<readonly string[]> {
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
