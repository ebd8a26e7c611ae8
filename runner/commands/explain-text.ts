import type { Node } from '../graph/types.ts';
import type { Explanation } from '../state/explain.ts';
import { plural } from '../util/plural.ts';

/** A node with the reasons for which it would run; none when it would not. */
export interface Explained {
  readonly node: Node;
  readonly reasons: readonly Explanation[];
}

/** Lines of one part that are shown; `--output json` has all. */
const SHOWN = 12;
const PARENTS_SHOWN = 3;

/** Nodes with the same reasons together, in the order of the build. */
export function drawExplained(explained: readonly Explained[], total: number): string {
  const running = explained.filter(({ reasons }) => reasons.length > 0);
  const groups = new Map<string, string[]>();
  for (const { node, reasons } of explained) {
    const text = drawReasons(reasons);
    groups.set(text, [...(groups.get(text) ?? []), node.name]);
  }
  const head =
    explained.length === 0
      ? 'Nothing changed: nothing would run.'
      : `${running.length} of ${plural(total, 'node')} would run; what reads a node whose rows come out the same is spared.`;
  return [head, ...[...groups].map(([text, names]) => `${names.join(', ')}\n${text}`)].join('\n\n');
}

/** The reasons of one node, a line or more each. */
export function drawReasons(reasons: readonly Explanation[]): string {
  if (reasons.length === 0) return '  unchanged';
  const parents = reasons.filter(({ part }) => part === 'parent');
  const others = reasons.filter(({ part }) => part !== 'parent');
  return [...few(others, SHOWN, 'more reason'), ...few(parents, PARENTS_SHOWN, 'more parent')].join('\n');
}

function few(reasons: readonly Explanation[], most: number, what: string): readonly string[] {
  const left = reasons.length - most;
  return [...reasons.slice(0, most).map(drawReason), ...(left > 0 ? [`  … and ${plural(left, what)}`] : [])];
}

function drawReason({ part, name, before, after, diff }: Explanation): string {
  const head = `  ${LABELS[part] ?? part}${name === null ? '' : ` ${name}`}`;
  if (part === 'relation') return `  ${name} is not there`;
  if (part === 'empty') return `  ${name} holds no row`;
  if (part === 'kind') return `  ${name} is no materialized view`;
  const isSilent = part === 'macro' || (before === null && after === null);
  const change = part === 'parent' ? ` (${short(after)})` : isSilent ? '' : `: ${short(before)} → ${short(after)}`;
  const shown = (diff ?? '').split('\n').filter((line) => line !== '');
  const more = shown.length - SHOWN;
  return [
    `${head}${change}`,
    ...shown.slice(0, SHOWN).map((line) => `    ${line}`),
    ...(more > 0 ? [`    … and ${plural(more, 'more line')}`] : []),
  ].join('\n');
}

const LABELS: Readonly<Record<string, string>> = {
  unanswered: 'requests that got no answer',
};

function short(value: string | null): string {
  const text = (value ?? 'none').replace(/\s+/g, ' ');
  return text.length > 100 ? `${text.slice(0, 99)}…` : text;
}
