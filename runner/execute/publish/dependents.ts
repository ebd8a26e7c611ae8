import type { Session } from '../../adapters/types.ts';
import type { Relation } from '../../util/sql.ts';
import { oidOf, optionsSql, queryDefinitions, withoutEnd } from './catalog.ts';

/** A view that reads a relation, directly or through others. */
export interface Dependent {
  readonly oid: string;
  readonly relation: Relation;
  /** Its SQL, every name in it with its schema. */
  readonly definition: string;
  /** As in `with (…)`; `null` without any. */
  readonly options: string | null;
  /** OIDs of the relations that it reads itself. */
  readonly reads: readonly string[];
}

/** The views over a relation, the project's and those made by hand, each after those that it reads. */
export async function dependentsOf(session: Session, relation: Relation): Promise<readonly Dependent[]> {
  const rows = await queryDefinitions(
    session,
    `${readersCte(relation)}
     select c.oid, n.nspname, c.relname, pg_catalog.pg_get_viewdef(c.oid), ${optionsSql('c.reloptions')}, found.reads
     from (select oid, max(depth) as depth, string_agg(distinct source::text, ' ') as reads from readers group by oid) as found
     join pg_catalog.pg_class c on c.oid = found.oid join pg_catalog.pg_namespace n on n.oid = c.relnamespace
     where found.depth > 0 and c.relkind = 'v' order by found.depth, c.oid`,
  );
  return rows.map(([oid, schema, name, definition, options, reads]) => ({
    oid: oid ?? '',
    relation: { schema: schema ?? '', name: name ?? '' },
    definition: withoutEnd(definition ?? ''),
    options: options ?? null,
    reads: (reads ?? '').split(' '),
  }));
}

/** SQL of a text that changes when a view over the relation, one of its indexes or another thing that belongs to it does. */
export function signatureSql(relation: Relation): string {
  return `${readersCte(relation)}
     select concat_ws('|', string_agg(distinct concat_ws(' ', c.oid, c.relname, c.relowner, c.reloptions, r.xmin), ';'),
       (select string_agg(concat_ws(' ', d.classid, d.objid), ';' order by d.classid, d.objid) from pg_catalog.pg_depend d
        where d.refclassid = 'pg_catalog.pg_class'::regclass and d.refobjid = ${oidOf(relation)} and d.classid <> 'pg_catalog.pg_rewrite'::regclass))
     from readers join pg_catalog.pg_class c on c.oid = readers.oid left join pg_catalog.pg_rewrite r on r.ev_class = c.oid`;
}

/** `readers (oid, depth, source)`: the relation itself at depth 0, then who reads `source` and may be any number of views away. */
function readersCte(relation: Relation): string {
  return `with recursive edges as materialized (
       select distinct r.ev_class as reader, d.refobjid as source
       from pg_catalog.pg_depend d join pg_catalog.pg_rewrite r on r.oid = d.objid and r.ev_class <> d.refobjid
       where d.classid = 'pg_catalog.pg_rewrite'::regclass and d.refclassid = 'pg_catalog.pg_class'::regclass and d.refobjid >= 16384
     ), readers as (
       select ${oidOf(relation)}::oid as oid, 0 as depth, null::oid as source
       union
       select e.reader, readers.depth + 1, e.source from readers join edges e on e.source = readers.oid
     )`;
}
