import type { Session } from '../../adapters/types.ts';
import type { Relation } from '../../util/sql.ts';
import { oidOf } from './catalog.ts';

export interface Obstacle {
  readonly text: string;
  /** When it is a materialized view that this role may replace. */
  readonly matview: Relation | null;
}

/**
 * What would be lost or left behind if the relation gave its name to another, in words: triggers, policies, foreign keys,
 * publications, defaults, materialized views, functions, children, columns of its row type, and a view over it that this
 * role may not make again. Not among them is what a swap carries over: plain views, indexes, grants, comments, options,
 * keys, checks and NOT NULL.
 */
export async function obstaclesOf(session: Session, relation: Relation): Promise<readonly Obstacle[]> {
  const result = await session.query(
    `with me as (select * from pg_catalog.pg_class where oid = ${oidOf(relation)})
     select coalesce(
       (select pg_catalog.pg_describe_object('pg_catalog.pg_class'::regclass, r.ev_class, 0) from pg_catalog.pg_rewrite r
        where d.classid = 'pg_catalog.pg_rewrite'::regclass and r.oid = d.objid and r.rulename = '_RETURN'),
       pg_catalog.pg_describe_object(d.classid, d.objid, d.objsubid)),
       (select json_build_array(n.nspname, v.relname)::text from pg_catalog.pg_rewrite r
        join pg_catalog.pg_class v on v.oid = r.ev_class and v.relkind = 'm' and pg_catalog.pg_has_role(v.relowner, 'usage')
        join pg_catalog.pg_namespace n on n.oid = v.relnamespace
        where d.classid = 'pg_catalog.pg_rewrite'::regclass and r.oid = d.objid)
     from me join pg_catalog.pg_depend d on d.refclassid = 'pg_catalog.pg_class'::regclass and d.refobjid = me.oid
       or d.refclassid = 'pg_catalog.pg_type'::regclass and d.refobjid in (me.reltype, (select typarray from pg_catalog.pg_type where oid = me.reltype))
     where d.deptype <> 'P' and d.deptype <> 'S' and not (d.classid = 'pg_catalog.pg_type'::regclass and d.objid in (me.reltype, (select typarray from pg_catalog.pg_type where oid = me.reltype)))
       and not (d.classid = 'pg_catalog.pg_class'::regclass and d.objid in (select oid from pg_catalog.pg_class where relkind in ('i', 'I', 't')))
       and not (d.classid = 'pg_catalog.pg_constraint'::regclass and d.objid in (select oid from pg_catalog.pg_constraint where conrelid = me.oid and contype in ('c', 'n', 'p', 'u', 'x')))
       and not (d.classid = 'pg_catalog.pg_trigger'::regclass and d.objid in (select oid from pg_catalog.pg_trigger where tgisinternal))
       and not (d.classid = 'pg_catalog.pg_rewrite'::regclass and d.objid in (
         select r.oid from pg_catalog.pg_rewrite r join pg_catalog.pg_class v on v.oid = r.ev_class
         where r.rulename = '_RETURN' and (r.ev_class = me.oid or v.relkind = 'v' and pg_catalog.pg_has_role(v.relowner, 'usage'))))
     union
     select 'row level security', null from me where relrowsecurity
     union
     select 'its being a partition', null from me where relispartition
     order by 1`,
  );
  return result.rows.map(([text, names]) => {
    const [schema, name] = (JSON.parse(names ?? 'null') ?? []) as readonly string[];
    return { text: text ?? '', matview: schema && name ? { schema, name } : null };
  });
}
