import type { Graph, ModelNode, Node } from './types.ts';

/** Whether a node is bound into what reads it instead of being built. */
export function isEphemeral(node: Node): boolean {
  return node.type === 'model' && node.materialized === 'ephemeral';
}

/** The ephemeral models that stand in the SQL of a node, each once, the nearest first. */
export function inlinedIn(graph: Graph, id: string): readonly ModelNode[] {
  const nearest = graph.dag
    .parents(id)
    .flatMap((parent) => graph.nodes.get(parent) ?? [])
    .filter((parent): parent is ModelNode => isEphemeral(parent));
  return [...new Set([...nearest, ...nearest.flatMap((parent) => inlinedIn(graph, parent.id))])];
}
