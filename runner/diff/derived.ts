import type { Graph, Node } from '../graph/types.ts';
import type { ColumnRef, Lineage } from '../lineage/types.ts';

/**
 * Tells which columns are made of some others, over any number of models, the others themselves included. Of a column that could not
 * be traced, all that its model reads counts.
 * @param roots columns that hold personal values
 * @param isLifted columns that tell nothing of them any more, as the contracts of the base declassify them: not a sum, which two
 * states tell apart, and nothing that only the head declares
 */
export function derivedFrom(
  { nodes, dag }: Graph,
  lineage: Lineage,
  roots: readonly ColumnRef[],
  isLifted: (ref: ColumnRef) => boolean = () => false,
): (node: Pick<Node, 'id'>, column: string) => boolean {
  const found = new Map<string, Set<string>>();
  const add = ({ node, column }: ColumnRef): unknown => found.set(node, (found.get(node) ?? new Set()).add(column));
  const has = ({ node, column }: ColumnRef): boolean => found.get(node)?.has(column) ?? false;
  for (const root of roots) add(root);
  for (const id of dag.order.filter((one) => nodes.has(one))) {
    const model = lineage.get(id);
    for (const { column, from, unresolved } of model?.columns ?? []) {
      const isUnknown = unresolved.length > 0 || (model?.unresolved.length ?? 0) > 0;
      const isMade = from.some(has) || (isUnknown && dag.parents(id).some((parent) => found.has(parent)));
      if (isMade && !isLifted({ node: id, column })) add({ node: id, column });
    }
  }
  return ({ id }, column) => has({ node: id, column });
}
