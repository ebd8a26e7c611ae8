import type { Graph, Node } from '../graph/types.ts';
import type { ColumnLineage, Lineage } from '../lineage/types.ts';

/**
 * Whether a column is personal by its contract or made of one that is, whatever its own contract says: a total too. What could not
 * be traced is taken for it where its model reads any such column.
 */
export function comesFromPersonal(graph: Graph, lineage: Lineage): (node: Node, column: string) => boolean {
  const carried = new Map<string, ReadonlySet<string>>();
  for (const id of graph.dag.order) {
    const contract = graph.nodes.get(id)?.contract;
    const traced = lineage.get(id);
    const readsAny = graph.dag.parents(id).some((parent) => (carried.get(parent)?.size ?? 0) > 0);
    const isMadeOf = ({ from, unresolved }: ColumnLineage): boolean =>
      from.some((origin) => carried.get(origin.node)?.has(origin.column)) ||
      (readsAny && unresolved.length + (traced?.unresolved.length ?? 0) > 0);
    carried.set(
      id,
      new Set([
        ...(contract?.columns ?? []).flatMap(({ name, personal }) => (personal === null ? [] : [name])),
        ...(traced?.columns ?? []).filter(isMadeOf).map(({ column }) => column),
      ]),
    );
  }
  return ({ id }, column) => carried.get(id)?.has(column) ?? false;
}
