import type { MacroFile } from '../project/types.ts';
import { shortDiff } from '../util/line-diff.ts';
import type { DiffReport } from './types.ts';

/** Lines shown around each change. */
const CONTEXT = 3;

/** The macros that differ, called or not. */
export function macroDiffs(base: readonly MacroFile[], head: readonly MacroFile[]): DiffReport['macros'] {
  const linesOf = (macros: readonly MacroFile[], name: string): readonly string[] =>
    macros
      .find((macro) => macro.name === name)
      ?.template.trimEnd()
      .split('\n') ?? [];
  const names = new Set([...head, ...base].map(({ name }) => name));
  return [...names]
    .map((name) => ({ name, text: shortDiff(linesOf(base, name), linesOf(head, name), CONTEXT) }))
    .filter(({ text }) => text !== '');
}
