import type { Database } from '../adapters/types.ts';
import { DatabaseError } from '../errors.ts';
import { identifier, literal, quoted, type Relation } from '../util/sql.ts';

export interface Pruning {
  /** Batches of the source that are kept, the one in force among them. */
  readonly keepBatches: number;
  /** How many of the last runs that built something keep the batches they read; `null` for all. */
  readonly keepRuns: number | null;
}

/** Batches dropped at once: readers wait for a lock that is held as long as the catalog takes. */
const MOST = 20;
const LOCK_NOT_AVAILABLE = '55P03';

/**
 * Drops the rows of a source's batches that are older than the last `keepBatches`, but of none that a recorded run, a
 * published node or a view needs. Who reads the raw table is not waited for, nor made to wait: then nothing is dropped, and
 * a later run tries again. In one transaction: the rows of a batch are there, or the batch is marked as pruned.
 * @returns the batches that were dropped, oldest first
 */
export async function pruneBatches(
  db: Database,
  stateSchema: string,
  source: string,
  raw: Relation,
  pruning: Pruning,
): Promise<readonly string[]> {
  const dispensable = dispensableBatches(stateSchema, source, raw, pruning);
  if ((await db.query(dispensable)).rowCount === 0) return [];
  const partition = (batch: string): string => quoted({ schema: raw.schema, name: `${raw.name}_${batch}` });
  return db
    .transaction(async (tx) => {
      await tx.query(`lock table ${quoted(raw)} in access exclusive mode nowait`);
      // Nobody can have come to need one since the first look, but for who has made a view by hand.
      const batches = (await tx.query(dispensable)).rows.map(([batch]) => batch ?? '');
      if (batches.length === 0) return [];
      await tx.query(`drop table ${batches.map(partition).join(', ')}`);
      await tx.query(
        `update ${identifier(stateSchema)}.batch set pruned_at = clock_timestamp() where batch_id = any ($1::bigint[])`,
        [batches],
      );
      return batches;
    })
    .catch((error: unknown) => {
      if (error instanceof DatabaseError && error.sqlstate === LOCK_NOT_AVAILABLE) return [];
      throw error;
    });
}

function dispensableBatches(
  stateSchema: string,
  source: string,
  raw: Relation,
  { keepBatches, keepRuns }: Pruning,
): string {
  const schema = identifier(stateSchema);
  return `with views as (
      select distinct r.ev_class from pg_catalog.pg_depend d
      join pg_catalog.pg_rewrite r on d.classid = 'pg_rewrite'::regclass and r.oid = d.objid
      where d.refclassid = 'pg_class'::regclass and d.refobjid = to_regclass(${literal(quoted(raw))})
    ),
    named_by_views as (
      select (regexp_matches(pg_get_viewdef(ev_class), 'batch_id = ''?(\\d+)', 'g'))[1]::bigint as batch_id from views
    ),
    last_runs as (
      select run_id from ${schema}.run where plan is not null order by started_at desc limit ${keepRuns ?? 'all'}
    ),
    needed_by_runs as (
      select batch_id from ${schema}.run_batch where run_id in (select run_id from last_runs)
    ),
    -- In force when it was published: the run of a label is by now another one.
    needed_by_nodes as (
      select max(b.batch_id) as batch_id from ${schema}.node_state n
      join ${schema}.batch b on b.source = ${literal(source)} and b.loaded_at <= n.published_at
      group by n.node_id
    )
    select batch_id from (
      select batch_id, row_number() over (order by batch_id desc) as nth
      from ${schema}.batch where source = ${literal(source)} and pruned_at is null
    ) as b
    where nth > ${Math.max(1, keepBatches)}
      and batch_id not in (select batch_id from named_by_views)
      and batch_id not in (select batch_id from needed_by_runs)
      and batch_id not in (select batch_id from needed_by_nodes)
    order by batch_id limit ${MOST}`;
}
