import type { Database } from '../adapters/types.ts';
import type { Node } from '../graph/types.ts';
import type { Affected } from './affected.ts';
import type { BuiltSides } from './node-diffs.ts';
import { compareRows, type RowsOptions } from './rows.ts';
import type { RowsDiff } from './types.ts';

export interface Measures {
  /** By id, of what is there on both sides. */
  readonly rows: ReadonlyMap<string, RowsDiff>;
}

/** Compares what was built on both sides, in SQL. */
export async function measure(
  db: Database,
  affected: readonly Affected[],
  sides: BuiltSides,
  options: RowsOptions,
): Promise<Measures> {
  const rows = new Map<string, RowsDiff>();
  for (const { id } of affected) {
    const [base, head] = [builtIn(sides.base, id), builtIn(sides.head, id)];
    if (base && head) rows.set(id, await compareRows(db, base, head, options));
  }
  return { rows };
}

/** A node with its table in the scratch schemas; of head, that of the base where head did not build it. */
function builtIn({ scratch }: BuiltSides['base'], id: string): Exclude<Node, { type: 'source' }> | undefined {
  const node = scratch.graph.nodes.get(id);
  return scratch.results.get(id)?.status === 'success' && node && node.type !== 'source' ? node : undefined;
}
