import type { Graph, Node } from '../graph/types.ts';
import type { ColumnRef, Lineage } from '../lineage/types.ts';

/**
 * Tells which columns are made of what sources and contracts tag as personal.
 * @param declared whose declassifications end the trail: not those of a sum, for two states of one tell what came in between
 */
export function madeOfPersonal(
  graph: Graph,
  lineage: Lineage,
  declared = graph,
): (node: Pick<Node, 'id'>, column: string) => boolean {
  const isLifted = ({ node, column }: ColumnRef): boolean =>
    (declared.nodes.get(node)?.contract?.declassify ?? []).some(
      ({ as, columns }) => as !== 'sum' && columns.includes(column),
    );
  return derivedFrom(graph, lineage, personalColumns(graph), isLifted);
}

/** By their own tags, in contracts and sources.yml. */
function personalColumns({ nodes }: Graph): readonly ColumnRef[] {
  return [...nodes.values()].flatMap((node) => {
    const columns = (node.contract?.columns ?? []).filter(({ personal }) => personal !== null).map(({ name }) => name);
    const landed = node.type === 'source' ? (node.source.personal ?? []).map(({ column }) => column) : [];
    return [...columns, ...landed].map((column) => ({ node: node.id, column }));
  });
}

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
