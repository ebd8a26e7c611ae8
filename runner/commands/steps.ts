import type { Session, TextResult } from '../adapters/types.ts';
import { Cancelled, EXIT, type Fault, RunnerError } from '../errors.ts';
import { hasFailed, type NodeResult, type OutputValue } from '../execute/types.ts';
import type { Graph, SourceNode } from '../graph/types.ts';
import type { Landing } from '../landing/land.ts';
import type { LoaderRun, runLoader } from '../landing/run-loader.ts';
import type { Project } from '../project/types.ts';
import { findOrphans, orphansNotice } from '../state/orphans.ts';
import { identifier, quoted } from '../util/sql.ts';
import type { LoadedProject } from './load-project.ts';
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
      const { batch, shortfall } = await loadSource(run, node);
      if (batch) run.versions.land(node.name, batch);
      run.emit({
        type: 'source_landed',
        source: node.name,
        rows: batch?.rowCount ?? null,
        origin: batch?.origin ?? null,
        seconds: (Date.now() - started) / 1000,
      });
      if (shortfall) throw shortfall;
    } catch (error) {
      if (!(error instanceof RunnerError) || error instanceof Cancelled || error.exitCode === EXIT.wrong) throw error;
      refused.set(node.id, error.faults);
      run.emit({ type: 'faults', faults: error.faults, source: node.name });
    }
  }
  return refused;
}

/** Lands what a source's loader gives. */
export async function loadSource(run: OpenRun, node: SourceNode): Promise<Landing> {
  const { runLoader } = await import('../landing/run-loader.ts');
  return runLoader(...loaderInput(run, node));
}

type LoadingRun = LoadedProject & Pick<OpenRun, 'db' | 'versions' | 'runId' | 'signal' | 'emit'>;

/** What the loader of a source is run with. */
export function loaderInput(run: LoadingRun, node: SourceNode): Parameters<typeof runLoader> {
  const model = node.source.requests?.model;
  const requestsFrom = model === undefined ? undefined : run.graph.nodes.get(run.graph.idOf(model))?.relation;
  const loaderRun: LoaderRun = {
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
  };
  return [loaderRun, node, run.versions.batch(node.name), requestsFrom];
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

export async function reportSummary(run: OpenRun, reporter: Reporter): Promise<void> {
  for (const [title, result] of await summaryTables(run.graph, run.project, run.lock.query))
    reporter.table(title, result);
}

/** The tables that project.yml wants to see, by title, as far as they are there. */
export async function summaryTables(
  graph: Graph,
  { config }: Pick<Project, 'config'>,
  query: Session['query'],
): Promise<readonly (readonly [title: string, TextResult])[]> {
  const tables: (readonly [string, TextResult])[] = [];
  for (const { title, model, columns, order_by } of config.summary) {
    const relation = graph.nodes.get(graph.idOf(model))?.relation;
    if (!relation) continue;
    const list = columns?.map(identifier).join(', ') ?? '*';
    const result = await query(
      `select ${list} from ${quoted(relation)}${order_by ? ` order by ${order_by}` : ''}`,
    ).catch(() => undefined);
    if (result) tables.push([title, result]);
  }
  return tables;
}

/** Types by OID that an orchestrator may count with; a `numeric` stays text. */
const NUMBERS = [20, 21, 23, 700, 701];
const BOOLEAN = 16;

/** The figures of project.yml's `outputs:`, as far as their models are there. */
export async function reportOutputs(run: OpenRun): Promise<void> {
  const values: Record<string, OutputValue> = {};
  for (const { name, model, column } of run.project.config.outputs) {
    const relation = run.graph.nodes.get(run.graph.idOf(model))?.relation;
    if (!relation) continue;
    const result = await run.lock
      .query(`select ${identifier(column)} from ${quoted(relation)} limit 1`)
      .catch(() => undefined);
    const [text, type = 0] = [result?.rows[0]?.[0] ?? null, result?.columns[0]?.type];
    values[name] =
      text === null ? null : type === BOOLEAN ? text === 't' : NUMBERS.includes(type) ? Number(text) : text;
  }
  run.emit({ type: 'outputs', values });
}
