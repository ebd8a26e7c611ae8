import type { Node } from '../graph/types.ts';
import type { Fingerprinter } from './fingerprint.ts';
import type { NodeState, Publication } from './types.ts';

/**
 * All that is written of a node with what it publishes.
 * @param rows those that its SQL or file gave, `null` when not known
 */
export function publicationOf(
  fingerprinter: Fingerprinter,
  node: Node,
  state: NodeState,
  rows: number | null = null,
): Publication {
  const common = { nodeId: node.id, state, details: fingerprinter.details(node) };
  if (node.type === 'source') return common;
  const isIncremental = node.type === 'model' && node.materialized === 'incremental';
  const isProtected = isIncremental && node.config.full_refresh === false;
  return { ...common, built: { relation: node.relation, isProtected, rows: isIncremental ? null : rows } };
}
