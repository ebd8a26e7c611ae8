import type { MacroFile } from '../project/types.ts';
import type { Reads } from './types.ts';

/** What templates have read so far. */
export interface Noted {
  readonly refs: Set<string>;
  readonly sources: Set<string>;
  readonly macros: Set<string>;
  readonly vars: Map<string, unknown>;
  readonly env: Map<string, string>;
  asOf: string | null;
}

export function newNotes(): Noted {
  return { refs: new Set(), sources: new Set(), macros: new Set(), vars: new Map(), env: new Map(), asOf: null };
}

export function noteAll(to: Noted, from: Noted): void {
  for (const ref of from.refs) to.refs.add(ref);
  for (const source of from.sources) to.sources.add(source);
  for (const macro of from.macros) to.macros.add(macro);
  for (const [name, value] of from.vars) to.vars.set(name, value);
  for (const [name, value] of from.env) to.env.set(name, value);
  to.asOf ??= from.asOf;
}

/** What several renderings of one model read, with the text of each macro that was called. */
export function toReads(renderings: readonly Noted[], macros: readonly MacroFile[]): Reads {
  const all = newNotes();
  for (const noted of renderings) noteAll(all, noted);
  const texts = new Map(macros.map(({ name, template }) => [name, template]));
  return {
    macros: Object.fromEntries([...all.macros].map((name) => [name, texts.get(name) ?? ''])),
    vars: Object.fromEntries(all.vars),
    env: Object.fromEntries(all.env),
    asOf: all.asOf,
  };
}
