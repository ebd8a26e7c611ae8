import { lineOf, offsetAt, placeAt } from '../util/places.ts';
import type { Place } from './trace.ts';

/** The expression of a `{{ … }}`, and where it starts. */
export function printedAt(text: string, { file, line, column }: Place): Place & { readonly text: string } {
  const start = offsetAt(text, line, column);
  const [, open = '', content = ''] = /^(\{\{-?\s*)([\s\S]*?)\s*-?\}\}/.exec(text.slice(start)) ?? [];
  return { file, ...pointAt(text, start + open.length), text: content.replace(/\s+/g, ' ') };
}

function pointAt(text: string, offset: number): { readonly line: number; readonly column: number } {
  const { line, column } = placeAt(text, offset);
  return { line, column };
}

/** Nunjucks points at the parenthesis of a call: where its name starts. */
export function callStart(text: string, { file, line, column }: Place): Place {
  const before = lineOf(text, line).slice(0, column - 1);
  const [name = ''] = /[\w.]+\s*$/.exec(before) ?? [];
  return { file, line, column: lineOf(text, line)[column - 1] === '(' ? column - name.length : column };
}

/** `ref(x)` as it is written; cut short when it is long. */
export function callText(text: string, { line, column }: Place): string {
  const written = /^[\w.]*\s*(\((?:[^()]|\([^()]*\))*\))?/.exec(text.slice(offsetAt(text, line, column)))?.[0] ?? '';
  return written.length > 80 ? `${written.slice(0, 77)}…` : written;
}

/** Where a key stands in the arguments of a call. */
export function keyPlace(text: string, { file, line, column }: Place, key: string): Place {
  const start = offsetAt(text, line, column);
  const at = text.slice(start).search(new RegExp(`(?<![\\w'"])['"]?${key}['"]?\\s*[=:]`));
  return at < 0 ? { file, line, column } : { file, ...pointAt(text, start + at) };
}

/** Whether the tag that a condition starts in has a name in it that is not called. */
export function isWritten(name: string, text: string, { line, column }: Place): boolean {
  const [tag = ''] = /^[\s\S]*?[%}]\}/.exec(text.slice(offsetAt(text, line, column))) ?? [];
  return new RegExp(`(?<![\\w.'"])${name}\\b(?!\\s*[(.'"])`).test(tag);
}
