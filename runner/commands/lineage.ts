import type { TextResult } from '../adapters/types.ts';
import { EXIT } from '../errors.ts';
import { drawMermaid } from '../lineage/draw-mermaid.ts';
import { drawTree } from '../lineage/draw-tree.ts';
import { findColumns } from '../lineage/find-columns.ts';
import { traceProject } from '../lineage/trace-project.ts';
import type { ColumnRef, Lineage } from '../lineage/types.ts';
import { type Edge, type WalkOptions, walk } from '../lineage/walk.ts';
import { answerOf } from './answer.ts';
import { loadProject } from './load-project.ts';
import type { Command, CommonArgs } from './types.ts';

export interface LineageArgs extends CommonArgs {
  /** `model.column`, or a node for all of its columns. */
  readonly column: string;
  readonly direction: WalkOptions['direction'];
  /** Steps at the most; all without it. */
  readonly depth?: number;
  readonly conditions: boolean;
  readonly output: 'text' | 'json' | 'mermaid';
}

/** `runner lineage model.column`: what a column is made of, and what is made of it, from the SQL alone. */
export const lineage: Command<LineageArgs> = async (args, reporter) => {
  const { graph, cache } = await loadProject(args);
  const traced = await traceProject(graph, cache);
  cache.save();
  const starts = findColumns(graph, traced, args.column);
  const edges = walk(traced, starts, { ...args, depth: args.depth ?? Number.POSITIVE_INFINITY });
  const nameOf = (id: string): string => graph.nodes.get(id)?.name ?? id;
  if (args.output === 'json') reporter.answer(toAnswer(traced, starts, edges, nameOf));
  else if (args.output === 'mermaid') reporter.text(drawMermaid(starts, edges, nameOf));
  else reporter.text(drawTree(traced, starts, edges, args.direction, nameOf));
  return EXIT.done;
};

const COLUMNS = ['direction', 'depth', 'from', 'from_column', 'how', 'to', 'to_column', 'unresolved'];

/** A row for each step, and one without `from` for a column that comes from none or not from those alone. */
function toAnswer(
  traced: Lineage,
  starts: readonly ColumnRef[],
  edges: readonly Edge[],
  nameOf: (node: string) => string,
): TextResult {
  const steps = edges.map(({ direction, depth, from, how, to }) => [
    direction,
    String(depth),
    nameOf(from.node),
    from.column,
    how,
    nameOf(to.node),
    to.column,
    '[]',
  ]);
  const met = [...starts, ...edges.filter(({ direction }) => direction === 'up').map(({ from }) => from)];
  const ends = [...new Map(met.map((ref) => [JSON.stringify(ref), ref])).values()].flatMap((ref) => {
    const column = traced.get(ref.node)?.columns.find((candidate) => candidate.column === ref.column);
    if (!column || (column.from.length > 0 && column.unresolved.length === 0)) return [];
    return [['up', '0', null, null, null, nameOf(ref.node), ref.column, JSON.stringify(column.unresolved)]];
  });
  return answerOf(COLUMNS, [...steps, ...ends], ['depth', 'unresolved']);
}
