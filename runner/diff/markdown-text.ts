/** No space is seen where it stands, and what it parts is neither a mention nor a reference. */
const APART = '\u200b';

/** A text as GitHub shows it letter for letter, in a line, a list or the cell of a table: no markup, HTML, mention or reference. */
export function plain(text: string): string {
  return (
    text
      .replace(/\s+/g, ' ')
      .replace(/[\\`*{}[\]#+!|~$]/g, '\\$&')
      // Within a word it is no markup.
      .replace(/(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, '\\_')
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replace(/@(?=\w)/g, `@${APART}`)
      .replace(/#(?=\d)/g, `#${APART}`)
      .replace(/\b(GH-)(?=\d)/gi, `$1${APART}`)
      .replace(/\b(https?):\/\//gi, `$1:${APART}//`)
      .replace(/\bwww\./gi, (word) => `www${APART}${word.slice(3)}`)
  );
}

/** The same in the type of code; in a cell a bar has to be escaped there too. */
export function code(text: string): string {
  const line = text.replace(/\s+/g, ' ').replaceAll('|', '\\|');
  const fence = '`'.repeat(longest(line) + 1);
  const pad = line.startsWith('`') || line.endsWith('`') || line.trim() === '' ? ' ' : '';
  return `${fence}${pad}${line}${pad}${fence}`;
}

/** Lines as they are, whatever stands in them. */
export function block(language: string, text: string): string {
  const fence = '`'.repeat(Math.max(3, longest(text) + 1));
  return `${fence}${language}\n${text}\n${fence}`;
}

/** @param right indices of the columns that hold numbers */
export function table(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  right: readonly number[] = [],
): string {
  const rule = header.map((_, index) => (right.includes(index) ? '---:' : '---'));
  return [header, rule, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function longest(text: string): number {
  return Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
}
