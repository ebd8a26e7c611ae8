import type { Session } from '../adapters/types.ts';
import { DatabaseError, EXIT, RunnerError } from '../errors.ts';
import { identifier, literal, quoted, type Relation } from '../util/sql.ts';

/** A column as the catalog has it. */
export interface Column {
  readonly name: string;
  readonly type: string;
}

/** Columns of a table or view in their order; empty when there is none of that name. */
export async function columnsOf(session: Session, relation: Relation): Promise<readonly Column[]> {
  const result = await session.query(
    `select a.attname, format_type(a.atttypid, a.atttypmod) from pg_catalog.pg_attribute a
     where a.attrelid = to_regclass(${literal(quoted(relation))}) and a.attnum > 0 and not a.attisdropped order by a.attnum`,
  );
  return result.rows.map(([name, type]) => ({ name: name ?? '', type: type ?? '' }));
}

export function sameColumns(a: readonly Column[], b: readonly Column[]): boolean {
  return (
    a.length === b.length &&
    a.every((column, index) => column.name === b[index]?.name && column.type === b[index]?.type)
  );
}

/**
 * Makes the published table equal to the one built aside by removing and adding only the rows that differ. Takes no
 * exclusive lock; readers see the old rows until the transaction commits; views, grants and indexes stay untouched.
 * Rows are compared as their whole text, so that 5.0 and 5.00 differ. Both tables have the same columns.
 * @returns rows removed plus rows added
 */
export async function publishDifference(session: Session, published: Relation, aside: Relation): Promise<number> {
  const columns = (await columnsOf(session, published)).map(({ name }) => identifier(name)).join(', ');
  const removed = await session.query(
    `delete from ${quoted(published)} where ctid in (
       select old.ctid from (select ctid, p::text as row_text, row_number() over (partition by p::text) as copy from ${quoted(published)} as p) as old
       left join (select a::text as row_text, count(*) as copies from ${quoted(aside)} as a group by 1) as new on new.row_text = old.row_text
       where old.copy > coalesce(new.copies, 0))`,
  );
  const added = await session.query(
    `insert into ${quoted(published)} (${columns})
     select ${columns} from (select a.*, a::text as "row text", row_number() over (partition by a::text) as "row copy" from ${quoted(aside)} as a) as new
     left join (select p::text as row_text, count(*) as copies from ${quoted(published)} as p group by 1) as old on old.row_text = new."row text"
     where new."row copy" > coalesce(old.copies, 0)`,
  );
  return removed.rowCount + added.rowCount;
}

/**
 * Puts the relation built aside in the place of the published one, whose columns or kind differ. Views that read the
 * published one are made again over the new one, with their grants and comments; a view that can't be, but is to be
 * rebuilt by this very run, is made from its new SQL already.
 * @param plannedView the new SQL of a view that this run rebuilds later
 * @throws RunnerError `DEPENDENT_VIEW` (exit 1), naming the view, when one needs what the new relation no longer has
 */
export async function publishReplacement(
  session: Session,
  published: Relation,
  aside: Relation,
  plannedView: (view: Relation) => string | undefined,
): Promise<void> {
  const views = await dependentViews(session, published);
  for (const view of [...views].reverse()) await session.query(`drop view ${quoted(view.relation)}`);
  const kind = await kindOf(session, published);
  if (kind) await session.query(`drop ${kind} ${quoted(published)}`);
  const asideKind = await kindOf(session, aside);
  await session.query(`alter ${asideKind} ${quoted(aside)} rename to ${identifier(published.name)}`);
  for (const view of views) {
    const { relation, definition, restore } = view;
    const planned = plannedView(relation);
    const failure = (await recreate(session, relation, definition, restore)) ?? '';
    if (failure && (planned === undefined || (await recreate(session, relation, planned, restore)))) {
      throw new RunnerError(
        {
          code: 'DEPENDENT_VIEW',
          message: `${published.schema}.${published.name} can't be replaced: the view ${relation.schema}.${relation.name} reads it and would break: ${failure}`,
          hint: 'Keep the column, or drop the view first and build it again afterwards.',
        },
        EXIT.failed,
      );
    }
  }
}

/** @returns what the server had against it; the transaction goes on either way */
async function recreate(
  session: Session,
  view: Relation,
  definition: string,
  restore: string,
): Promise<string | undefined> {
  await session.query('savepoint recreate_view');
  try {
    await session.query(`create view ${quoted(view)} as ${definition}`);
    if (restore !== '') await session.query(restore);
    await session.query('release savepoint recreate_view');
    return undefined;
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    await session.query('rollback to savepoint recreate_view');
    return error.message;
  }
}

async function kindOf(session: Session, relation: Relation): Promise<string | undefined> {
  const result = await session.query(
    `select relkind from pg_catalog.pg_class where oid = to_regclass(${literal(quoted(relation))})`,
  );
  const kinds: Readonly<Record<string, string>> = { r: 'table', p: 'table', v: 'view', m: 'materialized view' };
  return kinds[result.rows[0]?.[0] ?? ''];
}

interface DependentView {
  readonly relation: Relation;
  readonly definition: string;
  /** Statements that give the view its owner's grants and comment back. */
  readonly restore: string;
}

/** Views that read the relation, directly or through others, those that others read first. */
async function dependentViews(session: Session, relation: Relation): Promise<readonly DependentView[]> {
  const result = await session.query(
    `with recursive readers as (
       select to_regclass(${literal(quoted(relation))})::oid as oid, 0 as depth
       union
       select r.ev_class, readers.depth + 1 from readers
       join pg_catalog.pg_depend d on d.refobjid = readers.oid and d.refclassid = 'pg_class'::regclass and d.classid = 'pg_rewrite'::regclass
       join pg_catalog.pg_rewrite r on r.oid = d.objid and r.ev_class <> readers.oid
     )
     select n.nspname, c.relname, pg_get_viewdef(c.oid),
       coalesce((select string_agg(format('grant %s on %I.%I to %s', a.privilege_type, n.nspname, c.relname,
         case when a.grantee = 0 then 'public' else quote_ident(pg_get_userbyid(a.grantee)) end), '; ')
         from aclexplode(c.relacl) a where a.grantee <> c.relowner), '')
       || coalesce(format(';comment on view %I.%I is %L', n.nspname, c.relname, obj_description(c.oid, 'pg_class')), '')
     from (select oid, max(depth) as depth from readers where depth > 0 group by oid) as found
     join pg_catalog.pg_class c on c.oid = found.oid and c.relkind = 'v'
     join pg_catalog.pg_namespace n on n.oid = c.relnamespace
     order by found.depth, c.oid`,
  );
  return result.rows.map(([schema, name, definition, restore]) => ({
    relation: { schema: schema ?? '', name: name ?? '' },
    definition: (definition ?? '').replace(/;\s*$/, ''),
    restore: (restore ?? '').replace(/^;/, ''),
  }));
}
