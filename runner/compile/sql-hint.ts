import { nearest } from '../util/suggest.ts';

export interface SqlToken {
  readonly text: string;
  /** UTF-16 offsets. */
  readonly start: number;
  readonly end: number;
}

const WORDS =
  'select from where group order by having join left right full inner cross lateral on using and or not is null in like ' +
  'between exists union all limit offset as with case when then else end distinct over partition filter values';
const KEYWORDS = WORDS.split(' ');

/** The tokens, no comments, before and at a syntax error; both absent when the text could not be taken apart. */
export interface Around {
  readonly before?: SqlToken | undefined;
  readonly at?: SqlToken | undefined;
}

/**
 * The next step after a syntax error: the small repair with which the text would be SQL.
 * @param parses whether a text is SQL
 */
export function syntaxHint(
  sql: string,
  offset: number,
  { before, at }: Around,
  parses: (sql: string) => boolean,
): string {
  if (sql[offset - 1] === "'") return "A quote within a text is written twice: 'it''s'.";
  if (!before && !at) return 'It starts here and is never closed.';
  const repaired = ({ start, end }: SqlToken, text: string): boolean =>
    parses(`${sql.slice(0, start)} ${text} ${sql.slice(end)}`);
  for (const token of [before, at]) {
    const word = token && /^[a-z]\w*$/i.test(token.text) ? nearest(token.text, KEYWORDS) : undefined;
    if (token && word && word !== token.text.toLowerCase() && repaired(token, word)) return `Did you mean "${word}"?`;
  }
  if (before?.text === ',' && repaired(before, '')) return 'There is a comma too many before it.';
  if (at && [',', ')'].includes(at.text) && repaired(at, '')) return `There is a "${at.text}" too many.`;
  const isKeyword = (token: SqlToken | undefined): boolean => KEYWORDS.includes(token?.text.toLowerCase() ?? '');
  for (const token of isKeyword(before) ? [] : startsLine(sql, before) ? [before, at] : [at, before])
    if (token && repaired(token, `, ${token.text}`)) return `A comma is missing before "${token.text}".`;
  if (!at) return 'Something is not finished: a parenthesis, a quote, a CASE without END.';
  if (repaired(at, `end ${at.text}`)) return 'A CASE before it has no END.';
  return 'Up to here it could be read: look at this word and at what stands before it.';
}

/** Whether a token is the first of its line. */
function startsLine(sql: string, token: SqlToken | undefined): boolean {
  return token !== undefined && /\n\s*$/.test(sql.slice(0, token.start));
}
