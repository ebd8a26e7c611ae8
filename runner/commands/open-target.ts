import { withEmptyTables } from '../state/empty-tables.ts';
import { createStore, type Store } from '../state/store.ts';
import type { TargetState } from '../state/types.ts';
import { createVersions, type Versions } from '../state/versions.ts';
import type { LoadedProject } from './load-project.ts';
import { type OpenDatabase, withDatabase } from './open-database.ts';
import type { CommonArgs, Reporter } from './types.ts';

/** A target whose state is known. */
export interface OpenTarget extends OpenDatabase {
  readonly store: Store;
  readonly state: TargetState;
  readonly versions: Versions;
}

/** Connects, reads the target's state, does `work` and disconnects. */
export async function withTarget<T>(
  { target, graph, project }: LoadedProject,
  args: CommonArgs,
  reporter: Reporter,
  work: (target: OpenTarget) => Promise<T>,
): Promise<T> {
  const { timezone, stateSchema, flags } = project.config;
  return withDatabase({ target, timezone }, args, reporter, async (open) => {
    const schemas = [...new Set([...graph.nodes.values()].map(({ relation }) => relation.schema))];
    const store = createStore(open.db, open.connection, stateSchema);
    const state = await withEmptyTables(await store.peek(schemas), { graph, flags }, open.db.query);
    return work({ ...open, store, state, versions: createVersions(graph, state.nodes, state.batches) });
  });
}
