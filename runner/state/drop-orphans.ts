import type { Database, Session } from '../adapters/types.ts';
import { identifier, literal, quoted } from '../util/sql.ts';
import { IS_THE_BUILT_ONE } from './target-state.ts';
import type { Orphan } from './types.ts';

/** An orphan as it stands in the database. */
export interface InspectedOrphan extends Orphan {
  readonly kind: 'table' | 'view' | 'materialized view';
  /** As a person reads it: `16 kB`; of a view `null`. */
  readonly size: string | null;
  /** Of a view `null`. */
  readonly rows: string | null;
  /** What reads or otherwise needs it, itself no orphan that may go. */
  readonly neededBy: readonly string[];
}

/** Above this many bytes rows are estimated, for counting them would take long. */
const COUNTED = 1 << 28;

/** Kind, size, rows and dependents of orphans, those first that others of them need last: the order in which they can go. */
export async function inspectOrphans(
  session: Session | Database,
  orphans: readonly Orphan[],
): Promise<readonly InspectedOrphan[]> {
  const inspected = new Map<string, InspectedOrphan>();
  for (const orphan of orphans) {
    const name = quoted(orphan.relation);
    const found = await session.query(
      `select relkind, pg_size_pretty(pg_total_relation_size(oid)), pg_total_relation_size(oid), reltuples::bigint
       from pg_catalog.pg_class where oid = to_regclass(${literal(name)})`,
    );
    const [relkind, size = null, bytes, estimate] = found.rows[0] ?? [];
    if (!relkind) continue;
    const kind = ({ v: 'view', m: 'materialized view' } as const)[relkind] ?? 'table';
    const isCounted = kind !== 'view' && Number(bytes) <= COUNTED;
    const count = isCounted ? (await session.query(`select count(*) from ${name}`)).rows[0]?.[0] : `~${estimate}`;
    const [sizeOf, rows] = kind === 'view' ? [null, null] : [size, count ?? null];
    inspected.set(name, { ...orphan, kind, size: sizeOf, rows, neededBy: await dependents(session, name) });
  }
  return inDropOrder([...inspected.values()]);
}

/** What depends on a relation: views and materialized views by their quoted name, anything else in PostgreSQL's words. */
async function dependents(session: Session | Database, name: string): Promise<readonly string[]> {
  const result = await session.query(
    `select distinct case when r.oid is not null then format('"%s"."%s"', replace(n.nspname, '"', '""'), replace(c.relname, '"', '""'))
       else pg_describe_object(d.classid, d.objid, d.objsubid) end
     from pg_catalog.pg_depend d
     left join pg_catalog.pg_rewrite r on d.classid = 'pg_rewrite'::regclass and r.oid = d.objid
     left join pg_catalog.pg_class c on c.oid = r.ev_class
     left join pg_catalog.pg_namespace n on n.oid = c.relnamespace
     where d.refclassid = 'pg_class'::regclass and d.refobjid = to_regclass(${literal(name)}) and d.deptype = 'n'
       and (r.oid is null or r.ev_class <> d.refobjid)
     order by 1`,
  );
  return result.rows.map(([dependent]) => dependent ?? '');
}

/** Each before those it reads. */
function inDropOrder(orphans: readonly InspectedOrphan[]): readonly InspectedOrphan[] {
  const waiting = new Map(orphans.map((orphan) => [quoted(orphan.relation), orphan]));
  const order: InspectedOrphan[] = [];
  while (waiting.size > 0) {
    const free = [...waiting].filter(
      ([name, { neededBy }]) => !neededBy.some((other) => other !== name && waiting.has(other)),
    );
    for (const [name, orphan] of free.length > 0 ? free : waiting) {
      waiting.delete(name);
      order.push(orphan);
    }
  }
  return order;
}

/** Those that may be dropped, and for each of the others why it stays. */
export interface DropPlan {
  readonly drop: readonly InspectedOrphan[];
  readonly keep: readonly (readonly [orphan: InspectedOrphan, reason: string])[];
}

/**
 * Nothing goes that something else needs, nor a protected history that was not named.
 * @param named node names and `schema.name`s of protected ones that may go
 */
export function planDrop(orphans: readonly InspectedOrphan[], named: ReadonlySet<string>): DropPlan {
  const isNamed = ({ nodeId, relation }: InspectedOrphan): boolean =>
    named.has(`${relation.schema}.${relation.name}`) || named.has(nodeId.split('.').slice(2).join('.'));
  const isHistory = (orphan: InspectedOrphan): boolean => orphan.isProtected && !isNamed(orphan);
  const going = new Map(
    orphans.filter((orphan) => !isHistory(orphan)).map((orphan) => [quoted(orphan.relation), orphan]),
  );
  const needs = ({ neededBy }: InspectedOrphan): readonly string[] => neededBy.filter((name) => !going.has(name));
  for (let before = -1; before !== going.size; ) {
    before = going.size;
    for (const [name, orphan] of going) if (needs(orphan).length > 0) going.delete(name);
  }
  const keep = orphans
    .filter(({ relation }) => !going.has(quoted(relation)))
    .map((orphan) => {
      const why = isHistory(orphan)
        ? `protected (full_refresh=false): --include-protected ${orphan.relation.schema}.${orphan.relation.name}`
        : `needed by ${needs(orphan).join(', ')}`;
      return [orphan, why] as const;
    });
  return { drop: [...going.values()], keep };
}

/**
 * Drops them and forgets them, all or none, waiting for no reader longer than a few seconds. What was replaced by someone
 * else since it was listed is not ours any more, and ends the transaction.
 */
export async function dropOrphans(
  tx: Session,
  stateSchema: string,
  orphans: readonly InspectedOrphan[],
  isKnown: (nodeId: string) => boolean,
): Promise<void> {
  await tx.query("set local lock_timeout = '5s'");
  const schema = identifier(stateSchema);
  for (const { relation, kind, nodeId } of orphans) {
    const ours = await tx.query(
      `delete from ${schema}.built_relation as b using pg_catalog.pg_class as c
       where b.schema_name = $1 and b.relation_name = $2 and c.oid = to_regclass($3) and ${IS_THE_BUILT_ONE}`,
      [relation.schema, relation.name, quoted(relation)],
    );
    if (ours.rowCount !== 1) throw new Error(`${relation.schema}.${relation.name} has changed since it was listed`);
    await tx.query(`drop ${kind} ${quoted(relation)}`);
    if (!isKnown(nodeId)) await tx.query(`delete from ${schema}.node_state where node_id = $1`, [nodeId]);
  }
}
