import type { TextResult } from '../adapters/types.ts';
import { EXIT, RunnerError } from '../errors.ts';
import { hasFailed, type NodeResult } from '../execute/types.ts';
import { traceProject } from '../lineage/trace-project.ts';
import { buildScratch } from '../scratch/build-scratch.ts';
import type { ScratchSpace } from '../scratch/scratch-space.ts';
import type { Scratch } from '../scratch/types.ts';
import { isBuilt } from '../scratch/with-all-read.ts';
import { type RecordedRun, recordedRun } from '../state/recorded-run.ts';
import { plural } from '../util/plural.ts';
import { identifier, quoted } from '../util/sql.ts';
import type { LoadedProject } from './load-project.ts';
import { withScratch } from './open-scratch.ts';
import { comparedOf, compareKept } from './replay-compare.ts';
import { filesOf, type ReplayFiles } from './replay-files.ts';
import { findRun } from './replay-run.ts';
import { drawReplay, replayRows } from './replay-text.ts';
import { reasonsOf } from './replay-why.ts';
import type { Command, Reporter, SelectionArgs } from './types.ts';

export interface ReplayArgs extends SelectionArgs {
  /** Its id, its label, or `last`. */
  readonly run?: string;
  readonly output: 'text' | 'json';
}

/**
 * `runner replay RUN`: builds what a recorded run built once more beside the live data, from its own batches, files, day and
 * variables, and compares. Takes no lock and records nothing.
 */
export const replay: Command<ReplayArgs> = async (args, reporter) => {
  requireNoDay(args);
  const run = await findRun(args.run ?? 'last', args, reporter);
  const files = await filesOf(args, run, (loaded) => standingIn(loaded, targetsOf(loaded, run, args)));
  const { loaded } = files;
  const targets = targetsOf(loaded, run, args);
  if (targets.compared.length === 0) throw nothingKept(run, args);
  const needed = standingIn(loaded, targets);
  requireBatches(loaded, run, needed);
  reporter.line(headOf(run, files, loaded, needed));
  const lineage = await traceProject(loaded.graph, loaded.cache);
  const { compared, tables, now } = await withScratch(loaded, args, reporter, async (space) => {
    const scratch = await build(space, loaded, run, needed, args, reporter);
    return {
      compared: await compareKept(space, loaded.graph, scratch, targets.compared, lineage),
      tables: await summaryOf(space, loaded, scratch),
      // Asked anew: batches may have been dropped, and persons forgotten, while it was built.
      now: await recordedRun(space.db, loaded.project.config.stateSchema, run.runId),
    };
  });
  requireBatches(loaded, now, needed);
  for (const [title, result] of tables) reporter.table(title, result);
  const isEqual = compared.every(({ result }) => result === 'equal');
  const why = isEqual ? [] : reasonsOf(now, loaded, compared, files.unproven);
  if (args.output === 'json') reporter.answer(replayRows(compared, why));
  else reporter.text(drawReplay(compared, why));
  return isEqual ? EXIT.done : EXIT.failed;
};

/** @throws RunnerError `OPTIONS_CONFLICT` */
function requireNoDay({ asOf, vars }: ReplayArgs): void {
  if (asOf === undefined && (vars ?? []).length === 0) return;
  throw new RunnerError({
    code: 'OPTIONS_CONFLICT',
    message: 'the day and the variables of a replay are those of the run',
    found: asOf === undefined ? '--vars' : '--as-of',
    hint: 'Leave them away. What another day would give: runner pipeline --as-of DAY.',
  });
}

interface Targets {
  /** Ids of what is compared, in the order of a build. */
  readonly compared: readonly string[];
  /** Ids of the tables that project.yml wants to see. */
  readonly summary: readonly string[];
}

function targetsOf({ graph, project }: LoadedProject, run: RecordedRun, args: ReplayArgs): Targets {
  const compared = comparedOf(graph, run, args);
  return { compared, summary: project.config.summary.map(({ model }) => graph.idOf(model)) };
}

/** Ids of all that stands in them: themselves, and what they read. */
function standingIn({ graph }: LoadedProject, { compared, summary }: Targets): ReadonlySet<string> {
  const ids = [...compared, ...summary].filter((id) => graph.nodes.has(id));
  return new Set(ids.flatMap((id) => [id, ...graph.dag.ancestors(id)]));
}

function nothingKept(run: RecordedRun, { select, exclude }: ReplayArgs): RunnerError {
  const isPart = select !== undefined || exclude !== undefined;
  return new RunnerError({
    code: 'REPLAY_NOTHING',
    message: isPart
      ? `nothing of the selection is kept of ${run.command} ${run.runId}`
      : `${run.command} ${run.runId} wrote no history, and later runs have published all that it built anew: there is nothing to compare with`,
    expected:
      'models with a group_key that the run wrote; of a run that wrote none, tables that are published as it published them',
    hint: isPart ? 'Leave the selection away.' : 'runner replay last',
  });
}

/** @throws RunnerError `REPLAY_PRUNED` when the rows of a batch that the run read are gone */
function requireBatches({ graph, project }: LoadedProject, run: RecordedRun, needed: ReadonlySet<string>): void {
  const gone = [...needed].flatMap((id) => {
    const node = graph.nodes.get(id);
    const batch = node?.type === 'source' ? run.batches.get(node.name) : undefined;
    return batch?.prunedAt
      ? [`${node?.name} batch ${batch.batchId}, dropped ${batch.prunedAt.slice(0, 16).replace('T', ' ')}`]
      : [];
  });
  if (gone.length === 0) return;
  const { keepBatches, keepRuns } = project.config;
  throw new RunnerError({
    code: 'REPLAY_PRUNED',
    message: `the rows that ${run.command} ${run.runId} read are no longer kept`,
    expected: `batches that are kept: of each source the last ${keepBatches}, and those that the last ${keepRuns ?? ''} runs read`,
    found: gone.join('; '),
    hint: 'Its history stays as it is. To keep more from now on: keep_batches and keep_runs of project.yml; for the past, a backup.',
  });
}

function headOf(
  run: RecordedRun,
  { from }: ReplayFiles,
  { graph }: LoadedProject,
  needed: ReadonlySet<string>,
): string {
  const batches = [...needed].flatMap((id) => {
    const node = graph.nodes.get(id);
    if (node?.type !== 'source') return [];
    const batch = run.batches.get(node.name);
    return batch ? [`${node.name} ${batch.batchId} (${plural(batch.rowCount, 'row')})`] : [];
  });
  const built = [...needed].flatMap((id) => graph.nodes.get(id) ?? []).filter(isBuilt).length;
  return [
    `${run.command} ${run.runId} · day ${run.plan.day} · ${run.status} · files of the ${from}`,
    `  batches: ${batches.join(', ') || 'none'}`,
    `  building ${plural(built, 'node')} beside what is published`,
  ].join('\n');
}

async function build(
  space: ScratchSpace,
  loaded: LoadedProject,
  run: RecordedRun,
  needed: ReadonlySet<string>,
  { threads, signal }: ReplayArgs,
  reporter: Reporter,
): Promise<Scratch> {
  const { graph } = loaded;
  const nodes = [...needed].filter((id) => {
    const node = graph.nodes.get(id);
    return node && isBuilt(node);
  });
  return buildScratch(space, {
    ...loaded,
    side: 'replay',
    nodes: new Set(nodes),
    audited: new Set(),
    batches: run.batches,
    run: { id: run.runId, label: run.label, startedAt: new Date(run.plan.made?.startedAt ?? run.startedAt) },
    threads,
    signal,
    emit: (event) => {
      if (event.type === 'node_finished' && isOwnFailure(event.result)) reporter.emit(event);
    },
  });
}

function isOwnFailure({ status }: NodeResult): boolean {
  return hasFailed(status) && status !== 'upstream_failed';
}

/** The tables that project.yml wants to see, by title, as they were on that day. */
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
