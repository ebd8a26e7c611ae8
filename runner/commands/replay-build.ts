import type { TextResult } from '../adapters/types.ts';
import { hasFailed, type NodeResult } from '../execute/types.ts';
import { traceProject } from '../lineage/trace-project.ts';
import { buildScratch } from '../scratch/build-scratch.ts';
import { type ScratchSpace, withScratchSpace } from '../scratch/scratch-space.ts';
import type { Scratch } from '../scratch/types.ts';
import { hasRelation } from '../scratch/with-all-read.ts';
import { type RecordedRun, recordedRun } from '../state/recorded-run.ts';
import { identifier, quoted } from '../util/sql.ts';
import type { LoadedProject } from './load-project.ts';
import { withDatabase } from './open-database.ts';
import { type Compared, compareKept } from './replay-compare.ts';
import type { CommonArgs, Reporter } from './types.ts';

/** What a run built, built once more. */
export interface BuiltAgain {
  readonly compared: readonly Compared[];
  /** The tables that project.yml wants to see, by title, as they were on that day. */
  readonly tables: ReadonlyMap<string, TextResult>;
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
        tables: await summaryOf(space, loaded, scratch),
        now: await recordedRun(space.db, stateSchema, run.runId),
      };
    }),
  );
}

function isOwnFailure({ status }: NodeResult): boolean {
  return hasFailed(status) && status !== 'upstream_failed';
}

async function summaryOf(
  { db }: ScratchSpace,
  { graph, project }: LoadedProject,
  scratch: Scratch,
): Promise<ReadonlyMap<string, TextResult>> {
  const tables = new Map<string, TextResult>();
  for (const { title, model, columns, order_by } of project.config.summary) {
    const id = graph.idOf(model);
    const relation = scratch.graph.nodes.get(id)?.relation;
    if (!relation || scratch.results.get(id)?.status !== 'success') continue;
    const list = columns?.map(identifier).join(', ') ?? '*';
    const order = order_by ? ` order by ${order_by}` : '';
    tables.set(title, await db.query(`select ${list} from ${quoted(relation)}${order}`));
  }
  return tables;
}
