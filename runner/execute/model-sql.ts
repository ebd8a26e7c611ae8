import { bind } from '../compile/bind.ts';
import type { Graph, ModelNode, SourceNode } from '../graph/types.ts';
import { quoted } from '../util/sql.ts';

/** What stands for a source in SQL: its raw table, or the batch in force when SQL is to run. */
export type SourceSql = (source: SourceNode) => string;

/** The SQL of a model on its target. */
export function modelSql(graph: Graph, node: ModelNode, incremental: boolean, sourceOf: SourceSql): string {
  return bound(graph, node, incremental ? node.rendered.incrementalBody : node.rendered.body, sourceOf);
}

/** A text of a model, its SQL or a hook, with its placeholders replaced; an ephemeral model stands as a subquery. */
export function bound(graph: Graph, node: ModelNode, text: string, sourceOf: SourceSql): string {
  const named = new Map(
    graph.dag
      .parents(node.id)
      .flatMap((id) => graph.nodes.get(id) ?? [])
      .map((parent) => [parent.name, parent]),
  );
  return bind(text, {
    self: node.relation,
    ref: (name) => refSql(graph, name, sourceOf),
    source: (name) => {
      const source = named.get(name);
      return source?.type === 'source' ? sourceOf(source) : name;
    },
  });
}

/** What stands for a model or seed in the SQL of another. */
export function refSql(graph: Graph, name: string, sourceOf: SourceSql): string {
  const node = graph.nodes.get(graph.idOf(name));
  if (!node) return quoted({ schema: 'public', name });
  if (node.type !== 'model' || node.materialized !== 'ephemeral') return quoted(node.relation);
  // The line break keeps a comment on its last line from swallowing the parenthesis.
  return `(\n${modelSql(graph, node, false, sourceOf)}\n)`;
}
