import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Artifacts } from '../artifacts/artifacts.ts';
import { Cancelled, type Fault } from '../errors.ts';
import { planNodes } from '../execute/plan.ts';
import { type Emit, hasFailed, type NodeResult } from '../execute/types.ts';
import type { Node } from '../graph/types.ts';
import { isStep } from '../state/changes.ts';
import { redactor } from '../util/redact.ts';
import { stopwatch } from '../util/timings.ts';
import { choose, chosenBefore, planOf } from './choose.ts';
import type { OpenRun } from './open-run.ts';
import { landedSources, loadSource } from './steps.ts';

export interface BuildRequest {
  readonly select?: readonly string[];
  readonly exclude?: readonly string[];
  readonly fullRefresh?: boolean;
  readonly threads: number;
  readonly failFast: boolean;
  /** Offending rows shown of a check, at the most; 0 for all. */
  readonly rows?: number;
  /** Sources that were refused in this run: what depends on them is not built. Absent when none was to be landed. */
  readonly refused?: ReadonlyMap<string, readonly Fault[]> | undefined;
  /** Rows were erased from what these nodes are built on: nothing else changed, and nothing joins them. */
  readonly erases?: boolean;
  /** In place of a selection: ids, each with whether it is built whatever it reads. */
  readonly nodes?: ReadonlyMap<string, boolean>;
}

/** Selects, builds and audits; what is published when the run ends is whole, whatever failed. */
export async function buildNodes(run: OpenRun, request: BuildRequest): Promise<readonly NodeResult[]> {
  const { selected, named, joinable } = request.nodes ? chosenBefore(request.nodes) : await choose(run, request);
  const planned = planNodes(run.graph, selected, {
    isForced: (node) => isForced(run, node),
    mayJoin: (id) => joinable.has(id),
    alone: request.erases ?? false,
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
  const { madeOf } = await import('../state/made-of.ts');
  const made = madeOf(run.graph, run.project.config.timezone, run.startedAt);
  await run.store.plan(run.runId, { ...planOf(run, request, planned, named), made });
  const artifacts = await artifactsOf(run, request);
  const emit: Emit = (event) => {
    artifacts.on(event);
    run.emit(event);
  };
  emit({ type: 'plan', nodes: units.flat(), total, threads });

  try {
    // Once the run is cancelled nothing is started, and each node is noted as not run.
    const untrue = await testInlined(run, planned).catch((error: unknown) => {
      if (error instanceof Cancelled) return [];
      throw error;
    });
    const failedIds = unusableSources(run, request.refused);
    let done = 0;
    const finish = (result: NodeResult): void => {
      done += 1;
      if (hasFailed(result.status)) failedIds.add(result.node.id);
      emit({ type: 'node_finished', result, done, total: planned.length + untrue.length });
    };
    for (const result of untrue) finish(result);
    tellEstimates(run, planned);
    const turns = createTurns();
    const results = await schedule(run.graph, units, {
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
            erases: request.erases ?? false,
            sampleRows: request.rows,
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
      onResult: finish,
    });
    // Those that were run are noted by then.
    await record(
      run,
      results.filter(({ status }) => status === 'skipped' || status === 'upstream_failed'),
    );
    stopwatch.lap('build');
    return [...untrue, ...results];
  } finally {
    artifacts.close();
  }
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
function unusableSources(run: OpenRun, refused: BuildRequest['refused']): Set<string> {
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
  writeFileSync(path, `${redactor.redact(text)}\n`);
}
