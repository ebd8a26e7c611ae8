import { type Bound, bind, type Inlined } from '../compile/bind.ts';
import type { Graph, ModelNode, SourceNode } from '../graph/types.ts';
import type { Relation } from '../util/sql.ts';

/** What stands for a source in SQL: its raw table, or the batch in force when SQL is to run. */
export type SourceSql = (source: SourceNode) => string;

/** The SQL of a model on its target. */
export function modelSql(graph: Graph, node: ModelNode, incremental: boolean, sourceOf: SourceSql): string {
  return boundModel(graph, node, incremental, sourceOf).sql;
}

/** The SQL of a model on its target, with the way back to its rendered body. */
export function boundModel(graph: Graph, node: ModelNode, incremental: boolean, sourceOf: SourceSql): Bound {
  return bound(graph, node, incremental ? node.rendered.incrementalBody : node.rendered.body, sourceOf);
}

/** A text of a model, its SQL or a hook, with its placeholders replaced; an ephemeral model stands as a subquery. */
export function bound(graph: Graph, node: ModelNode, text: string, sourceOf: SourceSql): Bound {
  const named = new Map(
    graph.dag
      .parents(node.id)
      .flatMap((id) => graph.nodes.get(id) ?? [])
      .map((parent) => [parent.name, parent]),
  );
  return bind(text, {
    self: node.relation,
    ref: (name) => refOf(graph, name, sourceOf),
    source: (name) => {
      const source = named.get(name);
      return source?.type === 'source' ? sourceOf(source) : name;
    },
  });
}

/** What stands for a model or seed in the SQL of another. */
export function refOf(graph: Graph, name: string, sourceOf: SourceSql): Relation | Inlined {
  const node = graph.nodes.get(graph.idOf(name));
  if (!node) return { schema: 'public', name };
  if (node.type !== 'model' || node.materialized !== 'ephemeral') return node.relation;
  return { model: node.name, bound: boundModel(graph, node, false, sourceOf) };
}
