import type { Database, Session } from '../adapters/types.ts';
import { DatabaseError } from '../errors.ts';
import { pause } from '../util/again.ts';
import { literal, quoted, type Relation } from '../util/sql.ts';

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
    const note = (name: string, why: string | undefined): void => {
      if (why !== undefined) unwritten.set(name, why);
    };
    const isRead = await outlived(session, patience);
    if (isRead) note('all tables', OPEN);
    for (const [schema = '', name = ''] of rows.map((row) => row.map(String)))
      note(`${schema}.${name}`, await writeAnew(session, { schema, name }, isRead ? 1 : MOST_TIMES));
    // Otherwise it would be skipped with no more than a warning, and a checkpoint comes by itself within minutes.
    const isWhole = (await session.query(MAY_REWRITE_STATISTICS)).rows[0]?.[0] === 't';
    if (isWhole) {
      // The server may be at an analysis of its own that began before ours has replaced what was known.
      if (await outlived(session, patience)) note('pg_catalog.pg_statistic', OPEN);
      // Whether dead rows are left in it, nobody can say: it has no statistics of its own.
      for (let times = 0; times < 3; times += 1)
        note('pg_catalog.pg_statistic', await reasonOf(session, 'vacuum full pg_catalog.pg_statistic'));
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
 * Until no dead row is left: a connection that is being made, to any database, counts for moments as one that may read it.
 * @returns why it may hold one still
 */
async function writeAnew(session: Session, relation: Relation, most: number): Promise<string | undefined> {
  for (let times = 0; times < most; times += 1) {
    if (times > 0) await pause(LOOK_AGAIN);
    const why = await reasonOf(session, `vacuum (full, analyze) ${quoted(relation)}`);
    if (why !== undefined || !(await hasDeadRows(session, relation))) return why;
  }
  return OPEN;
}

/** Of a partitioned table, in any of its partitions; as the analysis that it has just had has counted them. */
async function hasDeadRows(session: Session, relation: Relation): Promise<boolean> {
  const name = `${literal(quoted(relation))}::regclass`;
  const { rows } = await session.query(
    `select sum(pg_stat_get_dead_tuples(t.oid)) > 0 from (select ${name}::oid union select relid from pg_partition_tree(${name})) as t (oid)`,
  );
  return rows[0]?.[0] === 't';
}

/**
 * Whether a transaction that was open before is still so after a while: what it may read, a table that is written anew keeps.
 * The server's own analysis of a table is one too, and soon over.
 */
async function outlived(session: Session, patience: number): Promise<boolean> {
  const [[since] = []] = (await session.query('select pg_snapshot_xmax(pg_current_snapshot())')).rows;
  const older = async (): Promise<boolean> => {
    const { rowCount } = await session.query(
      `select from pg_catalog.pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()
         and least(backend_xmin::text::bigint, backend_xid::text::bigint) < ($1::text::bigint & 4294967295)`,
      [since],
    );
    return rowCount > 0;
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
/** Times that a table in which dead rows are left is written anew. */
const MOST_TIMES = 20;

async function reasonOf(session: Session, sql: string): Promise<string | undefined> {
  try {
    await session.query(sql);
    return undefined;
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    return error.message;
  }
}
