import { hasFailed, type NodeResult } from '../execute/types.ts';
import { traceProject } from '../lineage/trace-project.ts';
import { buildScratch } from '../scratch/build-scratch.ts';
import { withScratchSpace } from '../scratch/scratch-space.ts';
import { hasRelation } from '../scratch/with-all-read.ts';
import { type RecordedRun, recordedRun } from '../state/recorded-run.ts';
import type { LoadedProject } from './load-project.ts';
import { withDatabase } from './open-database.ts';
import { type Compared, compareKept } from './replay-compare.ts';
import { summaryTables } from './steps.ts';
import type { CommonArgs, Reporter } from './types.ts';

/** What a run built, built once more. */
export interface BuiltAgain {
  readonly compared: readonly Compared[];
  /** The tables that project.yml wants to see, by title, as they were on that day. */
  readonly tables: Awaited<ReturnType<typeof summaryTables>>;
  /** The run's record afterwards: batches may have been dropped, and persons forgotten, while it was built. */
  readonly now: RecordedRun;
}

/**
 * Builds in throw-away schemas, and compares with what is kept.
 * @param ids of what is built, with all that it reads, and of what is compared
 */
export async function buildAgain(
  loaded: LoadedProject,
  run: RecordedRun,
  { needed, compared }: { readonly needed: ReadonlySet<string>; readonly compared: readonly string[] },
  args: CommonArgs,
  reporter: Reporter,
): Promise<BuiltAgain> {
  const { graph, project, target, cache } = loaded;
  const { timezone, stateSchema } = project.config;
  const nodes = [...needed].flatMap((id) => graph.nodes.get(id) ?? []).filter(hasRelation);
  const lineage = await traceProject(graph, cache);
  return withDatabase({ target, timezone }, args, reporter, (open) =>
    withScratchSpace(open, async (space) => {
      const scratch = await buildScratch(space, {
        ...loaded,
        side: 'replay',
        nodes: new Set(nodes.map(({ id }) => id)),
        audited: new Set(),
        batches: run.batches,
        run: { id: run.runId, label: run.label, startedAt: new Date(run.plan.made?.startedAt ?? run.startedAt) },
        threads: args.threads,
        signal: args.signal,
        emit: (event) => {
          if (event.type === 'node_finished' && isOwnFailure(event.result)) reporter.emit(event);
        },
      });
      return {
        compared: await compareKept(space, graph, scratch, compared, lineage),
        tables: await summaryTables(scratch.graph, project, space.db.query),
        now: await recordedRun(space.db, stateSchema, run.runId),
      };
    }),
  );
}

function isOwnFailure({ status }: NodeResult): boolean {
  return hasFailed(status) && status !== 'upstream_failed';
}
