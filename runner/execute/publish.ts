import type { Session } from '../adapters/types.ts';
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

/** `table`, `view`, `materialized view`, or `undefined` when there is none of that name. */
export async function kindOf(session: Session, relation: Relation): Promise<string | undefined> {
  const result = await session.query(
    `select relkind from pg_catalog.pg_class where oid = to_regclass(${literal(quoted(relation))})`,
  );
  const kinds: Readonly<Record<string, string>> = { r: 'table', p: 'table', v: 'view', m: 'materialized view' };
  return kinds[result.rows[0]?.[0] ?? ''];
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
