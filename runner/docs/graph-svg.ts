import dagre, { type Edge } from '@dagrejs/dagre';
import type { GraphData, GraphNode } from './chart-types.ts';
import { escapeHtml } from './escape-html.ts';

const HEIGHT = 28;
const MARGIN = 16;
/** Of a name in 12.5 px: wide enough for the widest system font. */
const CHARACTER = 7.5;

interface Drawn {
  readonly index: number;
  readonly node: GraphNode;
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

/**
 * The graph as a drawing that is whole without scripts: nodes are links with their description as a title, read from left to right.
 * Of all nodes, an edge that a longer way shows too is left out: nothing is reached less, and two edges in five remain to be followed.
 * @param root prefix of the nodes' pages
 * @param focus the name of a node: only what it reads, what reads it, and their edges are drawn
 */
export function graphSvg(data: GraphData, root: string, focus?: string): string {
  const drawn = focus === undefined ? reduced(data) : around(data, focus);
  const { nodes, edges, width, height } = layout(drawn);
  const label = focus === undefined ? 'Graph of what reads what' : `What ${focus} reads and what reads it`;
  return [
    `<div id="graph" class="graph${focus === undefined ? '' : ' graph-focus'}">`,
    `<svg class="graph-svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="group" aria-label="${escapeHtml(label)}">`,
    '<defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0.5 8 4 0 7.5z" fill="context-stroke"/></marker></defs>',
    '<g class="viewport">',
    ...edges,
    ...nodes.map((drawn) => box(drawn, root, focus)),
    `</g></svg></div>${focus === undefined ? legend() : ''}`,
  ].join('\n');
}

interface Part {
  readonly nodes: ReadonlyMap<number, GraphNode>;
  readonly edges: GraphData['edges'];
}

function around({ nodes, edges }: GraphData, focus: string): Part {
  const index = nodes.findIndex(({ name }) => name === focus);
  const own = edges.filter((edge) => edge.includes(index));
  const kept = new Set([index, ...own.flat()]);
  return { nodes: new Map([...nodes.entries()].filter(([at]) => kept.has(at))), edges: own };
}

function reduced({ nodes, edges }: GraphData): Part {
  const children = nodes.map((): number[] => []);
  for (const [parent, child] of edges) children[parent]?.push(child);
  const below = nodes.map((): Set<number> | undefined => undefined);
  const descendants = (index: number): Set<number> => {
    const known = below[index];
    if (known) return known;
    const found = new Set(children[index]?.flatMap((child) => [child, ...descendants(child)]));
    below[index] = found;
    return found;
  };
  const isLonger = (parent: number, child: number): boolean =>
    children[parent]?.some((other) => other !== child && descendants(other).has(child)) ?? false;
  return { nodes: new Map(nodes.entries()), edges: edges.filter(([parent, child]) => !isLonger(parent, child)) };
}

interface Layout {
  readonly nodes: readonly Drawn[];
  /** As SVG. */
  readonly edges: readonly string[];
  readonly width: number;
  readonly height: number;
}

function layout({ nodes, edges }: Part): Layout {
  const graph = new dagre.graphlib.Graph();
  // The default ranker takes a minute for a thousand nodes, this one 1.5 s, and with a hundred they draw about the same.
  const gaps = { nodesep: 8, edgesep: 6, ranksep: 36, marginx: MARGIN, marginy: MARGIN };
  graph.setGraph({ rankdir: 'LR', ranker: 'longest-path', ...gaps });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const [index, { name }] of nodes)
    graph.setNode(String(index), { width: Math.ceil(name.length * CHARACTER) + 40, height: HEIGHT });
  for (const [parent, child] of edges) graph.setEdge(String(parent), String(child));
  dagre.layout(graph);
  const size = graph.graph();
  return {
    nodes: graph.nodes().flatMap((id: string) => {
      const node = nodes.get(Number(id));
      const { x, y, width } = graph.node(id);
      return node ? [{ index: Number(id), node, x: x - width / 2, y: y - HEIGHT / 2, width }] : [];
    }),
    edges: graph.edges().map((edge: Edge) => {
      const [from, to] = [graph.node(edge.v), graph.node(edge.w)];
      const { points } = graph.edge(edge);
      // To the next column it goes straight.
      const between = points.length > 3 ? points.slice(1, -1) : [];
      const ends = [{ x: from.x + from.width / 2, y: from.y }, ...between, { x: to.x - to.width / 2, y: to.y }];
      return `<path class="edge" data-from="${edge.v}" data-to="${edge.w}" d="${curve(ends)}" marker-end="url(#arrow)"/>`;
    }),
    width: Math.ceil(size.width ?? 0),
    height: Math.ceil(size.height ?? 0),
  };
}

/** From point to point, leaving and arriving level, as `d3.curveBumpX` draws in the page. */
function curve(points: readonly { readonly x: number; readonly y: number }[]): string {
  return points
    .map(({ x, y }, index) => {
      const before = points[index - 1];
      if (!before) return `M${round(x)} ${round(y)}`;
      const middle = round((before.x + x) / 2);
      return `C${middle} ${round(before.y)} ${middle} ${round(y)} ${round(x)} ${round(y)}`;
    })
    .join('');
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function box({ index, node, x, y, width }: Drawn, root: string, focus?: string): string {
  const title = [
    `${node.name}: ${node.kind}${node.kind === node.type ? '' : ` ${node.type}`}`,
    node.folder && `in ${node.folder}`,
    node.status && `last result ${node.status}`,
    node.isPersonal && 'holds personal data',
  ]
    .filter(Boolean)
    .join(', ');
  const classes = ['node', `node-${node.type}`, node.status && `is-${node.status}`, node.name === focus && 'is-focus'];
  const attributes = {
    class: classes.filter(Boolean).join(' '),
    href: `${root}${node.href}`,
    transform: `translate(${round(x)} ${round(y)})`,
    'data-index': String(index),
    'data-name': node.name,
    'data-kind': node.kind,
    'data-folder': node.folder,
  };
  const written = Object.entries(attributes).map(([name, value]) => `${name}="${escapeHtml(value)}"`);
  return [
    `<a ${written.join(' ')}><title>${escapeHtml(title)}\n${escapeHtml(node.description)}</title>`,
    `<rect width="${width}" height="${HEIGHT}" rx="6"/>`,
    `<g transform="translate(10 ${HEIGHT / 2 - 5.5})">${icon(node.kind)}</g>`,
    `<text x="28" y="${HEIGHT / 2}" dy="0.35em">${escapeHtml(node.name)}</text>`,
    node.isPersonal ? `<g transform="translate(${width - 14.5} ${HEIGHT / 2 - 5.5})">${PERSONAL}</g>` : '',
    '</a>',
  ].join('');
}

function legend(): string {
  const entries = (['table', 'view', 'seed', 'source'] as const).map(
    (kind) =>
      `<li class="node-${kind === 'seed' || kind === 'source' ? kind : 'model'}">${sign(icon(kind))} ${kind}</li>`,
  );
  return `<ul class="legend graph-legend">${entries.join('')}<li>${sign(PERSONAL)} holds personal data</li></ul>`;
}

function sign(shape: string): string {
  return `<svg width="13" height="13" viewBox="-1 -1 13 13" aria-hidden="true">${shape}</svg>`;
}

const PERSONAL = '<circle class="personal" cx="5.5" cy="5.5" r="3"/>';

/** A shape for each kind, so that colour is not needed to tell them apart. */
function icon(kind: string): string {
  const shape =
    kind === 'source'
      ? '<ellipse cx="5.5" cy="2.5" rx="5" ry="2"/><path d="M.5 2.5v6c0 1.1 2.2 2 5 2s5-.9 5-2v-6"/>'
      : kind === 'seed'
        ? '<path d="M1.5.5h5l3 3v7h-8z"/><path d="M6.5.5v3h3"/>'
        : kind === 'view' || kind === 'ephemeral'
          ? '<path d="M.5 5.5s2-3.8 5-3.8 5 3.8 5 3.8-2 3.8-5 3.8-5-3.8-5-3.8z"/><circle cx="5.5" cy="5.5" r="1.5"/>'
          : '<path d="M.5 1.5h10v8h-10zM.5 4.5h10M4 4.5v5"/>';
  return `<g class="icon">${shape}</g>`;
}
