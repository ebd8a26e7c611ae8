import type { Graph } from '../graph/types.ts';
import type { Declassified } from './types.ts';

/** All that contracts declassify, in the order of the graph: what is shown of persons, in what form and why. */
export function declassified(graph: Graph): readonly Declassified[] {
  return graph.dag.order.flatMap((id) => {
    const node = graph.nodes.get(id);
    return (node?.contract?.declassify ?? []).flatMap(({ columns, kinds, as, reason }) =>
      columns.map((column) => ({ model: node?.name ?? id, column, kinds, as, reason })),
    );
  });
}
