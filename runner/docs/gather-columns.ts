import type { Graph, Node } from '../graph/types.ts';
import type { ColumnLineage, Derivation, Lineage } from '../lineage/types.ts';
import { ownTags } from '../policy/tag-columns.ts';
import type { Tags } from '../policy/types.ts';
import { columnAnchor, columnLink, linkTo } from './places.ts';
import type { ColumnView, Link, NodeLink, Origin } from './types.ts';

/** What columns come from and go into, both ways. */
export interface Traces {
  /** The columns of the node's output with what they are made of. */
  columnsOf(node: Node): readonly ColumnLineage[];
  /** By `id column`. */
  readonly goesInto: ReadonlyMap<string, readonly Origin[]>;
  /** By id: the columns that models read of it, which may be more than it declares. */
  readonly read: ReadonlyMap<string, ReadonlySet<string>>;
  /** By id: models whose rows are decided by a column of the node. */
  readonly decides: ReadonlyMap<string, readonly NodeLink[]>;
}

/** Turns the lineage, one step back of each model, round. */
export function tracesOf(graph: Graph, lineage: Lineage): Traces {
  const goesInto = new Map<string, Origin[]>();
  const read = new Map<string, Set<string>>();
  const decides = new Map<string, Map<string, NodeLink>>();
  for (const node of byName(graph)) {
    const traced = lineage.get(node.id);
    for (const { column, from } of traced?.columns ?? [])
      for (const origin of from)
        add(goesInto, keyOf(origin.node, origin.column), {
          ...columnLink(graph, node.id, column),
          how: HOW[origin.how],
        });
    const origins = [...(traced?.columns ?? []).flatMap(({ from }) => from), ...(traced?.conditions ?? [])];
    for (const { node: id, column } of origins) read.set(id, (read.get(id) ?? new Set()).add(column));
    for (const { node: id } of traced?.conditions ?? []) {
      const models = decides.get(id) ?? new Map<string, NodeLink>();
      decides.set(id, models.set(node.id, linkTo(node)));
    }
  }
  return {
    columnsOf: (node) => lineage.get(node.id)?.columns ?? [],
    goesInto,
    read,
    decides: new Map([...decides].map(([id, models]) => [id, [...models.values()]])),
  };
}

/** The columns of a node: those of its contract, then those that its SQL, its file or its source has besides. */
export function columnsOf(graph: Graph, node: Node, traces: Traces, tags: Tags | undefined): readonly ColumnView[] {
  const specs = new Map((node.contract?.columns ?? []).map((spec) => [spec.name, spec]));
  const traced = new Map(traces.columnsOf(node).map((one) => [one.column, one]));
  const given = node.type === 'seed' ? node.seed.header : node.type === 'source' ? node.source.columns : [];
  const read = traces.read.get(node.id) ?? [];
  const kinds = kindsOf(node, tags);
  return [...new Set([...specs.keys(), ...traced.keys(), ...given, ...read])].map((name) => {
    const spec = specs.get(name);
    const line = traced.get(name);
    return {
      name,
      anchor: columnAnchor(name),
      type: spec?.dataType ?? '',
      description: spec?.description ?? '',
      personal: kinds.get(name) ?? [],
      tags: spec?.tags ?? [],
      from: (line?.from ?? []).map(({ node: id, column, how }) => ({
        ...columnLink(graph, id, column),
        how: HOW[how],
      })),
      to: traces.goesInto.get(keyOf(node.id, name)) ?? [],
      unresolved: line?.unresolved ?? [],
    };
  });
}

/** Columns that decide which rows a model has. */
export function conditionsOf(graph: Graph, lineage: Lineage, id: string): readonly Link[] {
  return (lineage.get(id)?.conditions ?? []).map(({ node, column }) => columnLink(graph, node, column));
}

export function byName(graph: Graph): readonly Node[] {
  return [...graph.nodes.values()].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

/** The kinds of personal data by column: what it carries, or where the project has no policy what is said of it. */
function kindsOf(node: Node, tags: Tags | undefined): ReadonlyMap<string, readonly string[]> {
  const carried = tags?.get(node.id)?.carried;
  return carried ? new Map([...carried].map(([name, own]) => [name, own.map(({ kind }) => kind)])) : ownTags(node);
}

const HOW: Readonly<Record<Derivation, string>> = { copy: 'copied', computed: 'computed', aggregate: 'aggregated' };

function keyOf(id: string, column: string): string {
  return `${id} ${column}`;
}

function add<T>(map: Map<string, T[]>, key: string, item: T): void {
  const items = map.get(key);
  if (items) items.push(item);
  else map.set(key, [item]);
}
