import type { Session } from '../adapters/types.ts';
import { DatabaseError } from '../errors.ts';
import { identifier, literal } from '../util/sql.ts';

/** Advisory locks of a project, as SQL expressions. */
export interface LockKeys {
  /** Held by the session of a run. */
  readonly lock: string;
  /** Shared by the transactions with which a run publishes; the next run waits for it. */
  readonly barrier: string;
}

export function keysOf(project: string): LockKeys {
  const key = (name: string): string => `hashtextextended(${literal(name)}, 0)`;
  return { lock: key(`runner of ${project}`), barrier: key(`publishing of ${project}`) };
}

/** `runner pipeline, run 20261124T080000-1a2b3c, by postgres at 10.0.0.5, since 2026-11-24 08:00:00, server process 42` */
export async function describeHolder(session: Session, schema: string, { lock, barrier }: LockKeys): Promise<string> {
  const query = (run: { command: string; name: string; join: string }): string =>
    `select concat_ws(', ', ${run.command}, ${run.name}, 'by ' || a.usename || coalesce(' at ' || host(a.client_addr), ''),
       'since ' || to_char(a.backend_start, 'YYYY-MM-DD HH24:MI:SS'), 'server process ' || a.pid)
     from pg_locks as l join pg_stat_activity as a on a.pid = l.pid ${run.join}
     where ${isLock(lock)} or ${isLock(barrier)} order by ${isLock(lock)} desc limit 1`;
  const name = "'runner ' || r.run_id";
  const { rows } = await session
    .query(
      query({
        command: "coalesce('runner ' || r.command, a.application_name)",
        name: "'run ' || r.run_id",
        join: `left join ${identifier(schema)}.run as r on r.status = 'running' and left(${name}, 63) = a.application_name`,
      }),
    )
    .catch((error: unknown) => {
      // The first run of all has not made the table yet.
      if (!(error instanceof DatabaseError)) throw error;
      return session.query(query({ command: 'a.application_name', name: 'null', join: '' }));
    });
  return rows[0]?.[0] ?? 'a run that has just ended';
}

/** A row `l` of pg_locks that is a lock with this key, in this database. */
export function isLock(key: string): string {
  return `(l.locktype = 'advisory' and l.granted and l.objsubid = 1 and (l.classid::bigint << 32 | l.objid::bigint) = ${key}
    and l.database = (select oid from pg_database where datname = current_database()))`;
}
