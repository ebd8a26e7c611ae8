import type { Check } from '../contracts/types.ts';
import { describeThreshold } from '../contracts/verdict.ts';
import type { Node } from '../graph/types.ts';
import type { CheckHistory } from '../state/check-history.ts';
import { plural } from '../util/plural.ts';
import { nodeHref } from './places.ts';
import type { CheckView, Failure, NodeView } from './types.ts';
import { outcomeOf } from './words.ts';

const LETTERS: Readonly<Record<string, string>> = { PASSED: 'P', WARN: 'W', FAILED: 'F' };

/**
 * The checks of a node's contract with their last verdicts.
 * @param isReadable the reader of the site may see the node: else no figure of it is told, only counts of rows
 */
export function checksOf(node: Node, histories: readonly CheckHistory[], isReadable: boolean): readonly CheckView[] {
  const byPath = new Map(histories.map((history) => [history.path, history]));
  const personal = new Set((node.contract?.columns ?? []).flatMap(({ name, personal }) => (personal ? [name] : [])));
  return (node.contract?.checks ?? []).map((check, index) => {
    const points = byPath.get(check.path)?.points ?? [];
    const last = points.at(-1);
    const isFigure = check.type === 'aggregate' || check.type === 'metric';
    const isShown = !isFigure || (isReadable && !personal.has(check.column ?? ''));
    const passed = points.filter(({ outcome }) => outcome === 'PASSED').length;
    return {
      name: check.name,
      anchor: `check-${index + 1}`,
      column: check.column ?? '',
      type: check.type.replaceAll('_', ' '),
      threshold: describeThreshold(check),
      sql: sqlOf(check),
      status: last ? outcomeOf(last.outcome) : null,
      found: last === undefined ? '' : isShown ? last.message : 'The figure is not shown: it may be personal.',
      when: last ? last.startedAt.slice(0, 16).replace('T', ' ') : '',
      trend: points.map(({ outcome }) => LETTERS[outcome] ?? 'N').join(''),
      trendWords: last ? `${passed} of ${plural(points.length, 'time')} passed` : 'never evaluated',
    };
  });
}

/** What did not pass the last time, the failed before the warned. */
export function failuresOf(nodes: readonly NodeView[]): readonly Failure[] {
  const failures = nodes.flatMap((node) =>
    node.checks.flatMap(({ name, anchor, status, found, when }) =>
      status && status.key !== 'success'
        ? [{ node: linkOf(node), check: { text: name, href: `${node.href}#${anchor}` }, status, found, when }]
        : [],
    ),
  );
  return failures.toSorted((a, b) => severity(a) - severity(b));
}

function linkOf(node: NodeView): { readonly text: string; readonly href: string } {
  return { text: node.name, href: nodeHref(node) };
}

function severity({ status }: Failure): number {
  return ['failed', 'error', 'warned'].indexOf(status.key) >>> 0;
}

/** What a person has to read to know what is checked; empty where the name and the threshold say it all. */
function sqlOf(check: Check): string {
  const own =
    check.type === 'failed_rows' || check.type === 'metric' ? (check.query ?? check.expression ?? '').trim() : '';
  const where = check.filter === null ? [] : [`-- of the rows where\n${check.filter.trim()}`];
  return [own, ...where].filter((text) => text !== '').join('\n');
}
