import type { Graph, Node } from '../graph/types.ts';
import type { Fingerprinter, Versions } from './fingerprint.ts';
import type { TargetState } from './types.ts';

/** Why a node would run, in words: `body`, `contract`, `parent orders`, `never built`, … Empty when nothing changed. */
export type Reasons = readonly string[];

/** A source that something else fills or that `load` has landed, and an ephemeral model: no steps of a build. */
export function isStep(node: Node): boolean {
  if (node.type === 'source') return node.source.requests !== undefined;
  return node.type === 'seed' || node.materialized !== 'ephemeral';
}

/**
 * The reasons of every node to run, from what the target published and what the files say now; a node whose parent has
 * a reason has one too. A node that is compared without some macro (`ignore_changes`) follows its parents' reasons in
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
  for (const id of graph.dag.order) {
    const node = graph.nodes.get(id);
    if (!node) continue;
    if (node.type === 'model' && node.materialized === 'ephemeral')
      for (const changed of inVariant.values())
        if (graph.dag.parents(id).some((parent) => changed.has(parent))) changed.add(id);
    if (!isStep(node)) continue;
    const own = fingerprinter.variantOf(node);
    for (const [variant, changed] of inVariant) {
      const found = reasonsOf(graph, node, variant, changed, fingerprinter, versions, state);
      if (found.length > 0) changed.add(id);
      if (variant === own) reasons.set(id, found);
    }
    // A source that is asked may land other rows, and those count in every variant.
    if (node.type === 'source' && reasons.get(id)?.length) for (const changed of inVariant.values()) changed.add(id);
  }
  return reasons;
}

/** Whether a node's parts, as they stand now, are those it was published with. */
export function isUnchanged(node: Node, fingerprinter: Fingerprinter, versions: Versions, state: TargetState): boolean {
  return (
    isPresent(node, state) && differences(node, fingerprinter.variantOf(node), fingerprinter, versions).length === 0
  );
}

/**
 * Nodes that are as they were published, but were so before some variant existed: with their version in it, so that who
 * is compared in it from now on is not for ever due. Parents come first.
 */
export function fillVariants(
  graph: Graph,
  fingerprinter: Fingerprinter,
  versions: Versions,
  state: TargetState,
): readonly string[] {
  return graph.dag.order.filter((id) => {
    const node = graph.nodes.get(id);
    const stored = versions.stored(id);
    if (!node || !stored || fingerprinter.variants.every((variant) => stored.versions[variant] !== undefined))
      return false;
    if (!isUnchanged(node, fingerprinter, versions, state)) return false;
    versions.publish(id, fingerprinter.state(node, versions.of));
    return true;
  });
}

function reasonsOf(
  graph: Graph,
  node: Node,
  variant: string,
  changed: ReadonlySet<string>,
  fingerprinter: Fingerprinter,
  versions: Versions,
  state: TargetState,
): Reasons {
  if (!versions.stored(node.id)) return ['never built'];
  if (!isPresent(node, state)) return ['its relation is gone'];
  const parents = graph.dag.parents(node.id).filter((parent) => changed.has(parent));
  const named = (id: string): string => `parent ${graph.nodes.get(id)?.name ?? id}`;
  return [
    ...new Set([
      ...differences(node, variant, fingerprinter, versions).map((part) =>
        part.startsWith('parent:') ? named(part.slice('parent:'.length)) : part,
      ),
      ...parents.map(named),
    ]),
  ];
}

/** The parts that differ from the published ones: by part in the node's own variant, as a whole in another. */
function differences(node: Node, variant: string, fingerprinter: Fingerprinter, versions: Versions): readonly string[] {
  const stored = versions.stored(node.id);
  const now = fingerprinter.parts(node, variant, versions.of);
  if (variant !== fingerprinter.variantOf(node))
    return stored?.versions[variant] === fingerprinter.hash(now) ? [] : ['fingerprint'];
  const then = stored?.parts ?? {};
  return [...new Set([...Object.keys(now), ...Object.keys(then)])].filter((part) => now[part] !== then[part]);
}

function isPresent(node: Node, state: TargetState): boolean {
  return node.type === 'source' || state.relations.has(`${node.relation.schema}.${node.relation.name}`);
}
