import type { Relation } from './sql.ts';

/** Whether the name of a relation stands in SQL as a whole word, be it only in a text or a comment. */
export function namesRelation(sql: string, { name }: Pick<Relation, 'name'>): boolean {
  const text = sql.toLowerCase();
  const wanted = name.toLowerCase();
  const isWord = (character = ' '): boolean => /[\w$]|\P{ASCII}/u.test(character);
  for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + 1)) {
    if (!isWord(text[at - 1]) && !isWord(text[at + wanted.length])) return true;
  }
  return false;
}
