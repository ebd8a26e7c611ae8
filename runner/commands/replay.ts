import { EXIT, RunnerError } from '../errors.ts';
import { hasRelation } from '../scratch/with-all-read.ts';
import type { RecordedRun } from '../state/recorded-run.ts';
import { plural } from '../util/plural.ts';
import type { LoadedProject } from './load-project.ts';
import { buildAgain } from './replay-build.ts';
import { type Compared, comparedOf } from './replay-compare.ts';
import { filesOf, type ReplayFiles } from './replay-files.ts';
import { findRun } from './replay-run.ts';
import { drawReplay, replayRows } from './replay-text.ts';
import { reasonsOf } from './replay-why.ts';
import type { Command, SelectionArgs } from './types.ts';

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
  const { compared, tables, now } = await buildAgain(
    loaded,
    run,
    { needed, compared: targets.compared },
    args,
    reporter,
  );
  requireBatches(loaded, now, needed);
  // What differs since is what a person who was forgotten had: neither it nor a total beside the one that is kept is told.
  const isForgotten = now.forgotten.length > 0;
  if (!isForgotten) for (const [title, result] of tables) reporter.table(title, result);
  const told = isForgotten ? compared.map(withoutExamples) : compared;
  const isEqual = compared.every(({ result }) => result === 'equal');
  const why = isEqual ? [] : reasonsOf(now, loaded, compared, files.unproven);
  if (args.output === 'json') reporter.answer(replayRows(told, why));
  else reporter.text(drawReplay(told, why));
  return isEqual ? EXIT.done : EXIT.failed;
};

function withoutExamples(one: Compared): Compared {
  return one.rows ? { ...one, rows: { ...one.rows, examples: [] } } : one;
}

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
  const built = [...needed].flatMap((id) => graph.nodes.get(id) ?? []).filter(hasRelation).length;
  return [
    `${run.command} ${run.runId} · day ${run.plan.day} · ${run.status} · files of the ${from}`,
    `  batches: ${batches.join(', ') || 'none'}`,
    `  building ${plural(built, 'node')} beside what is published`,
  ].join('\n');
}
