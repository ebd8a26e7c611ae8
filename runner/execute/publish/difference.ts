import type { Session } from '../../adapters/types.ts';
import { identifier, quoted, type Relation } from '../../util/sql.ts';

/**
 * Makes the published table equal to the one built aside by removing and adding only the rows that differ. Takes no
 * exclusive lock; readers see the old rows until the transaction commits, those of an older snapshot even longer; views,
 * grants and indexes stay untouched. Rows are compared as their whole text, so that 5.0 and 5.00 differ.
 * @param columns those of both tables
 * @param scope SQL condition on rows `p` of the published table: no other is removed
 * @returns rows removed plus rows added
 */
export async function publishDifference(
  session: Session,
  published: Relation,
  aside: Relation,
  columns: readonly string[],
  scope = 'true',
): Promise<number> {
  const names = columns.map(identifier);
  const list = names.join(', ');
  const text = (of: string): string => `row(${names.map((name) => `${of}.${name}`).join(', ')})::text`;
  const removed = await session.query(
    `delete from ${quoted(published)} where ctid in (
       select old.ctid from (select ctid, ${text('p')} as row_text, row_number() over (partition by ${text('p')}) as copy from ${quoted(published)} as p where ${scope}) as old
       left join (select ${text('a')} as row_text, count(*) as copies from ${quoted(aside)} as a group by 1) as new on new.row_text = old.row_text
       where old.copy > coalesce(new.copies, 0))`,
  );
  const added = await session.query(
    `insert into ${quoted(published)} (${list})
     select ${list} from (select a.*, ${text('a')} as "row text", row_number() over (partition by ${text('a')}) as "row copy" from ${quoted(aside)} as a) as new
     left join (select ${text('p')} as row_text, count(*) as copies from ${quoted(published)} as p where ${scope} group by 1) as old on old.row_text = new."row text"
     where new."row copy" > coalesce(old.copies, 0)`,
  );
  return removed.rowCount + added.rowCount;
}

/**
 * Whether two tables hold the same rows, in any order. Counted first, since where they differ their number mostly does, and
 * reading the texts of large ones takes many times as long. Where they are equal, or differ in values alone, both are so
 * read twice: for their number, and for their texts.
 */
export async function haveSameRows(
  session: Session,
  one: Relation,
  other: Relation,
  columns: readonly string[],
): Promise<boolean> {
  const counts = `select (select count(*) from ${quoted(one)}) = (select count(*) from ${quoted(other)})`;
  if ((await session.query(counts)).rows[0]?.[0] !== 't') return false;
  return (await digestOf(session, one, columns)) === (await digestOf(session, other, columns));
}

/** Sum of the hashes of all rows' texts. Not `hash_record_extended`, to which 5.0 and 5.00 are one value. */
async function digestOf(session: Session, relation: Relation, columns: readonly string[]): Promise<string> {
  const row = columns.map((name) => `t.${identifier(name)}`).join(', ');
  const result = await session.query(
    `select coalesce(sum(hashtextextended(row(${row})::text, 0)), 0) from ${quoted(relation)} as t`,
  );
  return result.rows[0]?.[0] ?? '';
}
