import type { Session } from '../adapters/types.ts';
import { DatabaseError, EXIT, RunnerError } from '../errors.ts';
import { identifier, literal, quoted, type Relation } from '../util/sql.ts';
import { kindOf } from './publish.ts';

/**
 * Puts the relation built aside in the place of the published one, whose columns or kind differ, with its grants and
 * comment. Views that read the published one are made again over the new one; a view that can't be, but is to be
 * rebuilt by this very run, is made from its new SQL already, and audited here and now.
 * @param plannedView the view as this run rebuilds it later
 * @throws RunnerError `DEPENDENT_VIEW` (exit 1), naming the view, when one needs what the new relation no longer has
 */
export async function publishReplacement(
  session: Session,
  published: Relation,
  aside: Relation,
  plannedView: (view: Relation) => PlannedView | undefined,
): Promise<void> {
  // One replacement at a time: two that share a reader would wait for each other, or find it dropped.
  await session.query("select pg_advisory_xact_lock(hashtextextended('runner replacement', 0))");
  const made: PlannedView[] = [];
  const [former, ...views] = await withReaders(session, published);
  const asideKind = await kindOf(session, aside);
  for (const view of [...views].reverse()) await session.query(`drop view ${quoted(view.relation)}`);
  if (former) await session.query(`drop ${await kindOf(session, published)} ${quoted(published)}`);
  await session.query(`alter ${asideKind} ${quoted(aside)} rename to ${identifier(published.name)}`);
  if (former) await restore(session, former, asideKind ?? 'table');
  for (const view of views) {
    const failure = await recreate(session, view, view.definition);
    if (failure === undefined) continue;
    const planned = plannedView(view.relation);
    if (planned && (await recreate(session, view, planned.sql)) === undefined) {
      made.push(planned);
      continue;
    }
    const [table, reader] = [published, view.relation].map(({ schema, name }) => `${schema}.${name}`);
    throw new RunnerError(
      {
        code: 'DEPENDENT_VIEW',
        message: `${table} can't be replaced: the view ${reader} reads it and would break: ${failure}`,
        hint: 'Keep the column, or drop the view first and make it again afterwards.',
      },
      EXIT.failed,
    );
  }
  for (const planned of made) await planned.audit(session);
}

/** A view that the same run rebuilds later. */
export interface PlannedView {
  readonly sql: string;
  /** @throws when its contract forbids to publish it */
  readonly audit: (session: Session) => Promise<void>;
}

/** @returns what the server had against it; the transaction goes on either way */
async function recreate(session: Session, view: Reader, definition: string): Promise<string | undefined> {
  await session.query('savepoint recreate_view');
  try {
    await session.query(`create view ${quoted(view.relation)} as ${definition}`, []);
    await restore(session, view, 'view');
    await session.query('release savepoint recreate_view');
    return undefined;
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    await session.query('rollback to savepoint recreate_view');
    return error.message;
  }
}

async function restore(session: Session, { relation, grants, comment }: Reader, kind: string): Promise<void> {
  await session.query(`comment on ${kind} ${quoted(relation)} is ${literal(comment)}; ${grants}`);
}

interface Reader {
  readonly relation: Relation;
  /** The SQL of a view. */
  readonly definition: string;
  /** Statements: grants, and of a view its options and the owner with whose rights it reads. */
  readonly grants: string;
  readonly comment: string | null;
}

/** The relation, if it is there, and the views that read it, directly or through others, each after those it reads. */
async function withReaders(session: Session, relation: Relation): Promise<readonly Reader[]> {
  const result = await session.query(
    `with recursive readers as (
       select to_regclass(${literal(quoted(relation))})::oid as oid, 0 as depth
       union
       select r.ev_class, readers.depth + 1 from readers
       join pg_catalog.pg_depend d on d.refobjid = readers.oid and d.refclassid = 'pg_class'::regclass and d.classid = 'pg_rewrite'::regclass
       join pg_catalog.pg_rewrite r on r.oid = d.objid and r.ev_class <> readers.oid
     )
     select n.nspname, c.relname, case when c.relkind = 'v' then pg_get_viewdef(c.oid) else '' end,
       concat_ws(';',
         (select string_agg(format('grant %s on %I.%I to %s', a.privilege_type, n.nspname, c.relname,
            case when a.grantee = 0 then 'public' else quote_ident(pg_get_userbyid(a.grantee)) end), ';')
          from aclexplode(c.relacl) a where a.grantee <> c.relowner),
         case when c.relkind = 'v' then
           (select string_agg(format('grant %s (%I) on %I.%I to %s', a.privilege_type, t.attname, n.nspname, c.relname,
              case when a.grantee = 0 then 'public' else quote_ident(pg_get_userbyid(a.grantee)) end), ';')
            from pg_attribute t cross join aclexplode(t.attacl) a where t.attrelid = c.oid and not t.attisdropped) end,
         case when c.relkind = 'v' and c.reloptions is not null then format('alter view %I.%I set (%s)', n.nspname, c.relname, array_to_string(c.reloptions, ', ')) end,
         case when c.relkind = 'v' and c.relowner <> current_user::regrole
           then format('alter view %I.%I owner to %I', n.nspname, c.relname, pg_get_userbyid(c.relowner)) end),
       obj_description(c.oid, 'pg_class')
     from (select oid, max(depth) as depth from readers group by oid) as found
     join pg_catalog.pg_class c on c.oid = found.oid and (c.relkind = 'v' or found.depth = 0)
     join pg_catalog.pg_namespace n on n.oid = c.relnamespace
     order by found.depth, c.oid`,
  );
  return result.rows.map(([schema, name, definition, grants, comment]) => ({
    relation: { schema: schema ?? '', name: name ?? '' },
    definition: (definition ?? '').replace(/;\s*$/, ''),
    grants: grants ?? '',
    comment: comment ?? null,
  }));
}
