import { format } from 'sql-formatter';
import type { Graph, ModelNode } from '../graph/types.ts';
import { shortDiff } from '../util/line-diff.ts';
import { sqlLines } from '../util/sql-lines.ts';
import type { DiffSide } from './affected.ts';

/** Lines shown around each change. */
const CONTEXT = 3;

/**
 * How the SQL of a model differs, macros expanded and relations by their names, laid out alike on both sides so that only
 * words count; `null` when it does not.
 */
export function sqlDiff(
  base: ModelNode | undefined,
  head: ModelNode | undefined,
  sides: { readonly base: DiffSide; readonly head: DiffSide },
): string | null {
  const [then, now] = [linesOf(sides.base.graph, base), linesOf(sides.head.graph, head)];
  return shortDiff(then, now, CONTEXT) || null;
}

/** How a model's own file differs, as it is written: `null` where comments and layout alone do. */
export function ownText(base: string, head: string): string | null {
  const words = (template: string): string => sqlLines(template.replace(/\{#[\s\S]*?#\}/g, ' ')).join('\n');
  const linesOf = (template: string): readonly string[] => template.trimEnd().split('\n');
  return words(base) === words(head) ? null : shortDiff(linesOf(base), linesOf(head), CONTEXT);
}

function linesOf(graph: Graph, node: ModelNode | undefined): readonly string[] {
  if (!node) return [];
  const { body, incrementalBody } = node.rendered;
  const again =
    incrementalBody === body ? [] : ['', '-- incremental:', ...laidOut(named(graph, node, incrementalBody))];
  return [...laidOut(named(graph, node, body)), ...again];
}

/** An ephemeral model stands as its name: what changes in it is told at it. */
function named(graph: Graph, node: ModelNode, body: string): string {
  const relations = new Map(graph.dag.parents(node.id).map((id) => [graph.nodes.get(id)?.name, graph.nodes.get(id)]));
  return body.replace(/"(ref|source|this):([^"]*)"/g, (_text, kind: string, name: string) => {
    const { relation } = (kind === 'this' ? node : relations.get(name)) ?? {};
    return relation ? `${relation.schema}.${relation.name}` : name;
  });
}

/** By the formatter, where it leaves every word in its place. */
function laidOut(sql: string): readonly string[] {
  const lines = sql.split('\n').map((line) => line.trimEnd());
  try {
    const formatted = format(sql, { language: 'postgresql', expressionWidth: 100 });
    const isSame = sqlLines(formatted).join('\n') === sqlLines(sql).join('\n');
    return isSame ? formatted.split('\n') : lines;
  } catch {
    // It knows less of the grammar than the server.
    return lines;
  }
}
