import type { Strategy } from '../project/types.ts';
import type { ModelNode } from './types.ts';

/** How an incremental model's rows go into its table; the default replaces the rows of the keys that it gives. */
export function strategyOf({ config }: Pick<ModelNode, 'config'>): Strategy {
  return config.incremental_strategy ?? 'delete+insert';
}
