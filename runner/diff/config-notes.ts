import type { Project, ProjectConfig, SourceTable } from '../project/types.ts';
import { canonicalJson } from '../util/hash.ts';
import type { Affected } from './affected.ts';
import { hasOtherRows } from './outcome.ts';
import type { NodeDiff } from './types.ts';

/** Changes of project.yml that no affected node tells of by itself. */
export function configNotes(
  base: { readonly project: Pick<Project, 'config'> },
  head: { readonly project: Pick<Project, 'config'> },
  affected: readonly Affected[],
): readonly string[] {
  const [then, now] = [base.project.config, head.project.config];
  const keys = (Object.keys({ ...then, ...now }) as (keyof ProjectConfig)[]).filter(
    (key) => textOf(then[key]) !== textOf(now[key]),
  );
  // Folders' configuration and time zone are parts of the nodes below them.
  const own = keys.filter((key) => !(affected.length > 0 && ['models', 'seeds', 'timezone'].includes(key)));
  const words = own.map(
    (key) => `${key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}${within(then[key], now[key])}`,
  );
  return words.length > 0 ? [`project.yml has changed: ${words.join('; ')}.`] : [];
}

/** The keys of a map that differ, with short values. */
function within(then: unknown, now: unknown): string {
  const [before, after] = [mapOf(then), mapOf(now)];
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
    (key) => textOf(before[key]) !== textOf(after[key]),
  );
  return keys.length === 0 ? '' : ` (${keys.map((key) => `${key}${fromTo(before[key], after[key])}`).join(', ')})`;
}

/** Lists of named things count as maps. */
function mapOf(value: unknown): Readonly<Record<string, unknown>> {
  if (!Array.isArray(value)) return typeof value === 'object' && value !== null ? { ...value } : {};
  return Object.fromEntries(
    value.map((item: unknown) => [(item as { readonly name?: unknown } | null)?.name ?? textOf(item), item]),
  );
}

/** Characters of a value that are shown. */
const SHORT = 40;

function fromTo(before: unknown, after: unknown): string {
  if (before === undefined) return ' added';
  if (after === undefined) return ' removed';
  const [then, now] = [textOf(before), textOf(after)];
  return typeof after === 'object' || then.length + now.length > SHORT ? '' : ` ${then} → ${now}`;
}

function textOf(value: unknown): string {
  const isPlace = (key: string): boolean => key === 'line' || key === 'textLine';
  return canonicalJson(
    JSON.parse(JSON.stringify(value ?? null, (key, part: unknown) => (isPlace(key) ? undefined : part))),
  );
}

/** Sources that a run would ask for other rows now. */
export function requestNotes(sources: readonly SourceTable[], nodes: readonly NodeDiff[]): readonly string[] {
  return sources.flatMap(({ system, table, requests }) => {
    const model = nodes.find(({ name }) => name === requests?.model);
    if (!model || !hasOtherRows(model)) return [];
    return [
      `${model.name} says what to ask of ${system}.${table}, and differs: nothing was asked for this comparison, both sides read what has landed.`,
    ];
  });
}
