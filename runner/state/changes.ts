import { isEphemeral } from '../graph/inlined.ts';
import type { Graph, Node } from '../graph/types.ts';
import type { Fingerprinter, Variant } from './fingerprint.ts';
import type { TargetState } from './types.ts';
import { completedState, isSameIn, type Versions } from './versions.ts';

/** Why a node would run. Empty when nothing changed. */
export type Reasons = readonly Reason[];

export interface Reason {
  /** `never built`, `relation` (it is gone), `kind` (a table stands for a materialized view), `empty` (it holds no row, and a flag says that it has to), `parent`, or a part of the fingerprint: `body`, `config`, `contract`, `seed`, … */
  readonly part: string;
  /** The id of a parent. */
  readonly parent?: string;
}

/** What a build makes: neither a source that something else fills or that `load` has landed, nor an ephemeral model. */
export function isStep(node: Node): boolean {
  return node.type === 'source' ? node.source.requests !== undefined : !isEphemeral(node);
}

/**
 * The reasons of every node to run, from what the target published and what the files say now; a node whose parent may
 * change has one too. A node that is compared without some macro (`ignore_changes`) follows its parents' changes in
 * that variant only.
 */
export function findChanges(
  graph: Graph,
  fingerprinter: Fingerprinter,
  versions: Versions,
  state: TargetState,
): ReadonlyMap<string, Reasons> {
  const inVariant = new Map(fingerprinter.variants.map((variant) => [variant, new Set<string>()]));
  const reasons = new Map<string, Reasons>();
  const changedParents = (id: string, variant: Variant): readonly string[] =>
    [...new Set(graph.dag.parents(id))].filter((parent) => inVariant.get(variant)?.has(parent));
  for (const id of graph.dag.order) {
    const node = graph.nodes.get(id);
    if (!node) continue;
    if (isEphemeral(node)) {
      for (const [variant, changed] of inVariant) if (changedParents(id, variant).length > 0) changed.add(id);
      continue;
    }
    if (!isStep(node)) continue;
    const own = fingerprinter.variantOf(node);
    const found = reasonsOf(node, changedParents(id, own), fingerprinter, versions, state);
    reasons.set(id, found);
    // What does not run changes in no variant.
    if (found.length === 0) continue;
    for (const [variant, changed] of inVariant) {
      // A source that is asked may land other rows, and those count in every variant.
      const mayChange =
        variant === own ||
        node.type === 'source' ||
        changedParents(id, variant).length > 0 ||
        !isPublished(node, versions, state) ||
        !isSameIn(fingerprinter, node, variant, versions.of, versions.stored(id));
      if (mayChange) changed.add(id);
    }
  }
  return reasons;
}

/** Ids of the steps that `changed` stands for. */
export function changedSteps({
  graph,
  fingerprinter,
  versions,
  state,
}: {
  readonly graph: Graph;
  readonly fingerprinter: Fingerprinter;
  readonly versions: Versions;
  readonly state: TargetState;
}): readonly string[] {
  const reasons = findChanges(graph, fingerprinter, versions, state);
  return [...reasons].filter(([, found]) => found.length > 0).map(([id]) => id);
}

/** Whether a node's parts, as they stand now, are those it was published with. */
export function isUnchanged(node: Node, fingerprinter: Fingerprinter, versions: Versions, state: TargetState): boolean {
  return isPublished(node, versions, state) && differences(node, fingerprinter, versions).length === 0;
}

/** Steps that were not built yet on what has landed since, of a source that they read themselves or through ephemeral models. */
export function behindSources({
  graph,
  fingerprinter,
  versions,
}: {
  readonly graph: Graph;
  readonly fingerprinter: Fingerprinter;
  readonly versions: Versions;
}): readonly Node[] {
  const isLanded = (part: string): boolean => {
    const parent = graph.nodes.get(part.slice(PARENT.length));
    return part.startsWith(PARENT) && parent !== undefined && (parent.type === 'source' || isEphemeral(parent));
  };
  return [...graph.nodes.values()].filter(
    (node) => node.type !== 'source' && isStep(node) && differences(node, fingerprinter, versions).some(isLanded),
  );
}

/** Before the id of a parent, in the name of a part. */
const PARENT = 'parent:';

/**
 * Nodes that are as they were published, but whose stored state lacks something: it was written by an older version of
 * the runner, or before some variant existed. They get it, so that who is compared in it from now on is not for ever due.
 * Parents come first.
 */
export function completeStates(
  graph: Graph,
  fingerprinter: Fingerprinter,
  versions: Versions,
  state: TargetState,
): readonly Node[] {
  return graph.dag.order.flatMap((id) => {
    const node = graph.nodes.get(id);
    const stored = versions.stored(id);
    if (!node || !stored) return [];
    const isComplete =
      stored.hashes !== null &&
      stored.parts.settings !== undefined &&
      fingerprinter.variants.every((variant) => stored.versions[variant] !== undefined);
    if (isComplete || !isUnchanged(node, fingerprinter, versions, state)) return [];
    versions.publish(id, completedState(fingerprinter, node, versions.of, stored));
    return [node];
  });
}

function reasonsOf(
  node: Node,
  changedParents: readonly string[],
  fingerprinter: Fingerprinter,
  versions: Versions,
  state: TargetState,
): Reasons {
  if (!versions.stored(node.id)) return [{ part: 'never built' }];
  const lack = lackOf(node, state);
  const different = differences(node, fingerprinter, versions);
  const parents = different.filter((part) => part.startsWith(PARENT)).map((part) => part.slice(PARENT.length));
  return [
    ...(lack === undefined ? [] : [{ part: lack }]),
    ...different.filter((part) => !part.startsWith(PARENT)).map((part) => ({ part })),
    ...[...new Set([...parents, ...changedParents])].map((parent) => ({ part: 'parent', parent })),
  ];
}

/** The parts that differ from the published ones, in the node's own variant. */
function differences(node: Node, fingerprinter: Fingerprinter, versions: Versions): readonly string[] {
  const stored = versions.stored(node.id);
  const then = stored?.parts ?? {};
  const variant = fingerprinter.variantOf(node);
  const parts = fingerprinter.parts(node, variant, versions.of);
  const now = stored ? fingerprinter.partsLike(stored, node, variant, parts) : parts;
  return [...new Set([...Object.keys(now), ...Object.keys(then)])].filter((part) => now[part] !== then[part]);
}

function isPublished(node: Node, versions: Versions, state: TargetState): boolean {
  return versions.stored(node.id) !== undefined && lackOf(node, state) === undefined;
}

/** `relation` when there is none, `kind` when a swap has put a table in the place of a materialized view, `empty` when it is to hold rows. */
function lackOf(node: Node, state: TargetState): 'relation' | 'kind' | 'empty' | undefined {
  if (node.type === 'source') return undefined;
  const kind = state.relations.get(`${node.relation.schema}.${node.relation.name}`);
  if (kind === undefined) return 'relation';
  if (state.empty.has(node.id)) return 'empty';
  return node.type === 'model' && node.materialized === 'materialized_view' && kind !== 'm' ? 'kind' : undefined;
}
