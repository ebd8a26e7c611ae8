import type { Graph, Node } from '../graph/types.ts';
import { namesRelation } from '../util/names-relation.ts';

/** Seeds and models with all that is needed to build them, and to ask the contracts of them: their ids. */
export function withAllRead(graph: Graph, ids: Iterable<string>): ReadonlySet<string> {
  const found = new Set<string>();
  const relations = [...graph.nodes.values()].filter(hasRelation);
  const visit = (id: string): void => {
    const node = graph.nodes.get(id);
    if (!node || found.has(id)) return;
    if (hasRelation(node)) found.add(id);
    for (const ancestor of graph.dag.ancestors(id)) visit(ancestor);
    if (!node.contract) return;
    // A contract may query what its model does not read.
    const text = JSON.stringify([node.contract.filter, node.contract.checks]);
    for (const other of relations) if (namesRelation(text, other.relation)) visit(other.id);
  };
  for (const id of ids) visit(id);
  return found;
}

/** Whether a node gets a relation of its own in a build. */
export function hasRelation(node: Node): boolean {
  return node.type === 'seed' || (node.type === 'model' && node.materialized !== 'ephemeral');
}
