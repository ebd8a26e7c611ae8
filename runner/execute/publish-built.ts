import type { Session } from '../adapters/types.ts';
import type { Node } from '../graph/types.ts';
import type { BuiltNode } from './build-node.ts';
import type { Written } from './materializations/types.ts';
import { type ExclusiveOptions, type ExclusiveStep, exclusively } from './publish/exclusive.ts';

export interface Publishing {
  readonly written: ReadonlyMap<Node, Written>;
  /**
   * What needs an exclusive lock, then grants, comments and hooks: the last that happens before the commit, since from
   * then on readers wait.
   * @param isLast false when the unit goes on, for nodes that read these
   * @returns whether other relations were made again with these
   */
  finish(isLast: boolean): Promise<boolean>;
}

export interface PublishOptions extends Required<Pick<ExclusiveOptions, 'patience' | 'inTurn'>> {
  readonly onNode: (node: Node) => void;
}

/**
 * Publishes what is built.
 * @param options how to get exclusive locks, and `onNode`, told which node it is about in case it fails
 */
export async function publishBuilt(
  tx: Session,
  built: readonly BuiltNode[],
  { patience, inTurn, onNode }: PublishOptions,
): Promise<Publishing> {
  const all = new Map<Node, Written>();
  const nodes = new Map<ExclusiveStep, Node>();
  for (const { node, publish } of built) {
    onNode(node);
    const { written, steps } = await publish();
    all.set(node, written);
    for (const step of steps) nodes.set(step, node);
  }
  return {
    written: all,
    async finish(isLast) {
      const onStep = (step: ExclusiveStep): void => onNode(nodes.get(step) as Node);
      await exclusively(tx, [...nodes.keys()], { patience, inTurn, isLast, onStep });
      for (const { node, afterwards } of built) {
        onNode(node);
        await afterwards();
      }
      return [...nodes.keys()].some((step) => step.remakes?.() ?? false);
    },
  };
}
