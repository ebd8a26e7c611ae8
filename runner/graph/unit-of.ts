import type { Node } from './types.ts';

/** What a node is run as one with: `transaction x`, or its own id. */
export function unitOf(node: Node): string {
  return node.type === 'model' && node.config.transaction ? `transaction ${node.config.transaction}` : node.id;
}
