import type { Graph, Node } from '../graph/types.ts';
import type { Link, NodeLink } from './types.ts';

/** Where the pages stand, from the root of the site. A path is that of the file; a link to it is encoded. */
export function nodePath({ type, name }: Pick<Node, 'type' | 'name'>): string {
  return `${type === 'source' ? 'sources' : 'nodes'}/${name}.html`;
}

export function nodeHref(node: Pick<Node, 'type' | 'name'>): string {
  return encodeURI(nodePath(node)).replaceAll('#', '%23').replaceAll('?', '%3F');
}

/** Ids of runs may be those of an orchestrator: whatever is no plain character is replaced. */
export function runPath(runId: string): string {
  return `runs/${runId.replace(/[^\w.-]/g, '_')}.html`;
}

export function columnAnchor(column: string): string {
  return `column-${column.replace(/\s/g, '_')}`;
}

export function linkTo(node: Node): NodeLink {
  return { text: node.name, href: nodeHref(node), type: node.type, description: firstSentence(descriptionOf(node)) };
}

/** To a column of a node, or to what the target remembers of a node that has gone. */
export function columnLink(graph: Graph, id: string, column: string): Link {
  const node = graph.nodes.get(id);
  const name = node?.name ?? nameIn(id);
  const href = node ? `${nodeHref(node)}#${encodeURIComponent(columnAnchor(column))}` : '';
  return { text: `${name}.${column}`, href };
}

/** Of the id of a node: `model.project.name`. */
export function nameIn(id: string): string {
  return id.split('.').slice(2).join('.');
}

export function descriptionOf(node: Node): string {
  return node.contract?.description ?? (node.type === 'source' ? node.source.description : '');
}

function firstSentence(text: string): string {
  return /^.*?[.!?](?=\s|$)/s.exec(text)?.[0] ?? text;
}
