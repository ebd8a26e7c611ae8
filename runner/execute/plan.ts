import type { Graph, Node } from '../graph/types.ts';
import { unitOf } from '../graph/unit-of.ts';
import { isStep } from '../state/changes.ts';

export interface PlanOptions {
  /** Sources that are asked whatever they know, as long as the run has other work. */
  readonly isForced: (node: Node) => boolean;
  /** Whether a node that is not selected may join for a forced source. */
  readonly mayJoin: (id: string) => boolean;
  /** A node is built without the others of its transaction. */
  readonly alone?: boolean;
}

/**
 * The nodes that a run of the selected ones builds, in the graph's order: sources that need no question are left out,
 * a node of a transaction brings the others of it, a forced source joins with all that reads it.
 */
export function planNodes(
  graph: Graph,
  selected: readonly string[],
  { isForced, mayJoin, alone = false }: PlanOptions,
): readonly string[] {
  const wanted = new Set(selected.filter((id) => is(graph, id, isStep)));
  const units = new Set([...graph.nodes.values()].filter(({ id }) => wanted.has(id)).map(unitOf));
  for (const node of graph.nodes.values()) if (!alone && units.has(unitOf(node))) wanted.add(node.id);
  if (wanted.size > 0) {
    for (const { id } of [...graph.nodes.values()].filter(isForced)) {
      for (const reader of [id, ...graph.dag.descendants(id)])
        if (mayJoin(reader) && is(graph, reader, isStep)) wanted.add(reader);
    }
  }
  return graph.dag.order.filter((id) => wanted.has(id));
}

function is(graph: Graph, id: string, test: (node: Node) => boolean): boolean {
  const node = graph.nodes.get(id);
  return node !== undefined && test(node);
}
