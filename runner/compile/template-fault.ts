import type { Fault } from '../errors.ts';
import { didYouMean } from '../util/suggest.ts';

interface TemplateFile {
  readonly file: string;
  readonly template: string;
}

/**
 * A Nunjucks error as a fault with the right place. Nunjucks (3.2) counts lines from 1 when it parses or prints a
 * value, from 0 when a called function throws (its message then starts with `Error:`), does not print a 0, and for an
 * unknown filter or a block left open gives no place at all.
 */
export function templateFault(
  error: Error,
  { file, template }: TemplateFile,
  refusal: Omit<Fault, 'code' | 'file'> | undefined,
  names: readonly string[],
): Fault {
  const [, line, column, text = error.message] =
    /\[Line (\d+)(?:, Column (\d+))?\]\s*([\s\S]*)$/.exec(error.message) ?? [];
  const message = text.replace(/^\([^)]*\)\s*/, '').trim();
  const thrown = message.startsWith('Error: ');
  const place =
    line || (thrown && !message.includes('filter not found'))
      ? {
          line: Number(line ?? 0) + (thrown ? 1 : 0),
          column: column === undefined ? undefined : Number(column) + (thrown ? 1 : 0),
        }
      : placeWithoutLine(message, template);
  const source = place.line === undefined ? undefined : template.split(/\r?\n/)[place.line - 1];
  const plain = message.replace(/^Error: /, '');
  return {
    code: 'TEMPLATE_ERROR',
    message: plain,
    file,
    ...place,
    source,
    hint: 'A template prints with {{ … }}, decides and repeats with {% … %}, and comments with {# … #}.',
    ...explained(plain, source, place.column, names),
    ...refusal,
  };
}

function explained(
  message: string,
  source: string | undefined,
  column: number | undefined,
  names: readonly string[],
): Partial<Fault> {
  const called = /Unable to call `([^`]+)`/.exec(message)?.[1];
  if (called)
    return {
      message: `${called}() is not defined`,
      found: called,
      hint: didYouMean(called, names) ?? 'Macros are the files of macros/.',
    };
  if (!message.startsWith('attempted to output null or undefined')) return {};
  const printed = /\{\{-?\s*(.*?)\s*-?\}\}/.exec(source?.slice(Math.max(0, (column ?? 1) - 4)) ?? '')?.[1];
  return {
    message: printed ? `{{ ${printed} }} has no value` : 'a printed expression has no value',
    hint: didYouMean(printed ?? '', names) ?? 'Quote a text: {{ ref("name") }}.',
  };
}

function placeWithoutLine(message: string, template: string): { line?: number; column?: number } {
  const filter = /filter not found: (\S+)/.exec(message)?.[1];
  const offset = filter ? template.search(new RegExp(`\\|\\s*${filter}\\b`)) : lastOpenBlock(template);
  if (offset < 0) return {};
  const before = template.slice(0, offset).split('\n');
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}

/** Offset of the last `{% if|for|macro … %}` that nothing ends, or -1. */
function lastOpenBlock(template: string): number {
  const open: number[] = [];
  for (const tag of template.matchAll(/\{%-?\s*(end)?(if|for|macro|set|block|call|filter)\b[^%]*%\}/g)) {
    if (tag[1]) open.pop();
    else if (tag[2] !== 'set' || !tag[0].includes('=')) open.push(tag.index);
  }
  return open.at(-1) ?? -1;
}
