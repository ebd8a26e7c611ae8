import type { Session } from '../adapters/types.ts';
import { beside, identifier, literal, quoted, type Relation } from '../util/sql.ts';
import type { Publication } from './types.ts';

/**
 * SQL that notes the relations that nodes build. What is built aside and swapped in at the end of the transaction keeps its
 * object id when it is renamed. They are noted in a transaction of its own within the publishing one, so with a later
 * transaction id than all rows that were written so far.
 */
export function noteStatements(
  stateSchema: string,
  runId: string,
  publications: readonly Publication[],
): readonly string[] {
  const notes = publications.flatMap(({ nodeId, built }) => (built ? [noteOf(stateSchema, runId, nodeId, built)] : []));
  return notes.length > 0 ? ['savepoint noted', ...notes, 'release savepoint noted'] : [];
}

function noteOf(
  stateSchema: string,
  runId: string,
  nodeId: string,
  { relation, isProtected, rows }: NonNullable<Publication['built']>,
): string {
  const [aside, published] = [beside(relation, '__aside'), relation].map(
    (one) => `to_regclass(${literal(quoted(one))})`,
  );
  return `insert into ${tableOf(stateSchema)} (schema_name, relation_name, node_id, kind, oid, protected, row_count, run_id, built_at)
     select ${[relation.schema, relation.name, nodeId].map(literal).join(', ')}, relkind, oid::bigint, ${isProtected}, ${rows}::bigint, ${literal(runId)}, clock_timestamp()
     from pg_catalog.pg_class where oid = coalesce(${aside}, ${published})
     on conflict (schema_name, relation_name) do update set node_id = excluded.node_id, kind = excluded.kind, oid = excluded.oid,
       protected = excluded.protected, row_count = excluded.row_count, run_id = excluded.run_id, built_at = excluded.built_at`;
}

/**
 * Views that this transaction has made again, since a table that they read was swapped, and materialized views that it has
 * put a table of their rows in place of.
 */
export async function noteRemade(tx: Session, stateSchema: string): Promise<void> {
  await tx.query(
    `update ${tableOf(stateSchema)} as b set oid = c.oid::bigint, kind = c.relkind
     from pg_catalog.pg_class as c join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
     where n.nspname = b.schema_name and c.relname = b.relation_name and (b.kind, c.relkind) in (('v', 'v'), ('m', 'r'))
       and c.oid::bigint <> b.oid and age(c.xmin) <= age(pg_current_xact_id()::xid)`,
  );
}

/** Rows that others added or changed are of a later transaction than the note; those that they removed lack. */
export async function isUntouched(
  tx: Session,
  stateSchema: string,
  nodeId: string,
  relation: Relation,
): Promise<boolean> {
  const result = await tx.query(
    `select age(b.xmin) < 1000000000 and not exists (select from ${quoted(relation)} as t where age(t.xmin) < age(b.xmin))
       and (b.row_count is null or b.row_count = (select count(*) from ${quoted(relation)}))
     from ${tableOf(stateSchema)} as b where b.schema_name = $1 and b.relation_name = $2 and b.node_id = $3`,
    [relation.schema, relation.name, nodeId],
  );
  return result.rows[0]?.[0] === 't';
}

function tableOf(stateSchema: string): string {
  return `${identifier(stateSchema)}.built_relation`;
}
