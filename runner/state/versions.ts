import type { Graph, Node } from '../graph/types.ts';
import { hashOf } from '../util/hash.ts';
import { type Fingerprinter, showsItsParents, type Variant, type VersionOf } from './fingerprint.ts';
import type { BatchState, ByVariant, NodeState } from './types.ts';

/** What the target holds as a run goes on: read once at its start, then kept up with what the run publishes and lands. */
export interface Versions {
  /** The version in force of each node: of a source its batch, of the others what was published last. */
  readonly of: VersionOf;
  readonly stored: (id: string) => NodeState | undefined;
  readonly batch: (source: string) => BatchState | undefined;
  publish(id: string, state: NodeState): void;
  land(source: string, batch: BatchState): void;
  /** The sources that the run has landed so far. */
  readonly landed: () => ReadonlySet<string>;
}

export function createVersions(
  graph: Graph,
  nodes: ReadonlyMap<string, NodeState>,
  batches: ReadonlyMap<string, BatchState>,
): Versions {
  const published = new Map(nodes);
  const inForce = new Map(batches);
  const landed = new Set<string>();
  return {
    of(id, variant) {
      const node = graph.nodes.get(id);
      if (node?.type === 'source') return node.source.loader ? (inForce.get(node.name)?.version ?? null) : 'external';
      return published.get(id)?.versions[variant] ?? null;
    },
    stored: (id) => published.get(id),
    batch: (source) => inForce.get(source),
    publish: (id, state) => void published.set(id, state),
    land(source, batch) {
      inForce.set(source, batch);
      landed.add(source);
    },
    landed: () => landed,
  };
}

/**
 * How what was published compares with what stood there before; `unknown` when nothing stood there, `erased` when what is
 * other is that rows were erased: no reason for what keeps its own rows to run.
 */
export type Content = 'same' | 'other' | 'unknown' | 'erased';

/**
 * What is kept of a node when it is published: its parts move on, its version only with its content.
 * docs/decisions/0010 says why each rule is right.
 */
export function publishedState(
  fingerprinter: Fingerprinter,
  node: Node,
  versionOf: VersionOf,
  former: NodeState | undefined,
  content: Content,
): NodeState {
  const hashes = hashesOf(fingerprinter, node, versionOf);
  const isIncremental = node.type === 'model' && node.materialized === 'incremental';
  const isSame = (variant: Variant): boolean => isSameIn(fingerprinter, node, variant, versionOf, former);
  // Nothing that we know of has changed, and yet the content has: it must not pass for what it was.
  const isUnexplained = content !== 'erased' && isSame('') && (content !== 'same' || isIncremental);
  const parts = fingerprinter.parts(node, fingerprinter.variantOf(node), versionOf);
  const version = (variant: Variant): string => {
    const plain = fingerprinter.plainVersion(node, variant, versionOf);
    const before = former?.versions[variant];
    if (before === undefined || showsItsParents(node) || node.type === 'source') return plain;
    if (content === 'same' && former?.parts.hooks === parts.hooks) return before;
    if (isSame(variant) && !isUnexplained) return before;
    const wasPlain = !former?.hashes || former.hashes[variant] === before;
    return wasPlain && !isIncremental && !isUnexplained ? plain : hashOf([before, plain]);
  };
  return { parts, hashes, versions: byVariant(fingerprinter, version) };
}

/** The state of a node that is as it was published, with what its stored state lacks: a new variant, or newer parts. */
export function completedState(
  fingerprinter: Fingerprinter,
  node: Node,
  versionOf: VersionOf,
  stored: NodeState,
): NodeState {
  const hashes = hashesOf(fingerprinter, node, versionOf);
  const isSame = (variant: Variant): boolean => isSameIn(fingerprinter, node, variant, versionOf, stored);
  return {
    parts: fingerprinter.parts(node, fingerprinter.variantOf(node), versionOf),
    // In another variant than its own it may be due: then it keeps the hash that says so.
    hashes: byVariant(fingerprinter, (variant) => {
      const former = (stored.hashes ?? stored.versions)[variant];
      return former === undefined || isSame(variant) ? (hashes[variant] ?? '') : former;
    }),
    versions: byVariant(
      fingerprinter,
      (variant) => stored.versions[variant] ?? fingerprinter.plainVersion(node, variant, versionOf),
    ),
  };
}

/** Whether a node's fingerprint in a variant is the stored one. */
export function isSameIn(
  fingerprinter: Fingerprinter,
  node: Node,
  variant: Variant,
  versionOf: VersionOf,
  stored: NodeState | undefined,
): boolean {
  if (!stored) return false;
  const parts = fingerprinter.partsLike(stored, node, variant, fingerprinter.parts(node, variant, versionOf));
  return (stored.hashes ?? stored.versions)[variant] === hashOf(parts);
}

function hashesOf(fingerprinter: Fingerprinter, node: Node, versionOf: VersionOf): ByVariant {
  return byVariant(fingerprinter, (variant) => hashOf(fingerprinter.parts(node, variant, versionOf)));
}

function byVariant({ variants }: Fingerprinter, of: (variant: Variant) => string): ByVariant {
  return Object.fromEntries(variants.map((variant) => [variant, of(variant)]));
}
