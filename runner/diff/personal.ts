import type { Contract } from '../contracts/types.ts';
import type { Graph, Node } from '../graph/types.ts';
import { DISAGREEMENT } from '../lineage/disagreement.ts';
import type { Lineage } from '../lineage/types.ts';
import { ownTags, tagColumns, untracedWords } from '../policy/tag-columns.ts';
import type { Tags } from '../policy/types.ts';
import { quoted } from '../util/sql.ts';
import { sqlOf } from './may-tell.ts';

/** A project at one commit, and where its columns come from. */
export interface Traced {
  readonly graph: Graph;
  readonly lineage: Lineage;
}

/** Of what nobody has judged: no declassification is of this kind. */
const UNKNOWN = 'unknown';
/** Stands for the columns of a model that nothing names. */
const ANY = '*';

/**
 * What the columns of both states carry of personal values. A tag of either state holds in both, so that a branch that takes one
 * away hides as before; of head, what base does not know counts too where no tag can reach it. What the base declassifies is
 * lifted, but for sums: two states of one tell what came in between. Of head it is lifted where nothing has changed of it.
 */
export function tagBoth(base: Traced, head: Traced): { readonly base: Tags; readonly head: Tags } {
  const own = (node: Node): ReadonlyMap<string, readonly string[]> =>
    together([base, head].flatMap(({ graph }) => graph.nodes.get(node.id) ?? []).flatMap((one) => [...ownTags(one)]));
  const before = tagColumns(base.graph, base.lineage, null, {
    own,
    isLifted: ({ id }, column, kind) => formOf(base.graph, id, column, kind) !== undefined,
  });
  const isPersonal = [...before.values()].some(({ carried }) => carried.size > 0);
  const isLost = losesTag(base, head, before);
  const after = tagColumns(head.graph, head.lineage, null, {
    own: (node) => {
      const names = isPersonal ? unjudged(base, head, node, isLost) : [];
      return together([...own(node), ...names.map((name) => [name, [UNKNOWN]] as const)]);
    },
    isLifted: (node, column, kind, above) => isApproved(base.graph, head.graph, { node, column, kind, above }),
  });
  return { base: before, head: after };
}

/** Whether a column carries any kind; of a model that could not be traced also one that nothing names. */
export function carries(tags: Tags, lineage: Lineage): (node: Pick<Node, 'id'>, column: string) => boolean {
  return ({ id }, column) => {
    const { columns = [], unresolved = [] } = lineage.get(id) ?? {};
    const carried = tags.get(id)?.carried ?? new Map();
    const isUnnamed = unresolved.length > 0 && !columns.some((one) => one.column === column);
    return carried.has(column) || (isUnnamed && carried.size > 0);
  };
}

/** With what each column carries as the tags of its contract, so that what is measured for checks is masked by it. */
export function withTags(graph: Graph, tags: Tags): Graph {
  const tagged = <Kind extends Node>(node: Kind): Kind => {
    const carried = tags.get(node.id)?.carried ?? new Map<string, never>();
    return node.contract && carried.size > 0 ? { ...node, contract: contractWith(node.contract, carried) } : node;
  };
  return { ...graph, nodes: new Map([...graph.nodes].map(([id, node]) => [id, tagged(node)])) };
}

/** A contract that does not name what its model carries can not say which of its columns does not. */
function contractWith(
  contract: Contract,
  carried: ReadonlyMap<string, readonly { readonly kind: string }[]>,
): Contract {
  const isAll = [...carried.keys()].some((name) => !contract.columns.some((column) => column.name === name));
  const columns = contract.columns.map((column) => {
    const kinds = carried.get(column.name)?.map(({ kind }) => kind) ?? (isAll ? [UNKNOWN] : null);
    return { ...column, personal: kinds };
  });
  return { ...contract, columns };
}

function together(all: readonly (readonly [string, readonly string[]])[]): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  for (const [column, kinds] of all)
    if (kinds.length > 0) found.set(column, [...new Set([...(found.get(column) ?? []), ...kinds])]);
  return found;
}

/** What a contract makes of personal data that a diff may show of single rows. */
function formOf({ nodes }: Graph, id: string, column: string, kind: string): string | undefined {
  return (nodes.get(id)?.contract?.declassify ?? []).find(
    ({ as, columns, kinds }) => as !== 'sum' && columns.includes(column) && kinds.includes(kind),
  )?.as;
}

interface Lift {
  readonly node: Node;
  readonly column: string;
  readonly kind: string;
  readonly above: Tags;
}

/** The SQL of the model and of all between the personal values and it is the base's. A band is as narrow as its seeds make it. */
function isApproved(base: Graph, head: Graph, { node, column, kind, above }: Lift): boolean {
  const form = formOf(base, node.id, column, kind);
  if (form === undefined || form !== formOf(head, node.id, column, kind)) return false;
  const bringsKind = (id: string): boolean =>
    [...(above.get(id)?.carried.values() ?? [])].some((tags) => tags.some((tag) => tag.kind === kind));
  const decisive = [...head.dag.ancestors(node.id)].filter(
    (id) => bringsKind(id) || (form === 'band' && head.nodes.get(id)?.type === 'seed'),
  );
  return [node.id, ...decisive].every((id) => textOf(base.nodes.get(id)) === textOf(head.nodes.get(id)));
}

function textOf(node: Node | undefined): string | undefined {
  return node?.type === 'seed'
    ? JSON.stringify([node.seed.header, node.seed.rows.map(({ cells }) => cells)])
    : sqlOf(node);
}

/**
 * Columns of a node of head that no tag of the base can be of: those of a source that the base does not have, or
 * has elsewhere; those of other SQL that can not be traced; and where a column is gone that its contract alone called
 * personal, all new ones: it may bear another name.
 */
function unjudged(base: Traced, head: Traced, node: Node, isLost: boolean): readonly string[] {
  const former = base.graph.nodes.get(node.id);
  if (node.type === 'source') {
    const known = former?.type === 'source' && quoted(former.relation) === quoted(node.relation) ? former : undefined;
    if (known) return node.source.columns.filter((name) => !known.source.columns.includes(name));
    return [...node.source.columns, ...readOf(head, node.id)];
  }
  const { columns = [], unresolved = [] } = head.lineage.get(node.id) ?? {};
  const isOpen = unresolved.length > 0;
  const untraced = columns
    .filter((one) => isOpen || untracedWords(one.unresolved).length > 0)
    .map(({ column }) => column);
  const known = namesOf(base, node.id);
  return [
    ...(sqlOf(former) === sqlOf(node) ? [] : [...untraced, ...(isOpen ? [ANY] : [])]),
    ...(isLost ? namesOf(head, node.id).filter((name) => !known.includes(name)) : []),
  ];
}

function readOf({ lineage }: Traced, id: string): readonly string[] {
  const refs = [...lineage.values()].flatMap(({ columns, conditions }) => [
    ...columns.flatMap(({ from }) => from),
    ...conditions,
  ]);
  return refs.flatMap(({ node, column }) => (node === id ? [column] : []));
}

/** A column that is tagged without being made of what is tagged is not there any more. */
function losesTag(base: Traced, head: Traced, before: Tags): boolean {
  return [...base.graph.nodes.values()].some(
    (node) =>
      node.type === 'model' &&
      [...ownTags(node)].some(
        ([column, kinds]) =>
          kinds.length > 0 && !before.get(node.id)?.reached.has(column) && !namesOf(head, node.id).includes(column),
      ),
  );
}

/** What the SQL of a model gives. */
function namesOf({ lineage }: Traced, id: string): readonly string[] {
  return (lineage.get(id)?.columns ?? []).flatMap(({ column, unresolved }) =>
    unresolved.includes(DISAGREEMENT.lost) ? [] : [column],
  );
}
