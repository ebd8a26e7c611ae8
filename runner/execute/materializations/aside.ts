import type { Session } from '../../adapters/types.ts';
import { beside, quoted, type Relation } from '../../util/sql.ts';
import type { Kind } from '../publish/catalog.ts';

/** Where a relation is built before it is published; it lives only within the transaction. */
export function asideOf(relation: Relation): Relation {
  return beside(relation, '__aside');
}

/** @returns the number of rows */
export async function create(session: Session, kind: Kind, relation: Relation, sql: string): Promise<number> {
  // Parameters, be they none, let the server refuse a second statement: it could end the transaction that audits.
  return (await session.query(`create ${kind} ${quoted(relation)} as\n${sql}`, [])).rowCount;
}
