import type { Session } from '../adapters/types.ts';
import type { Node } from '../graph/types.ts';
import type { Store } from '../state/store.ts';
import type { TargetState } from '../state/types.ts';
import type { Content } from '../state/versions.ts';

/**
 * How what is published compares with what stood there. The same rows are believed to be the same only when nobody else
 * has written to the table in between: what others wrote there, descendants were not built from.
 */
export async function contentOf(
  { store, state }: { readonly store: Store; readonly state: TargetState },
  tx: Session,
  node: Node,
  identical: boolean,
): Promise<Content> {
  const { schema, name } = node.relation;
  if (!state.relations.has(`${schema}.${name}`)) return 'unknown';
  if (!identical || (node.type === 'model' && node.materialized === 'view')) return 'other';
  return (await store.isUntouched(tx, node.id, node.relation)) ? 'same' : 'other';
}
