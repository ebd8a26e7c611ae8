import type { Graph, Node } from '../graph/types.ts';
import type { Lineage } from '../lineage/types.ts';
import type { Declassified } from './types.ts';

/** All that contracts declassify, in the order of the graph: what is shown of persons, in what form and why. */
export function declassified(graph: Graph): readonly Declassified[] {
  return graph.dag.order.flatMap((id) => ofNode(graph.nodes.get(id)));
}

/**
 * By node and column, the declassifications that its value rests on, here or further up. Two sums of what persons earn that differ
 * by one person tell that one's: what rests on a `sum` is not to be compared in public.
 */
export function restsOn(
  graph: Graph,
  lineage: Lineage,
): ReadonlyMap<string, ReadonlyMap<string, readonly Declassified[]>> {
  const found = new Map<string, ReadonlyMap<string, readonly Declassified[]>>();
  for (const id of graph.dag.order) {
    const own = ofNode(graph.nodes.get(id));
    const columns = (lineage.get(id)?.columns ?? []).map(({ column, from }) => {
      const above = from.flatMap((ref) => found.get(ref.node)?.get(ref.column) ?? []);
      return [column, [...new Set([...own.filter((entry) => entry.column === column), ...above])]] as const;
    });
    found.set(id, new Map(columns.filter(([, entries]) => entries.length > 0)));
  }
  return found;
}

function ofNode(node: Node | undefined): readonly Declassified[] {
  return (node?.contract?.declassify ?? []).flatMap(({ columns, kinds, as, reason }) =>
    columns.map((column) => ({ model: node?.name ?? '', column, kinds, as, reason })),
  );
}
