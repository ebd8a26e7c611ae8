/**
 * A query of the contract's author, made fit to run inside the publishing transaction: without the `;` at its end.
 * `refusal` says why it may not run: several statements, or one that would end the transaction.
 */
export interface Statement {
  readonly sql: string;
  readonly refusal: string | null;
}

/** What is no SQL of its own: texts, quoted names, comments (the last alternative: one never closed). */
const OPAQUE = /'(?:[^']|'')*'|"[^"]*"|\$(\w*)\$[\s\S]*?\$\1\$|--[^\n]*|\/\*[\s\S]*?\*\//g;
const ENDS_TRANSACTION = /^(abort|begin|commit|end|prepare|release|rollback|savepoint|start)\b/i;

export function readStatement(query: string): Statement {
  // Same length, so that a position in the one is a position in the other.
  const visible = escapedTexts(query).replace(OPAQUE, (text) =>
    (text.startsWith('--') || text.startsWith('/*') ? ' ' : 'x').repeat(text.length),
  );
  const end = visible.indexOf(';');
  const sql = end === -1 ? query : query.slice(0, end);
  if (end !== -1 && visible.slice(end).replace(/[;\s]/g, '') !== '') {
    return { sql, refusal: 'a query of a contract is one statement, and this one holds several' };
  }
  const word = ENDS_TRANSACTION.exec(visible.trim())?.[1];
  return { sql, refusal: word ? `a query of a contract reads, and "${word}" would act on the transaction` : null };
}

/** `E'it\'s'`: the escaped quote does not end the text. */
function escapedTexts(query: string): string {
  return query.replace(/\b[eE]'(?:\\[\s\S]|''|[^'\\])*'/g, (text) => `'${'x'.repeat(text.length - 2)}'`);
}
