import type { Session } from '../../adapters/types.ts';
import { literal, quoted, type Relation } from '../../util/sql.ts';
import { type Kind, oidOf, optionsSql } from './catalog.ts';

/**
 * SQL whose rows are statements that give a relation what belongs to the one whose place it takes: owner, grants on it and
 * on its columns, comments, and between two of a kind the options and the replica identity. Catalog only: quick, whatever
 * the size.
 */
export function belongings(
  former: Relation & { readonly kind: Kind },
  successor: Relation & { readonly kind: Kind },
): string {
  const ofAll = [owner, lostGrants, grants, columnGrants, comments];
  return [...ofAll, ...(former.kind === successor.kind ? [options, identity] : [])]
    .map((statements) => statements(former, successor, successor.kind))
    .join(' union all ');
}

/** SQL that gives statements. */
type Statements = (former: Relation, successor: Relation, kind: Kind) => string;

const owner: Statements = (former, successor, kind) =>
  `select format('alter ${kind} %s owner to %I', ${literal(quoted(successor))}, pg_get_userbyid(c.relowner))
   from pg_class c join pg_class s on s.oid = ${oidOf(successor)} and s.relowner <> c.relowner where c.oid = ${oidOf(former)}`;

/** Those that default privileges gave it. */
const lostGrants: Statements = (_former, successor) =>
  `select format('revoke all on %s from %s', ${literal(quoted(successor))}, ${ROLE})
   from pg_class c cross join aclexplode(c.relacl) a where c.oid = ${oidOf(successor)} and a.grantee <> c.relowner`;

const grants: Statements = (former, successor) =>
  `select format('grant %s on %s to %s%s', a.privilege_type, ${literal(quoted(successor))}, ${ROLE}, case when a.is_grantable then ' with grant option' end)
   from pg_class c cross join aclexplode(c.relacl) a where c.oid = ${oidOf(former)} and a.grantee <> c.relowner`;

const columnGrants: Statements = (former, successor) =>
  `select format('grant %s (%I) on %s to %s%s', a.privilege_type, t.attname, ${literal(quoted(successor))}, ${ROLE}, case when a.is_grantable then ' with grant option' end)
   from pg_attribute t join pg_attribute s on s.attrelid = ${oidOf(successor)} and s.attname = t.attname and not s.attisdropped
   cross join aclexplode(t.attacl) a where t.attrelid = ${oidOf(former)} and not t.attisdropped`;

const comments: Statements = (former, successor, kind) =>
  `select case when d.objsubid = 0 then format('comment on ${kind} %s is %L', ${literal(quoted(successor))}, d.description)
     else format('comment on column %s.%I is %L', ${literal(quoted(successor))}, t.attname, d.description) end
   from pg_description d
   left join pg_attribute t on t.attrelid = d.objoid and t.attnum = d.objsubid
   left join pg_attribute s on s.attrelid = ${oidOf(successor)} and s.attname = t.attname and not s.attisdropped
   where d.classoid = 'pg_class'::regclass and d.objoid = ${oidOf(former)} and (d.objsubid = 0 or s.attnum is not null)`;

const options: Statements = (former, successor, kind) =>
  `select format('alter ${kind} %s set (%s)', ${literal(quoted(successor))}, ${optionsSql('c.reloptions')})
   from pg_class c where c.oid = ${oidOf(former)} and c.reloptions is not null`;

/** What the one by index needs comes with the index. */
const identity: Statements = (former, successor) =>
  `select format('alter table %s replica identity %s', ${literal(quoted(successor))}, case relreplident when 'f' then 'full' else 'nothing' end)
   from pg_class where oid = ${oidOf(former)} and relkind in ('r', 'p') and relreplident in ('f', 'n')`;

const ROLE = "case when a.grantee = 0 then 'public' else quote_ident(pg_get_userbyid(a.grantee)) end";

/**
 * Gives the table built aside the checks and NOT NULL of the published one, which look at its rows, and what is set for
 * single columns, which `analyze` heeds: so it is done before.
 */
export async function keepOfColumns(session: Session, published: Relation, aside: Relation): Promise<void> {
  const result = await session.query(
    `select format('add constraint %I %s', f.conname, pg_get_constraintdef(f.oid)) from pg_constraint f
     where f.conrelid = ${oidOf(published)} and f.contype in ('c', 'n') and not exists (
       select from pg_constraint s where s.conrelid = ${oidOf(aside)} and s.conname = f.conname)
       and not exists (select from pg_attribute t where t.attrelid = f.conrelid and t.attnum = any (f.conkey)
         and not exists (select from pg_attribute s where s.attrelid = ${oidOf(aside)} and s.attname = t.attname))
     union all
     select format('alter column %I %s', t.attname, setting) from pg_attribute t
     join pg_attribute s on s.attrelid = ${oidOf(aside)} and s.attname = t.attname
     join pg_type y on y.oid = t.atttypid
     cross join lateral unnest(array[
       case when t.attnotnull and not s.attnotnull
         and not exists (select from pg_constraint n where n.conrelid = t.attrelid and n.contype = 'n' and n.conkey = array[t.attnum]) then 'set not null' end,
       case when t.attstattarget >= 0 then 'set statistics ' || t.attstattarget end,
       case when t.attstorage <> y.typstorage and t.atttypid = s.atttypid
         then 'set storage ' || case t.attstorage when 'p' then 'plain' when 'e' then 'external' when 'x' then 'extended' else 'main' end end,
       case when t.attcompression <> '' and t.atttypid = s.atttypid
         then 'set compression ' || case t.attcompression when 'p' then 'pglz' else 'lz4' end end,
       'set (' || ${optionsSql('t.attoptions')} || ')'
     ]) as setting
     where t.attrelid = ${oidOf(published)} and t.attnum > 0 and not t.attisdropped and setting is not null`,
  );
  const changes = result.rows.flatMap(([change]) => change ?? []);
  if (changes.length > 0) await session.query(`alter table ${quoted(aside)} ${changes.join(', ')}`);
}
