import type { Graph, Node } from '../graph/types.ts';
import { DISAGREEMENT } from '../lineage/disagreement.ts';
import type { ColumnLineage, ColumnRef, Lineage, ModelLineage } from '../lineage/types.ts';
import type { PersonalConfig } from '../project/personal-types.ts';
import type { NodeTags, Tag, Tags } from './types.ts';

/** What starts a trail of personal data and what ends it: both are the words of contracts and sources.yml, unless told otherwise. */
export interface TagRules {
  readonly own: (node: Node) => ReadonlyMap<string, readonly string[]>;
  /** @param above what the nodes that the model reads carry */
  readonly isLifted: (node: Node, column: string, kind: string, above: Tags) => boolean;
}

/**
 * Which kinds of personal data each column carries: those of the columns that its value is made of, less what its model
 * declassifies, and those that its contract or sources.yml says. What steps into a schema that may not hold it goes no further.
 * @param personal the policy; without one every schema may hold all
 */
export function tagColumns(
  graph: Graph,
  lineage: Lineage,
  personal: PersonalConfig | null,
  rules: TagRules = { own: ownTags, isLifted: isDeclassified },
): Tags {
  const tags = new Map<string, NodeTags>();
  const arriving = ({ node: id, column }: ColumnRef): readonly string[] => {
    const node = graph.nodes.get(id);
    const kinds = (tags.get(id)?.carried.get(column) ?? []).map(({ kind }) => kind);
    return node ? kinds.filter((kind) => personal === null || mayHold(personal, node, kind)) : [];
  };
  const tag = (node: Node): NodeTags => {
    const { id } = node;
    const traced = lineage.get(id);
    const reached = new Map<string, readonly Tag[]>();
    if (traced) {
      const reads = [...graph.dag.parents(id), ...(readsItself(node) ? [id] : [])];
      const all = allRead(reads, tags, arriving);
      for (const column of columnsOf(node, traced)) reached.set(column.column, tagsOf(column, traced, all, arriving));
    }
    const rows = traced ? eachKind([...fromOf(traced.conditions, arriving), ...rowsInlined(graph, id, tags)]) : [];
    return { reached: withoutEmpty(reached), carried: carriedBy(node, reached, tags, rules), rows };
  };
  for (const id of graph.dag.order) {
    const node = graph.nodes.get(id);
    if (!node) continue;
    // What reads its own columns finds more in them each turn, until there is no more.
    for (let before = -1, found = 0; found > before; ) {
      before = found;
      const own = tag(node);
      tags.set(id, own);
      found = readsItself(node) ? [...own.carried.values()].flat().length : before;
    }
  }
  return tags;
}

/** An ephemeral model holds nothing: what it makes is judged where it is read. */
export function mayHold({ schemas, models }: PersonalConfig, node: Node, kind: string): boolean {
  if (node.type === 'model' && node.materialized === 'ephemeral') return true;
  return [schemas[node.relation.schema], models[node.name]?.kinds].some((kinds) => kinds?.includes(kind));
}

/** `source.column → … → node.column`, in the names of the nodes, from where the kind was first said. */
export function pathOf(graph: Graph, tags: Tags, { from, kind }: Tag): readonly string[] {
  if (from === null) return [];
  const before = tags
    .get(from.node)
    ?.carried.get(from.column)
    ?.find((tag) => tag.kind === kind);
  const name = graph.nodes.get(from.node)?.name ?? from.node;
  // What a model reads of itself may go round in a circle.
  const isOwn = before?.from?.node === from.node;
  return [...(before && !isOwn ? pathOf(graph, tags, before) : []), `${name}.${from.column}`];
}

/** Those that were traced, and those that only the contract knows where something could not be. */
function columnsOf({ contract }: Node, traced: ModelLineage): readonly ColumnLineage[] {
  const known = new Set(traced.columns.map(({ column }) => column));
  const others = traced.unresolved.length > 0 ? (contract?.columns ?? []) : [];
  return [
    ...traced.columns,
    ...others.flatMap(({ name }) => (known.has(name) ? [] : { column: name, from: [], unresolved: [] })),
  ];
}

function tagsOf(
  { from, unresolved }: ColumnLineage,
  traced: ModelLineage,
  all: readonly Tag[],
  arriving: (ref: ColumnRef) => readonly string[],
): readonly Tag[] {
  const isUntraced = untracedWords(unresolved).length > 0 || traced.unresolved.length > 0;
  const known = fromOf(from, arriving);
  return isUntraced ? [...known, ...all.map((tag): Tag => ({ ...tag, untraced: true }))] : known;
}

/** That a contract and its SQL disagree is told by others: it hides nothing. */
export function untracedWords(unresolved: readonly string[]): readonly string[] {
  const told: readonly string[] = Object.values(DISAGREEMENT);
  return unresolved.filter((word) => !told.includes(word));
}

function readsItself(node: Node): boolean {
  return node.type === 'model' && node.rendered.incrementalBody.includes('"this:');
}

/** Every kind that nodes carry. */
function allRead(
  nodes: readonly string[],
  tags: Tags,
  arriving: (ref: ColumnRef) => readonly string[],
): readonly Tag[] {
  const refs = nodes.flatMap((node) =>
    [...(tags.get(node)?.carried.keys() ?? [])].map((column): ColumnRef => ({ node, column })),
  );
  return fromOf(refs, arriving);
}

function fromOf(refs: readonly ColumnRef[], arriving: (ref: ColumnRef) => readonly string[]): readonly Tag[] {
  return refs.flatMap(({ node, column }) =>
    arriving({ node, column }).map((kind): Tag => ({ kind, from: { node, column } })),
  );
}

/** Of the models whose SQL stands in this one. */
function rowsInlined(graph: Graph, id: string, tags: Tags): readonly Tag[] {
  return graph.dag.parents(id).flatMap((parent) => {
    const node = graph.nodes.get(parent);
    return node?.type === 'model' && node.materialized === 'ephemeral' ? (tags.get(parent)?.rows ?? []) : [];
  });
}

function carriedBy(
  node: Node,
  reached: ReadonlyMap<string, readonly Tag[]>,
  above: Tags,
  { own, isLifted }: TagRules,
): ReadonlyMap<string, readonly Tag[]> {
  const carried = new Map(
    [...own(node)].map(([column, kinds]) => [column, kinds.map((kind): Tag => ({ kind, from: null }))]),
  );
  for (const [column, found] of reached) {
    // What could not be traced can't be judged either.
    const isUntraced = found.some(({ untraced }) => untraced);
    const kept = found.filter(({ kind }) => isUntraced || !isLifted(node, column, kind, above));
    // The way is told rather than the column's own word.
    carried.set(column, [...eachKind([...kept, ...(carried.get(column) ?? [])])]);
  }
  return withoutEmpty(carried);
}

function isDeclassified({ contract }: Node, column: string, kind: string): boolean {
  return (contract?.declassify ?? []).some(({ columns, kinds }) => columns.includes(column) && kinds.includes(kind));
}

/** Of its contract, or of sources.yml. */
export function ownTags(node: Node): ReadonlyMap<string, readonly string[]> {
  const said =
    node.type === 'source'
      ? (node.source.personal ?? []).map(({ column, kinds }) => [column, kinds] as const)
      : (node.contract?.columns ?? []).map(({ name, personal }) => [name, personal ?? []] as const);
  return new Map(said);
}

/** The first of each kind. */
function eachKind(tags: readonly Tag[]): readonly Tag[] {
  const first = new Map<string, Tag>();
  for (const tag of tags) if (!first.has(tag.kind)) first.set(tag.kind, tag);
  return [...first.values()];
}

function withoutEmpty(map: ReadonlyMap<string, readonly Tag[]>): ReadonlyMap<string, readonly Tag[]> {
  return new Map([...map].filter(([, tags]) => tags.length > 0));
}
