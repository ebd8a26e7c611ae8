import type { Fault } from '../errors.ts';
import { lineOf, placeAt } from '../util/places.ts';

interface TemplateFile {
  readonly file: string;
  readonly template: string;
}

/** What Nunjucks (3.2) has against a template as a whole: of a block left open and of another file it gives no place. */
export function templateFault(error: unknown, { file, template }: TemplateFile): Fault {
  const { message, lineno, colno } = error as Error & { readonly lineno?: number; readonly colno?: number };
  const [, other] = /template not found: (.*)/.exec(message) ?? [];
  const offset = other === undefined ? lastOpenBlock(template) : Math.max(0, template.search(OTHER_FILE));
  return {
    code: 'TEMPLATE_ERROR',
    message:
      other === undefined ? message.replace(/^parse\w+: /, '') : `${other} can't be read: a template stands alone`,
    file,
    ...(lineno && other === undefined
      ? { line: lineno, column: colno, source: lineOf(template, lineno) }
      : placeAt(template, offset)),
    hint:
      other === undefined
        ? 'A template prints with {{ … }}, decides and repeats with {% … %}, and comments with {# … #}.'
        : 'Macros are called by their names, without being imported.',
  };
}

const OTHER_FILE = /\{%-?\s*(include|extends|import|from)\b/;

/** Offset of the last `{% if|for|macro … %}` that nothing ends; the end of the text when there is none. */
function lastOpenBlock(template: string): number {
  const open: number[] = [];
  for (const tag of template.matchAll(/\{%-?\s*(end)?(if|for|macro|set|block|call|filter)\b[^%]*%\}/g)) {
    if (tag[1]) open.pop();
    else if (tag[2] !== 'set' || !tag[0].includes('=')) open.push(tag.index);
  }
  return open.at(-1) ?? template.length;
}
