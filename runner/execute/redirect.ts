import type { Session } from '../adapters/types.ts';
import { replaceRelation } from '../compile/sql.ts';
import { namesRelation } from '../util/names-relation.ts';
import type { Relation } from '../util/sql.ts';

/** Queries that name `from` are to read `to`. */
export interface Redirect {
  readonly from: Relation;
  readonly to: Relation;
}

/** A session on which every query reads what is built aside where it names what is published. */
export function redirected(session: Session, redirects: readonly Redirect[]): Session {
  return {
    ...session,
    query: async (sql, params) => session.query(await redirect(sql, redirects), params),
  };
}

export async function redirect(sql: string, redirects: readonly Redirect[]): Promise<string> {
  let text = sql;
  for (const { from, to } of redirects) {
    // Parsing takes a millisecond or two: only what may name it.
    if (namesRelation(text, from)) text = await replaceRelation(text, from, to);
  }
  return text;
}
