import type { Session } from '../adapters/types.ts';
import { replaceRelation } from '../compile/sql.ts';
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
    if (mayName(text, from)) text = await replaceRelation(text, from, to);
  }
  return text;
}

/** Whether its name stands there as a whole: what is aside has a longer one. */
function mayName(sql: string, { name }: Relation): boolean {
  const text = sql.toLowerCase();
  const wanted = name.toLowerCase();
  const isWord = (character = ' '): boolean => /[\w$]|\P{ASCII}/u.test(character);
  for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + 1)) {
    if (!isWord(text[at - 1]) && !isWord(text[at + wanted.length])) return true;
  }
  return false;
}
