import type { Database } from '../adapters/types.ts';
import { withEmptyTables } from '../state/empty-tables.ts';
import { createStore, type Store } from '../state/store.ts';
import type { TargetState } from '../state/types.ts';
import { createVersions, type Versions } from '../state/versions.ts';
import type { LoadedProject } from './load-project.ts';
import type { CommonArgs, Reporter } from './types.ts';

/** A target that is only read: no lock, no record, no table made. */
export interface OpenTarget {
  /** Its work ends when the signal comes. */
  readonly db: Database;
  /** The same server for what is done after the signal, too. */
  readonly lasting: Database;
  readonly store: Store;
  readonly state: TargetState;
  readonly versions: Versions;
}

/** Connects, reads the target's state, does `work` and disconnects. */
export async function withTarget<T>(
  loaded: LoadedProject,
  { signal, threads }: CommonArgs,
  reporter: Reporter,
  work: (target: OpenTarget) => Promise<T>,
): Promise<T> {
  const config = await loaded.target.connect((message) => reporter.emit({ type: 'notice', message }), signal);
  const { openDatabase } = await import('../adapters/postgres.ts');
  // A preview has no run: models that write one down get a name that says so.
  const settings = {
    TimeZone: loaded.project.config.timezone,
    'runner.run_id': 'preview',
    'runner.run_label': 'preview',
    'runner.run_started_at': new Date().toISOString(),
  };
  const lasting = openDatabase(config, { max: threads + 2, applicationName: 'runner', settings });
  const db = lasting.until(signal);
  try {
    const schemas = [...new Set([...loaded.graph.nodes.values()].map(({ relation }) => relation.schema))];
    const store = createStore(db, config, loaded.project.config.stateSchema);
    const { graph, project } = loaded;
    const state = await withEmptyTables(await store.peek(schemas), { graph, flags: project.config.flags }, db.query);
    return await work({
      db,
      lasting,
      store,
      state,
      versions: createVersions(loaded.graph, state.nodes, state.batches),
    });
  } finally {
    await lasting.close();
  }
}
