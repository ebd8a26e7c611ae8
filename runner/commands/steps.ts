import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { TextResult } from '../adapters/types.ts';
import type { Artifacts } from '../artifacts/artifacts.ts';
import { Cancelled, EXIT, type Fault, RunnerError } from '../errors.ts';
import { planNodes } from '../execute/plan.ts';
import { type Emit, hasFailed, type NodeResult } from '../execute/types.ts';
import type { Node, SourceNode } from '../graph/types.ts';
import type { Landing } from '../landing/land.ts';
import { isStep } from '../state/changes.ts';
import { findOrphans, orphansNotice } from '../state/orphans.ts';
import { identifier, quoted } from '../util/sql.ts';
import { stopwatch } from '../util/timings.ts';
import { choose, chosenBefore, planOf } from './choose.ts';
import type { OpenRun, RunEnd } from './open-run.ts';
import type { Reporter } from './types.ts';

/** Sources that `load` can land by itself: they have a loader and need no model's requests. */
export function landedSources(run: Pick<OpenRun, 'graph'>): readonly SourceNode[] {
  return [...run.graph.nodes.values()].filter(
    (node): node is SourceNode => node.type === 'source' && !!node.source.loader && !node.source.requests,
  );
}

/** Lands the sources one after the other; one that is refused does not keep the others from landing. */
export async function loadSources(
  run: OpenRun,
  sources: readonly SourceNode[],
): Promise<ReadonlyMap<string, readonly Fault[]>> {
  const refused = new Map<string, readonly Fault[]>();
  for (const node of sources) {
    const started = Date.now();
    try {
      const { batch } = await loadSource(run, node);
      if (batch) run.versions.land(node.name, batch);
      run.emit({
        type: 'source_landed',
        source: node.name,
        rows: batch?.rowCount ?? null,
        origin: batch?.origin ?? null,
        seconds: (Date.now() - started) / 1000,
      });
    } catch (error) {
      if (!(error instanceof RunnerError) || error instanceof Cancelled || error.exitCode === EXIT.wrong) throw error;
      refused.set(node.id, error.faults);
      run.emit({ type: 'faults', faults: error.faults });
    }
  }
  return refused;
}

async function loadSource(run: OpenRun, node: SourceNode): Promise<Landing> {
  const { runLoader } = await import('../landing/run-loader.ts');
  const model = node.source.requests?.model;
  const requestsFrom = model === undefined ? undefined : run.graph.nodes.get(run.graph.idOf(model))?.relation;
  return runLoader(
    {
      db: run.db,
      projectDir: run.project.dir,
      stateSchema: run.project.config.stateSchema,
      runId: run.runId,
      asOf: run.asOf,
      vars: run.vars,
      env: run.env,
      sampleAllowed: run.target.embedded,
      signal: run.signal,
      notice: (message) => run.emit({ type: 'notice', message: `${node.name}: ${message}` }),
    },
    node,
    run.versions.batch(node.name),
    requestsFrom,
  );
}

export interface BuildRequest {
  readonly select?: readonly string[];
  readonly exclude?: readonly string[];
  readonly fullRefresh?: boolean;
  readonly threads: number;
  readonly failFast: boolean;
  /** Sources that were refused in this run: what depends on them is not built. Absent when none was to be landed. */
  readonly refused?: ReadonlyMap<string, readonly Fault[]> | undefined;
  /** In place of a selection: ids, each with whether it is built whatever it reads. */
  readonly nodes?: ReadonlyMap<string, boolean>;
}

/** Selects, builds and audits; what is published when the run ends is whole, whatever failed. */
export async function buildNodes(run: OpenRun, request: BuildRequest): Promise<readonly NodeResult[]> {
  const { selected, named, joinable } = request.nodes ? chosenBefore(request.nodes) : await choose(run, request);
  const planned = planNodes(run.graph, selected, {
    isForced: (node) => isForced(run, node),
    mayJoin: (id) => joinable.has(id),
  });
  const { threads } = request;
  const total = [...run.graph.nodes.values()].filter(isStep).length;
  stopwatch.lap('plan');
  if (planned.length === 0) {
    run.emit({ type: 'plan', nodes: [], total, threads });
    return [];
  }
  // Loaded only now: a run that has nothing to do does without.
  const { schedule, toUnits } = await import('../execute/schedule.ts');
  const { runUnit } = await import('../execute/run-unit.ts');
  const { record } = await import('../execute/record.ts');
  const { testInlined } = await import('../execute/inlined-tests.ts');
  const { createTurns } = await import('../execute/publish/turns.ts');
  const units = toUnits(run.graph, planned);
  await run.store.plan(run.runId, planOf(run, request, planned, named));
  const artifacts = await artifactsOf(run, request);
  const emit: Emit = (event) => {
    artifacts.on(event);
    run.emit(event);
  };
  emit({ type: 'plan', nodes: units.flat(), total, threads });

  const untrue = await testInlined(run, planned);
  if (untrue.length > 0) run.emit({ type: 'faults', faults: untrue.flatMap(({ faults }) => faults) });
  tellEstimates(run, planned);
  const failedIds = new Set([...unusableSources(run, request.refused), ...untrue.map(({ node }) => node.id)]);
  let done = 0;
  const turns = createTurns();
  const ended = schedule(run.graph, units, {
    threads,
    failFast: request.failFast,
    stopped: request.failFast && untrue.length > 0,
    signal: run.signal,
    failed: new Set(failedIds),
    runUnit: (unit) =>
      runUnit(
        {
          ...run,
          notice: (message) => run.emit({ type: 'notice', message }),
          fullRefresh: request.fullRefresh ?? false,
          lockPatience: run.project.config.lockPatience,
          turns,
          onlyChanged: (node) => !named.has(node.id) && !isForced(run, node),
          plannedIds: new Set(planned),
          failedIds,
          runSource: (node) => loadSource(run, node),
          keepSql: (node, sql) => {
            artifacts.ran(node, sql);
            keepFile(join(run.project.dir, 'target', 'compiled', node.file), sql);
          },
        },
        unit,
      ),
    onStart: (node) => emit({ type: 'node_started', node }),
    onResult: (result) => {
      done += 1;
      if (hasFailed(result.status)) failedIds.add(result.node.id);
      emit({ type: 'node_finished', result, done, total: planned.length });
    },
  });
  const results = await ended.finally(() => artifacts.close());
  // Those that were run are noted by then.
  await record(
    run,
    results.filter(({ status }) => status === 'skipped' || status === 'upstream_failed'),
  );
  stopwatch.lap('build');
  return [...untrue, ...results];
}

/** Loaded by a run that builds something only. */
async function artifactsOf(run: OpenRun, request: BuildRequest): Promise<Artifacts> {
  const { openArtifacts } = await import('../artifacts/artifacts.ts');
  return openArtifacts({
    ...run,
    args: {
      which: run.command,
      select: request.select ?? [],
      exclude: request.exclude ?? [],
      full_refresh: request.fullRefresh ?? false,
      threads: request.threads,
      target: run.target.name,
      as_of: run.asOf,
    },
    notice: (message) => run.emit({ type: 'notice', message }),
  });
}

/** What the nodes took in former runs. Nobody waits for it: it is told when it is known. */
function tellEstimates(run: OpenRun, planned: readonly string[]): void {
  run.store.usualSeconds(planned).then(
    (seconds) => run.emit({ type: 'estimates', seconds }),
    () => undefined,
  );
}

/** A source with nothing landed, or refused in this run, counts as failed: nothing is built on it. */
function unusableSources(run: OpenRun, refused: BuildRequest['refused']): ReadonlySet<string> {
  return new Set(
    landedSources(run)
      .filter((node) => refused?.has(node.id) || !run.versions.batch(node.name))
      .map((node) => node.id),
  );
}

function isForced(run: OpenRun, node: Node): boolean {
  const variable = node.type === 'source' ? node.source.requests?.force_env : undefined;
  return variable !== undefined && run.env(variable) === '1';
}

function keepFile(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${text}\n`);
}

/** What the run's record says, and the exit code. A signal that came when all was done has cancelled nothing. */
export function endOf(
  { signal }: Pick<OpenRun, 'signal'>,
  results: readonly NodeResult[],
  refused: ReadonlyMap<string, readonly Fault[]> = new Map(),
): RunEnd {
  const messages = [
    // The place only: what a loader says of a row may name a person, and the record is kept.
    ...[...refused.values()].flat().map(({ code, file }) => `${code} ${file ?? ''}`.trim()),
    ...results.filter(({ status }) => status === 'error' || status === 'failed').map(({ message }) => message ?? ''),
  ];
  // The signal's own exit code and words come with it.
  if (signal?.aborted && results.some(({ status }) => status === 'cancelled' || status === 'skipped')) {
    return { exitCode: EXIT.failed, status: 'cancelled', error: messages.length > 0 ? messages.join('\n') : null };
  }
  const failed = messages.length > 0 || results.some(({ status }) => hasFailed(status));
  const worked = results.some(({ status }) => status === 'success');
  return {
    exitCode: failed ? EXIT.failed : EXIT.done,
    status: failed ? 'failed' : worked ? 'success' : 'nothing_to_do',
    error: messages.length > 0 ? messages.join('\n') : null,
  };
}

/** Says what removed, renamed and moved models have left in the database. */
export function reportOrphans(run: OpenRun): void {
  const message = orphansNotice(findOrphans(run.graph, run.project.config.name, run.state.built));
  if (message !== undefined) run.emit({ type: 'notice', message });
}

/** The tables that project.yml wants to see after a build, as far as they are there. */
export async function reportSummary(run: OpenRun, reporter: Reporter): Promise<void> {
  for (const { title, model, columns, order_by } of run.project.config.summary) {
    const relation = run.graph.nodes.get(run.graph.idOf(model))?.relation;
    if (!relation) continue;
    const list = columns?.map(identifier).join(', ') ?? '*';
    const result: TextResult | undefined = await run.lock
      .query(`select ${list} from ${quoted(relation)}${order_by ? ` order by ${order_by}` : ''}`)
      .catch(() => undefined);
    if (result) reporter.table(title, result);
  }
}
