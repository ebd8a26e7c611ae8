import type { Database, Session } from '../adapters/types.ts';
import { DatabaseError } from '../errors.ts';
import { pause } from '../util/again.ts';
import { quoted } from '../util/sql.ts';

export interface Rewriting {
  /** What could not be rewritten, by relation: why. */
  readonly unwritten: ReadonlyMap<string, string>;
  /** Whether the role may rewrite the server's catalog too. */
  readonly isWhole: boolean;
}

/**
 * Writes every table of some schemas anew, with its indexes and statistics, so that neither a page nor what the planner
 * knows of the values holds an erased row; then the server's catalog of statistics, and a checkpoint, which lets go of the
 * former files.
 * @param patience milliseconds to wait for open transactions, and for the readers of each table
 */
export async function rewriteTables(db: Database, schemas: readonly string[], patience: number): Promise<Rewriting> {
  // A connection of its own: with it goes the setting.
  return db.connection(async (session) => {
    await session.query(`set lock_timeout = ${patience}`);
    const { rows } = await session.query(
      `select n.nspname, c.relname from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
       where c.relkind in ('r', 'p', 'm') and not c.relispartition and n.nspname = any ($1) order by 1, 2`,
      [schemas],
    );
    const unwritten = new Map<string, string>();
    const attempt = async (name: string, sql: string): Promise<void> => {
      const why = await reasonOf(session, sql);
      if (why !== undefined) unwritten.set(name, why);
    };
    if (await outlived(session, patience)) unwritten.set('all tables', OPEN);
    for (const [schema, name] of rows) {
      const relation = { schema: schema ?? '', name: name ?? '' };
      await attempt(`${schema}.${name}`, `vacuum (full, analyze) ${quoted(relation)}`);
    }
    // Otherwise it would be skipped with no more than a warning, and a checkpoint comes by itself within minutes.
    const isWhole = (await session.query(MAY_REWRITE_STATISTICS)).rows[0]?.[0] === 't';
    if (isWhole) {
      // What was known until now is dead since each table's analysis, later than its rows.
      if (await outlived(session, patience)) unwritten.set('pg_catalog.pg_statistic', OPEN);
      await attempt('pg_catalog.pg_statistic', 'vacuum full pg_catalog.pg_statistic');
    }
    await reasonOf(session, 'checkpoint');
    return { unwritten, isWhole };
  });
}

/** The owner of it or of the database may, and from 17 on who may maintain it; an older server does not know the word. */
const MAY_REWRITE_STATISTICS = `
  select pg_has_role(c.relowner, 'usage') or pg_has_role(d.datdba, 'usage') or case
    when current_setting('server_version_num')::integer >= 170000 then has_table_privilege(c.oid, 'maintain')
    else false end
  from pg_catalog.pg_class c cross join pg_catalog.pg_database d
  where c.oid = 'pg_catalog.pg_statistic'::regclass and d.datname = current_database()`;

/**
 * Whether a transaction that was open before is still so after a while: what it may read, a table that is written anew keeps.
 * The server's own analysis of a table is one too, and soon over. One that writes to any other database counts as well: the
 * snapshot by which a table is written anew is no younger than the oldest of them.
 */
async function outlived(session: Session, patience: number): Promise<boolean> {
  const [[since] = []] = (await session.query('select pg_snapshot_xmax(pg_current_snapshot())')).rows;
  const older = async (): Promise<boolean> => {
    const { rows } = await session.query(
      `select pg_snapshot_xmin(pg_current_snapshot()) < $1::text::xid8 or exists (
         select from pg_catalog.pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()
           and backend_xmin::text::bigint < ($1::text::bigint & 4294967295))`,
      [since],
    );
    return rows[0]?.[0] === 't';
  };
  const end = Date.now() + patience;
  while (await older()) {
    if (Date.now() >= end) return true;
    await pause(LOOK_AGAIN);
  }
  return false;
}

const OPEN = 'a transaction that is open may yet read the rows';
/** Milliseconds. */
const LOOK_AGAIN = 100;

async function reasonOf(session: Session, sql: string): Promise<string | undefined> {
  try {
    await session.query(sql);
    return undefined;
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    return error.message;
  }
}
