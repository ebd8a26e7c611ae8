import type { Database } from '../adapters/types.ts';
import { Cancelled } from '../errors.ts';
import { pruneBatches } from '../state/prune-batches.ts';
import type { LoadedProject } from './load-project.ts';

/**
 * Drops old batches of the sources that a run has landed. What keeps it from that is told, and fails no run; a signal
 * comes too late to cancel one, and just ends it.
 */
export async function prune(
  db: Database,
  { graph, project }: LoadedProject,
  landed: ReadonlySet<string>,
  notice: (message: string) => void,
): Promise<void> {
  const { stateSchema, keepBatches, keepRuns } = project.config;
  if (keepBatches === null) return;
  for (const node of graph.nodes.values()) {
    if (node.type !== 'source' || node.source.mode !== 'replace' || !landed.has(node.name)) continue;
    try {
      const batches = await pruneBatches(db, stateSchema, node.name, node.relation, { keepBatches, keepRuns });
      if (batches.length > 0)
        notice(`${node.name}: no run needs the rows of batch ${batches.join(', ')} any more, and they were dropped`);
    } catch (error) {
      if (error instanceof Cancelled) return;
      if (!(error instanceof Error)) throw error;
      notice(`${node.name}: old batches were not dropped: ${error.message}`);
    }
  }
}
