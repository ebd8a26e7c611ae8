import type { Session } from '../adapters/types.ts';
import type { RoleConfig } from '../project/types.ts';

/**
 * What a reader has unless an administrator has given it something else: it cannot write by mistake, and none of its
 * forgotten queries and transactions stands in the way of a run for long, nor takes all connections of the server.
 */
const READER_SETTINGS: Readonly<Record<string, string>> = {
  default_transaction_read_only: 'on',
  statement_timeout: '10min',
  idle_in_transaction_session_timeout: '10min',
};
const READER_CONNECTIONS = 30;

/**
 * Statements for what else the declared roles are to be and everybody is not to be able to: no rights over the server, the
 * limits of a reader, and of the database its connection alone. PostgreSQL lets everybody connect to a database and make
 * temporary tables and functions in it. What is so already is not among them.
 */
export async function lackingAccess(
  db: Pick<Session, 'query'>,
  roles: readonly RoleConfig[],
  { stateSchema, schemas }: { readonly stateSchema: string; readonly schemas: readonly string[] },
): Promise<readonly string[]> {
  const { rows } = await db.query(LACKING, [
    roles.map(({ name }) => name),
    Object.keys(READER_SETTINGS),
    Object.values(READER_SETTINGS),
    READER_CONNECTIONS,
    stateSchema,
    schemas,
  ]);
  return rows.map(([statement]) => statement ?? '');
}

/** Whoever owns the runner's tables is the one that runs are connected as; before the first run, whoever asks. */
const LACKING = `with
  declared as (select d.name, r.* from unnest($1::text[]) as d (name) left join pg_catalog.pg_roles r on r.rolname = d.name),
  settings as (select * from unnest($2::text[], $3::text[]) as s (name, value)),
  here as (select oid, datname, datdba, coalesce(datacl, acldefault('d', datdba)) as acl from pg_catalog.pg_database where datname = current_database()),
  owners as (select rolname as name from pg_catalog.pg_roles cross join here
    where not rolsuper and pg_roles.oid <> datdba
      and pg_roles.oid = coalesce((select nspowner from pg_catalog.pg_namespace where nspname = $5), current_user::regrole::oid)),
  held as (select coalesce(r.rolname, 'public') as name, a.privilege_type as privilege
    from here cross join aclexplode(here.acl) a left join pg_catalog.pg_roles r on r.oid = a.grantee),
  wanted as (select name, 'CONNECT' as privilege from declared
    union all select name, p from owners cross join unnest(array['CONNECT', 'CREATE', 'TEMPORARY']) as p),
  statements as (
    select 1 as step, format('alter role %I%s', name, concat(
      case when rolsuper then ' nosuperuser' end, case when rolcreaterole then ' nocreaterole' end, case when rolcreatedb then ' nocreatedb' end,
      case when rolreplication then ' noreplication' end, case when rolbypassrls then ' nobypassrls' end)) as sql
    from declared where rolsuper or rolcreaterole or rolcreatedb or rolreplication or rolbypassrls
    union all
    select 2, format('alter role %I set %I = %L', d.name, s.name, s.value) from declared d cross join settings s
    where not exists (select from unnest(d.rolconfig) c where starts_with(c, s.name || '='))
    union all
    select 2, format('alter role %I connection limit %s', name, $4::int) from declared where coalesce(rolconnlimit, -1) = -1
    union all
    select 3, format('grant %s on database %I to %I', lower(w.privilege), datname, w.name) from wanted w cross join here
    where not exists (select from held h where (h.name, h.privilege) = (w.name, w.privilege))
    union all
    select 4, format('revoke %s on database %I from public', lower(privilege), datname) from held cross join here where name = 'public'
    union all
    select 5, format('revoke all on schema %I from public', n.nspname)
    from pg_catalog.pg_namespace n cross join aclexplode(n.nspacl) a where n.nspname = any ($6::text[]) and a.grantee = 0 group by n.nspname
    union all
    select 5, 'revoke create on schema public from public'
    from pg_catalog.pg_namespace n cross join aclexplode(n.nspacl) a where n.nspname = 'public' and a.grantee = 0 and a.privilege_type = 'CREATE'
  )
  select sql from statements order by step, sql`;
