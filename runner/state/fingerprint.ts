import type { Rendered } from '../compile/types.ts';
import { inlinedIn, isEphemeral } from '../graph/inlined.ts';
import type { Graph, Node } from '../graph/types.ts';
import type { UnitTest } from '../project/types.ts';
import { hashOf } from '../util/hash.ts';
import { detailsOf } from './details.ts';
import type { Details, Fingerprint, NodeState } from './types.ts';

/**
 * A variant names what a fingerprint must not see: the macros of `ignore_changes`, sorted and joined by a comma; `''`
 * sees everything. A node is compared in its own variant and keeps its version in every variant, for its descendants.
 */
export type Variant = string;

export interface Fingerprinter {
  /** Every variant that some node of the graph is compared in, `''` first. */
  readonly variants: readonly Variant[];
  readonly variantOf: (node: Node) => Variant;
  /** The parts of a node as its files and its parents' versions stand now. */
  parts(node: Node, variant: Variant, versionOf: VersionOf): Fingerprint;
  /** Those parts as the version of the runner would have written them that wrote a stored state. */
  partsLike(stored: NodeState, node: Node, variant: Variant, parts: Fingerprint): Fingerprint;
  /**
   * What a node's content follows from, as one hash. Of a view and an ephemeral model, whose rows are its parents', these are
   * its body and its parents' versions; of the others all their parts.
   */
  plainVersion(node: Node, variant: Variant, versionOf: VersionOf): string;
  /** What the parts are made of, to be kept beside them. */
  details(node: Node): Details;
}

/** The published version of a node in a variant, `null` when nothing is published. */
export type VersionOf = (id: string, variant: Variant) => string | null;

/**
 * @param renderFrozen a model rendered with some macros as their bare names
 * @param settingsOf what decides rows beside a node's own files: of a requested source how it is asked, of the others the time zone
 */
export function createFingerprinter(
  graph: Graph,
  renderFrozen: (node: Node, macros: readonly string[]) => Rendered | undefined,
  settingsOf: (node: Node) => unknown,
): Fingerprinter {
  const variants = ['', ...new Set([...graph.nodes.values()].map(variantOf).filter((variant) => variant !== ''))];
  const own = new Map<string, Fingerprint>();
  const renderedIn = (node: Node, variant: Variant): Rendered | undefined => {
    if (node.type !== 'model') return undefined;
    const frozen = frozenMacros(variant, node.rendered);
    return (frozen.length > 0 ? renderFrozen(node, frozen) : undefined) ?? node.rendered;
  };
  const ownIn = (node: Node, variant: Variant): Fingerprint => {
    const key = `${variant}\n${node.id}`;
    const known = own.get(key);
    if (known) return known;
    const tests = [node, ...inlinedIn(graph, node.id)].flatMap((one) => (one.type === 'model' ? one.unitTests : []));
    const parts = ownParts(node, renderedIn(node, variant), settingsOf, tests);
    own.set(key, parts);
    return parts;
  };
  const parentsIn = (node: Node, variant: Variant, versionOf: VersionOf): Fingerprint =>
    Object.fromEntries(
      [...new Set(graph.dag.parents(node.id))].map((id) => {
        const parent = graph.nodes.get(id);
        // An ephemeral model is published nowhere: its version is what it would be.
        const version =
          parent && isEphemeral(parent)
            ? fingerprinter.plainVersion(parent, variant, versionOf)
            : versionOf(id, variant);
        return [`parent:${id}`, version ?? 'none'];
      }),
    );
  const fingerprinter: Fingerprinter = {
    variants,
    variantOf,
    parts: (node, variant, versionOf) => ({ ...ownIn(node, variant), ...parentsIn(node, variant, versionOf) }),
    partsLike(stored, node, variant, parts) {
      if (node.type === 'source' || stored.parts.settings !== undefined) return parts;
      // There was no time zone, and no tests but a model's own.
      const { settings: _settings, 'unit tests': _tests, ...common } = parts;
      const former = { ...common, ...(node.type === 'model' ? testsPart(node.unitTests) : {}) };
      const rendered = renderedIn(node, variant);
      if (stored.hashes !== null || !rendered) return former;
      // The first version hashed the body as text, where a macro that is left out stood as a comment.
      const texts = [rendered.body, rendered.incrementalBody].map((sql) => sql.replace(/"macro:(\w+)"/g, '/* $1 */'));
      return { ...former, body: hashOf(texts) };
    },
    plainVersion(node, variant, versionOf) {
      if (!showsItsParents(node)) return hashOf(fingerprinter.parts(node, variant, versionOf));
      return hashOf({ body: ownIn(node, variant).body, ...parentsIn(node, variant, versionOf) });
    },
    details(node) {
      const variant = variantOf(node);
      const inlined = inlinedIn(graph, node.id).map((one) => [one, renderedIn(one, variant)?.body ?? ''] as const);
      return detailsOf(node, renderedIn(node, variant), settingsOf, new Map(inlined));
    },
  };
  return fingerprinter;
}

/** Whether a node holds no rows of its own. */
export function showsItsParents(node: Node): boolean {
  return isEphemeral(node) || (node.type === 'model' && node.materialized === 'view');
}

function variantOf(node: Node): Variant {
  return node.type === 'model' ? [...(node.config.ignore_changes ?? [])].sort().join(',') : '';
}

function ownParts(
  node: Node,
  rendered: Rendered | undefined,
  settingsOf: (node: Node) => unknown,
  unitTests: readonly UnitTest[],
): Fingerprint {
  const settings = hashOf(settingsOf(node));
  if (node.type === 'source') return { settings };
  const { tags: _tags, ...config } = node.config;
  const common = { config: hashOf(config), contract: node.contract?.hash ?? 'none', settings };
  if (node.type === 'seed')
    return { seed: hashOf([node.seed.header, node.seed.rows.map(({ cells }) => cells)]), ...common };
  const { before = [], after = [] } = rendered?.hooks ?? {};
  const hooks = before.length + after.length > 0 ? { hooks: hashOf([before, after]) } : {};
  return { body: rendered?.treeHash ?? 'none', ...common, ...testsPart(unitTests), ...hooks };
}

function testsPart(unitTests: readonly UnitTest[]): Fingerprint {
  return unitTests.length > 0 ? { 'unit tests': hashOf(unitTests.map(({ hash }) => hash)) } : {};
}

/** The macros of a variant that a model calls. */
export function frozenMacros(variant: Variant, { macros }: Rendered): readonly string[] {
  return variant === '' ? [] : variant.split(',').filter((macro) => macros.includes(macro));
}
