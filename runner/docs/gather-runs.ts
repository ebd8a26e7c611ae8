import { isEphemeral } from '../graph/inlined.ts';
import type { Graph } from '../graph/types.ts';
import type { PastBatch, PastResult, PastRun, RunHistory } from '../state/run-history.ts';
import { groupBy } from '../util/group-by.ts';
import { nodeHref, runPath } from './places.ts';
import type { BatchView, Link, RunNodeView, RunView, SourceView } from './types.ts';
import { countOf, NONE, secondsOf, statusOf } from './words.ts';

export function runsOf(graph: Graph, history: RunHistory | undefined): readonly RunView[] {
  if (!history) return [];
  const links = runLinks(history);
  const landed = groupBy([...history.batches.values()].flat(), ({ runId }) => runId);
  return history.runs.map((run) => ({
    id: run.runId,
    label: run.label,
    href: runPath(run.runId),
    command: run.command,
    day: run.day,
    target: run.target,
    commit: run.commit ?? '',
    by: run.orchestrator,
    status: statusOf(run.status),
    started: run.started,
    seconds: secondsOf(run.seconds),
    error: run.error ?? '',
    counts: countsOf(graph, run.results),
    gantt: { seconds: run.seconds ?? lastEnd(run), bars: run.results.flatMap((result) => barOf(graph, result)) },
    nodes: run.results.map((result) => rowOf(graph, result)),
    batches: (landed.get(run.runId) ?? []).map((batch) => ({
      ...batchView(batch, links),
      node: sourceLink(graph, batch.source),
    })),
  }));
}

/** Of the runs that have a page. */
export function runLinks(history: RunHistory): (runId: string) => Link {
  const known = new Map(history.runs.map(({ runId }) => [runId, runPath(runId)]));
  return (runId) => ({ text: runId, href: known.get(runId) ?? '' });
}

/** Sources with their batches, and how old the last one was when the last run began. */
export function sourcesOf(graph: Graph, history: RunHistory | undefined): readonly SourceView[] {
  const links = history ? runLinks(history) : (runId: string) => ({ text: runId, href: '' });
  const lastRun = history?.runs[0];
  return [...graph.nodes.values()]
    .flatMap((node) => (node.type === 'source' && node.source.loader ? [node] : []))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map((node) => {
      const batches = history?.batches.get(node.name) ?? [];
      const [last] = batches;
      return {
        node: { text: node.name, href: nodeHref(node) },
        description: node.source.description,
        mode: node.source.mode,
        loader: node.source.loader ?? '',
        batches: batches.map((batch) => batchView(batch, links)),
        age: last && lastRun ? ageOf(last, lastRun) : '',
      };
    });
}

function batchView(batch: PastBatch, links: (runId: string) => Link): BatchView {
  return {
    id: batch.batchId,
    landed: batch.landed.slice(0, 16),
    rows: countOf(batch.rows),
    origin: batch.origin,
    run: links(batch.runId),
    isPruned: batch.isPruned,
  };
}

/** In days of the clock between landing and the last run: what landed in that run is new. */
function ageOf(batch: PastBatch, run: PastRun): string {
  if (batch.runId === run.runId) return 'new in the last run';
  const days = Math.round((Date.parse(run.started.slice(0, 10)) - Date.parse(batch.landed.slice(0, 10))) / 86_400_000);
  if (days <= 0) return 'of the day of the last run';
  return days === 1 ? 'a day before the last run' : `${days} days before the last run`;
}

function barOf(graph: Graph, { nodeId, name, status, offset, seconds }: PastResult): RunView['gantt']['bars'] {
  if (offset === null || seconds === null || NOT_RUN.has(status)) return [];
  const node = graph.nodes.get(nodeId);
  return [{ name, href: node ? nodeHref(node) : '', status, start: Math.max(0, offset), seconds }];
}

/** What took no time. */
const NOT_RUN: ReadonlySet<string> = new Set(['upstream_failed', 'skipped']);

function rowOf(
  graph: Graph,
  { nodeId, name, status, offset, seconds, rows, changed, message }: PastResult,
): RunNodeView {
  const node = graph.nodes.get(nodeId);
  return {
    node: { text: name, href: node ? nodeHref(node) : '' },
    status: statusOf(status),
    start: NOT_RUN.has(status) ? NONE : secondsOf(offset),
    seconds: NOT_RUN.has(status) ? NONE : secondsOf(seconds),
    rows: countOf(rows),
    changed: countOf(changed),
    message: message ?? '',
  };
}

/** A node without a relation is not built: when its tests pass, no run has counted it. */
function countsOf(graph: Graph, results: readonly PastResult[]): string {
  const counts = groupBy(results, ({ nodeId, status }) => {
    const node = graph.nodes.get(nodeId);
    return status === 'success' && node && isEphemeral(node) ? 'tested alone' : status;
  });
  return [...counts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([status, own]) => `${countOf(own.length)} ${status.replaceAll('_', ' ')}`)
    .join(', ');
}

function lastEnd({ results }: PastRun): number {
  return Math.max(0, ...results.map(({ offset, seconds }) => (offset ?? 0) + (seconds ?? 0)));
}

function sourceLink(graph: Graph, name: string): Link {
  const node = [...graph.nodes.values()].find((one) => one.type === 'source' && one.name === name);
  return { text: name, href: node ? nodeHref(node) : '' };
}
