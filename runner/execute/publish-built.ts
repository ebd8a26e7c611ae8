import type { Session } from '../adapters/types.ts';
import type { Node } from '../graph/types.ts';
import type { BuiltNode } from './build-node.ts';
import type { Written } from './materializations/types.ts';
import { type ExclusiveStep, exclusively } from './publish/exclusive.ts';

export interface Publishing {
  readonly written: ReadonlyMap<Node, Written>;
  /**
   * What needs an exclusive lock, then grants, comments and hooks: the last that happens before the commit, since from
   * then on readers wait.
   * @param isLast false when the unit goes on, for nodes that read these
   */
  finish(isLast: boolean): Promise<void>;
}

/**
 * Publishes what is built.
 * @param patience milliseconds to try for exclusive locks
 * @param onNode told which node it is about, in case it fails
 */
export async function publishBuilt(
  tx: Session,
  built: readonly BuiltNode[],
  patience: number,
  onNode: (node: Node) => void,
): Promise<Publishing> {
  const all = new Map<Node, Written>();
  const exclusive: ExclusiveStep[] = [];
  for (const { node, publish } of built) {
    onNode(node);
    const { written, steps } = await publish();
    all.set(node, written);
    exclusive.push(...steps.map((step) => announced(step, () => onNode(node))));
  }
  return {
    written: all,
    async finish(isLast) {
      await exclusively(tx, exclusive, patience, isLast);
      for (const { node, afterwards } of built) {
        onNode(node);
        await afterwards();
      }
    },
  };
}

function announced(step: ExclusiveStep, announce: () => void): ExclusiveStep {
  const prepare = (): Promise<void> => {
    announce();
    return step.prepare();
  };
  return { ...step, prepare };
}
