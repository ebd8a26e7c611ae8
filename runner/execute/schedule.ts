import type { Graph, Node } from '../graph/types.ts';
import { unitOf } from '../graph/unit-of.ts';
import { hasFailed, type NodeResult, type Status } from './types.ts';

/** Nodes that are published together: one node, or those that share a `transaction`, in dependency order. */
export type Unit = readonly Node[];

export interface ScheduleOptions {
  readonly threads: number;
  /** After the first failure nothing more is started; what was not started ends as `skipped`. */
  readonly failFast: boolean;
  /** That failure came before: nothing is started at all. */
  readonly stopped?: boolean;
  /** Once it has come nothing more is started; `runUnit` ends what is running by itself. */
  readonly signal?: AbortSignal;
  /** Ids outside the units that count as failed: sources that could not be read, ephemeral models whose tests fail. */
  readonly failed: ReadonlySet<string>;
  readonly runUnit: (unit: Unit) => Promise<readonly NodeResult[]>;
  readonly onStart: (node: Node) => void;
  readonly onResult: (result: NodeResult) => void;
}

/** The selected nodes as units, in an order in which what a unit depends on comes first. */
export function toUnits(graph: Graph, ids: readonly string[]): readonly Unit[] {
  const groups = new Map<string, Node[]>();
  for (const id of ids) {
    const node = graph.nodes.get(id);
    if (!node) continue;
    groups.set(unitOf(node), [...(groups.get(unitOf(node)) ?? []), node]);
  }
  return [...groups.values()];
}

/**
 * Runs units as soon as all that they depend on is done, `threads` at a time. A unit below one that did not succeed is
 * not run: it ends as `upstream_failed`, naming the node that failed first.
 * @throws what `runUnit` throws, such as a lost connection, once the units that were running have ended
 */
export async function schedule(
  graph: Graph,
  units: readonly Unit[],
  options: ScheduleOptions,
): Promise<readonly NodeResult[]> {
  const unitById = new Map(units.flatMap((unit) => unit.map((node) => [node.id, unit] as const)));
  const waitsFor = new Map(units.map((unit) => [unit, upstream(graph, unit, unitById)]));
  const results = new Map<string, NodeResult>();
  const waiting = new Set(units);
  const running = new Set<Promise<void>>();
  const crashes: unknown[] = [];
  let stopped = options.stopped ?? false;

  const finish = (unit: Unit, ended: readonly NodeResult[]): void => {
    waiting.delete(unit);
    for (const result of ended) {
      results.set(result.node.id, result);
      options.onResult(result);
      if (options.failFast && hasFailed(result.status)) stopped = true;
    }
  };
  const start = (unit: Unit): void => {
    waiting.delete(unit);
    for (const node of unit) options.onStart(node);
    const work = options
      .runUnit(unit)
      .then((ended) => finish(unit, ended))
      .catch((error: unknown) => void crashes.push(error))
      .finally(() => running.delete(work));
    running.add(work);
  };
  const isDone = (unit: Unit): boolean => unit.every((node) => results.has(node.id));
  const advance = (unit: Unit): void => {
    if (stopped || options.signal?.aborted) {
      const causes = culprits(graph, unit, results, options.failed, ['error', 'failed', 'upstream_failed']);
      const reason = options.signal?.aborted ? 'the run was cancelled' : '--fail-fast ended the run';
      if (causes.length > 0) finish(unit, upstreamFailed(unit, causes));
      else finish(unit, notRun(unit, 'skipped', `not started: ${reason}`));
    } else if ([...(waitsFor.get(unit) ?? [])].every(isDone)) {
      const causes = culprits(graph, unit, results, options.failed);
      if (causes.length > 0) {
        finish(unit, upstreamFailed(unit, causes));
      } else if (running.size < options.threads) start(unit);
    }
  };

  while (crashes.length === 0 && (waiting.size > 0 || running.size > 0)) {
    for (const unit of waiting) advance(unit);
    if (running.size > 0) await Promise.race(running);
  }
  await Promise.all(running);
  if (crashes.length > 0) throw crashes[0];
  return units.flatMap((unit) => unit.flatMap((node) => results.get(node.id) ?? []));
}

/** The other selected units that hold an ancestor of the unit, near or far: a node between may not be selected. */
function upstream(graph: Graph, unit: Unit, unitById: ReadonlyMap<string, Unit>): ReadonlySet<Unit> {
  const found = new Set<Unit>();
  for (const node of unit) {
    for (const id of graph.dag.ancestors(node.id)) {
      const other = unitById.get(id);
      if (other && other !== unit) found.add(other);
    }
  }
  return found;
}

/**
 * The ancestors that failed by themselves, as a person wants to read them: the cause, not the chain.
 * @param among the statuses that count as failed; all that are no success unless told
 */
function culprits(
  graph: Graph,
  unit: Unit,
  results: ReadonlyMap<string, NodeResult>,
  outside: ReadonlySet<string>,
  among?: readonly Status[],
): readonly string[] {
  const ancestors = new Set(unit.flatMap((node) => [...graph.dag.ancestors(node.id)]));
  const others = [...ancestors]
    .filter((id) => outside.has(id))
    .flatMap((id) => graph.nodes.get(id) ?? [])
    .map(({ type, name }) => (type === 'source' ? `source ${name}` : name));
  const failed = [...ancestors]
    .flatMap((id) => results.get(id) ?? [])
    .filter(({ status }) => among?.includes(status) ?? hasFailed(status));
  const own = failed.filter(({ status }) => status === 'error' || status === 'failed');
  return [...others, ...(own.length > 0 || others.length > 0 ? own : failed).map(({ node }) => node.name)];
}

function upstreamFailed(unit: Unit, causes: readonly string[]): readonly NodeResult[] {
  return notRun(unit, 'upstream_failed', `not run: ${causes.join(', ')} did not succeed`);
}

/** The results of nodes that were not started. */
export function notRun(unit: Unit, status: 'skipped' | 'upstream_failed', message: string): readonly NodeResult[] {
  const now = new Date();
  return unit.map((node) => ({
    node,
    status,
    rows: null,
    changed: null,
    message,
    faults: [],
    contract: null,
    startedAt: now,
    finishedAt: now,
  }));
}
