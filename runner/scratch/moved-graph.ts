import type { Graph, Node } from '../graph/types.ts';
import { hashOf } from '../util/hash.ts';
import type { Relation } from '../util/sql.ts';
import type { Scratch } from './types.ts';

/**
 * The graph with what is to be built in schemas of its own, each as a plain table: nothing there depends on what is
 * published. What is not built is where another build has put it.
 * @param prefix of the names of the schemas
 */
export function movedGraph(graph: Graph, prefix: string, isMoved: (id: string) => boolean, others?: Scratch): Graph {
  const moved = (node: Node): Node => {
    if (node.type === 'source' || !isMoved(node.id)) {
      const relation = others?.graph.nodes.get(node.id)?.relation;
      return relation && node.type !== 'source' ? { ...node, relation } : node;
    }
    const relation = { ...node.relation, schema: movedSchema(prefix, node.relation) };
    return node.type === 'seed' ? { ...node, relation } : { ...node, relation, materialized: 'table' };
  };
  return { ...graph, nodes: new Map([...graph.nodes].map(([id, node]) => [id, moved(node)])) };
}

/** Names stay, for SQL may use them as aliases; a schema each, for two relations may differ in it alone. */
export function movedSchema(prefix: string, { schema }: Pick<Relation, 'schema'>): string {
  return `${prefix}_${Buffer.byteLength(schema) <= 24 ? schema : hashOf(schema).slice(0, 24)}`;
}
