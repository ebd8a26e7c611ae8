/** A string, a quoted or plain name, a number, an operator, a bracket, a comma; comments and blanks stand alone. */
const TOKEN =
  /--[^\n]*|\/\*[\s\S]*?\*\/|\s+|\$(\w*)\$[\s\S]*?\$\1\$|[eE]'(?:[^'\\]|\\[\s\S]|'')*'|(?:[uU]&|[bBxXnN])?'(?:[^']|'')*'|"(?:[^"]|"")*"|[\p{L}\p{N}_.$]+|::|[-+*/<>=~!@#%^&|`?]+|[\s\S]/gu;

/** Words that begin a line of their own. */
const CLAUSES = new Set(
  'select from where with group order having limit union intersect except window join left right inner full cross on'.split(
    ' ',
  ),
);

/**
 * SQL cut into short lines that depend on its words alone: comments, blanks and line breaks of the author don't count, so
 * that two texts can be compared line by line. Not meant to run: the placeholders of relations are written as names.
 */
export function sqlLines(sql: string): readonly string[] {
  const lines: string[] = [''];
  const brackets: boolean[] = [];
  let last = '';
  for (const [token] of sql.matchAll(TOKEN)) {
    if (/^(\s|--|\/\*)/.test(token)) continue;
    const inCall = brackets.at(-1) === true;
    const word = token.toLowerCase();
    const joins = ['left', 'right', 'inner', 'full', 'cross', 'outer'].includes(last);
    if (CLAUSES.has(word) && !inCall && !joins && lines.at(-1) !== '') lines.push('');
    lines.push(`${lines.pop() ?? ''}${needsBlank(last, token) ? ' ' : ''}${shown(token)}`);
    if (token === '(') brackets.push(isCallee(last));
    if (token === '[') brackets.push(true);
    if (token === ')' || token === ']') brackets.pop();
    if (token === ',' && !inCall) lines.push('');
    last = token === ',' && !inCall ? '' : word;
  }
  return lines.map((line) => line.trim()).filter((line) => line !== '');
}

/** Words before a bracket that holds a query or a list, where a name would call a function. */
const KEYWORDS = new Set([
  ...CLAUSES,
  ...'as in exists values and or not any all lateral using by over when then else'.split(' '),
]);

function needsBlank(last: string, token: string): boolean {
  if (last === '' || last === '(' || last === '::' || last === '[' || ['::', ',', ')', ']', ';', '['].includes(token))
    return false;
  return !(token === '(' && isCallee(last));
}

function isCallee(word: string): boolean {
  return /^[\p{L}_"]/u.test(word) && !KEYWORDS.has(word);
}

function shown(token: string): string {
  return /^"(?:ref|source|this|macro):[^"]*"$/.test(token)
    ? token
        .slice(1, -1)
        .replace(/^(ref|source):/, '')
        .replace(/:$/, '')
    : token;
}
