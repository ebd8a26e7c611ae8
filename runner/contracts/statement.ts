export interface Statement {
  readonly sql: string;
  /** Why it must not run at all. */
  readonly refusal: string | null;
}

/**
 * A query of the contract's author, made fit to run inside the publishing transaction: without the `;` at its end.
 * `refusal` says why it may not run: several statements, or one that would end the transaction.
 */
export function readStatement(query: string): Statement {
  const visible = withoutComments(query);
  const end = visible.indexOf(';');
  const sql = end === -1 ? query : query.slice(0, end);
  if (end !== -1 && visible.slice(end).replace(/[;\s]/g, '') !== '') {
    return { sql, refusal: 'a query of a contract is one statement, and this one holds several' };
  }
  if (visible.includes('/*')) return { sql, refusal: 'a comment of a contract holds no other one' };
  const word = ENDS_TRANSACTION.exec(visible.trim())?.[1];
  return { sql, refusal: word ? `a query of a contract reads, and "${word}" would act on the transaction` : null };
}

/** With blanks for comments and `x` for texts: of the same length, so that a position in the one is one in the other. */
export function withoutComments(query: string): string {
  return query.replace(OPAQUE, (text) => (/^(--|\/\*)/.test(text) ? ' ' : 'x').repeat(text.length));
}

/** What is no SQL of its own: texts, be they with `\'` in them, quoted names, comments. A `$` in a name begins no text. */
const OPAQUE =
  /(?<![\w$])[eE]'(?:\\[\s\S]|''|[^'\\])*'|'(?:[^']|'')*'|"[^"]*"|(?<![\w$])\$(\w*)\$[\s\S]*?\$\1\$|--[^\n]*|\/\*(?:(?!\/\*)[\s\S])*?\*\//g;
const ENDS_TRANSACTION = /^(abort|begin|commit|end|prepare|release|rollback|savepoint|start)\b/i;
