import type { Rendered } from '../compile/types.ts';
import type { Graph, Node } from '../graph/types.ts';
import type { TestRows, UnitTest } from '../project/types.ts';
import { hashOf } from '../util/hash.ts';
import type { BatchState, Fingerprint, NodeState } from './types.ts';

/**
 * A variant names what a fingerprint must not see: the macros of `ignore_changes`, sorted and joined by a comma; `''`
 * sees everything. A node is compared in its own variant and keeps its hash in every variant, for its descendants.
 */
export type Variant = string;

export interface Fingerprinter {
  /** Every variant that some node of the graph is compared in, `''` first. */
  readonly variants: readonly Variant[];
  readonly variantOf: (node: Node) => Variant;
  /** The parts of a node as its files and its parents' versions stand now. */
  parts(node: Node, variant: Variant, versionOf: VersionOf): Fingerprint;
  /** What is kept of a node when it is published. */
  state(node: Node, versionOf: VersionOf): NodeState;
  hash(parts: Fingerprint): string;
}

/** The published version of a node in a variant, `null` when nothing is published. */
export type VersionOf = (id: string, variant: Variant) => string | null;

/**
 * @param renderFrozen a model rendered with some macros as their bare names
 * @param sourceSettings what decides the rows of a requested source beside its requests
 */
export function createFingerprinter(
  graph: Graph,
  renderFrozen: (node: Node, macros: readonly string[]) => Rendered | undefined,
  sourceSettings: (node: Node) => unknown,
): Fingerprinter {
  const variants = ['', ...new Set([...graph.nodes.values()].map(variantOf).filter((variant) => variant !== ''))];
  const own = new Map<string, Fingerprint>();
  // An ephemeral model is published with its readers: its version is what it says now.
  const version = (id: string, variant: Variant, versionOf: VersionOf): string | null => {
    const node = graph.nodes.get(id);
    return node?.type === 'model' && node.materialized === 'ephemeral'
      ? hashOf(fingerprinter.parts(node, variant, versionOf))
      : versionOf(id, variant);
  };
  const fingerprinter: Fingerprinter = {
    variants,
    variantOf,
    hash: hashOf,
    state: (node, versionOf) => ({
      parts: fingerprinter.parts(node, variantOf(node), versionOf),
      versions: Object.fromEntries(
        variants.map((variant) => [variant, hashOf(fingerprinter.parts(node, variant, versionOf))]),
      ),
    }),
    parts(node, variant, versionOf) {
      const key = `${variant}\n${node.id}`;
      const mine = own.get(key) ?? ownParts(node, variant, renderFrozen, sourceSettings);
      own.set(key, mine);
      const parents = new Set(graph.dag.parents(node.id));
      return {
        ...mine,
        ...Object.fromEntries([...parents].map((id) => [`parent:${id}`, version(id, variant, versionOf) ?? 'none'])),
      };
    },
  };
  return fingerprinter;
}

function variantOf(node: Node): Variant {
  return node.type === 'model' ? [...(node.config.ignore_changes ?? [])].sort().join(',') : '';
}

function ownParts(
  node: Node,
  variant: Variant,
  renderFrozen: (node: Node, macros: readonly string[]) => Rendered | undefined,
  sourceSettings: (node: Node) => unknown,
): Fingerprint {
  if (node.type === 'source') return { settings: hashOf(sourceSettings(node)) };
  const contract = node.contract ? hashOf(withoutPlaces(node.contract)) : 'none';
  const { tags: _tags, ...config } = node.config;
  if (node.type === 'seed')
    return {
      seed: hashOf([node.seed.header, node.seed.rows.map(({ cells }) => cells)]),
      config: hashOf(config),
      contract,
    };
  const frozen = variant === '' ? [] : variant.split(',').filter((macro) => node.rendered.macros.includes(macro));
  const rendered = (frozen.length > 0 ? renderFrozen(node, frozen) : undefined) ?? node.rendered;
  const tests = node.unitTests.length > 0 ? { 'unit tests': hashOf(node.unitTests.map(testContent)) } : {};
  return { body: rendered.treeHash, config: hashOf(config), contract, ...tests };
}

/** A unit test without its place and description. */
function testContent({ name, asOf, vars, given, expect }: UnitTest): unknown {
  const cells = ({ rows }: TestRows): unknown => rows.map((row) => row.cells);
  const inputs = Object.fromEntries(Object.entries(given).map(([input, rows]) => [input, cells(rows)]));
  return { name, asOf, vars, given: inputs, expect: cells(expect) };
}

/** A contract without the lines that its faults point at: moving a check changes nothing. */
function withoutPlaces(contract: unknown): unknown {
  return JSON.parse(
    JSON.stringify(contract, (key, value: unknown) => (key === 'line' || key === 'file' ? undefined : value)),
  );
}

/** What the target holds as a run goes on: read once at its start, then kept up with what the run publishes and lands. */
export interface Versions {
  /** The version in force of each node: of a source its batch, of the others what was published last. */
  readonly of: VersionOf;
  readonly stored: (id: string) => NodeState | undefined;
  readonly batch: (source: string) => BatchState | undefined;
  publish(id: string, state: NodeState): void;
  land(source: string, batch: BatchState): void;
}

export function createVersions(
  graph: Graph,
  nodes: ReadonlyMap<string, NodeState>,
  batches: ReadonlyMap<string, BatchState>,
): Versions {
  const published = new Map(nodes);
  const landed = new Map(batches);
  return {
    of(id, variant) {
      const node = graph.nodes.get(id);
      if (node?.type === 'source') return node.source.loader ? (landed.get(node.name)?.version ?? null) : 'external';
      return published.get(id)?.versions[variant] ?? null;
    },
    stored: (id) => published.get(id),
    batch: (source) => landed.get(source),
    publish: (id, state) => void published.set(id, state),
    land: (source, batch) => void landed.set(source, batch),
  };
}
