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
  const { readers, waiting } = orderOf(graph, units);
  const results = new Map<string, NodeResult>();
  const ready = units.filter((unit) => waiting.get(unit) === 0);
  const free: Unit[] = [];
  const belowFailed = new Set<string>();
  for (const id of options.failed) addBelow(graph, id, belowFailed);
  const running = new Set<Promise<void>>();
  const crashes: unknown[] = [];
  let stopped = options.stopped ?? false;

  const finish = (unit: Unit, ended: readonly NodeResult[]): void => {
    waiting.delete(unit);
    for (const result of ended) {
      results.set(result.node.id, result);
      if (hasFailed(result.status)) addBelow(graph, result.node.id, belowFailed);
      options.onResult(result);
      if (options.failFast && hasFailed(result.status)) stopped = true;
    }
    for (const reader of readers.get(unit) ?? []) {
      const left = waiting.get(reader);
      if (left === undefined) continue;
      waiting.set(reader, left - 1);
      if (left === 1) ready.push(reader);
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
  const causesOf = (unit: Unit, among?: readonly Status[]): readonly string[] =>
    unit.some(({ id }) => belowFailed.has(id)) ? culprits(graph, unit, results, options.failed, among) : [];
  const endAll = (reason: string): void => {
    for (const unit of waiting.keys()) {
      const causes = causesOf(unit, ['error', 'failed', 'upstream_failed']);
      if (causes.length > 0) finish(unit, upstreamFailed(unit, causes));
      else finish(unit, notRun(unit, 'skipped', `not started: ${reason}`));
    }
  };
  const advance = (): void => {
    // What is ready is looked at once: a look at all that waits, after each node, would grow with the square of a project.
    while (ready.length > 0 && !stopped && !options.signal?.aborted) {
      const unit = ready.shift() as Unit;
      const causes = causesOf(unit);
      if (causes.length > 0) finish(unit, upstreamFailed(unit, causes));
      else free.push(unit);
    }
    if (options.signal?.aborted) endAll('the run was cancelled');
    else if (stopped) endAll('--fail-fast ended the run');
    else while (running.size < options.threads && free.length > 0) start(free.shift() as Unit);
  };

  while (crashes.length === 0 && (waiting.size > 0 || running.size > 0)) {
    advance();
    if (running.size > 0) await Promise.race(running);
  }
  await Promise.all(running);
  if (crashes.length > 0) throw crashes[0];
  return units.flatMap((unit) => unit.flatMap((node) => results.get(node.id) ?? []));
}

/** How many other units each waits for, and who waits for it. */
function orderOf(
  graph: Graph,
  units: readonly Unit[],
): { readonly readers: ReadonlyMap<Unit, readonly Unit[]>; readonly waiting: Map<Unit, number> } {
  const unitById = new Map(units.flatMap((unit) => unit.map((node) => [node.id, unit] as const)));
  const readers = new Map<Unit, Unit[]>(units.map((unit) => [unit, []]));
  const waiting = new Map<Unit, number>();
  for (const unit of units) {
    const others = upstream(graph, unit, unitById);
    for (const other of others) readers.get(other)?.push(unit);
    waiting.set(unit, others.size);
  }
  return { readers, waiting };
}

/** The nearest other selected units that hold an ancestor of the unit: a node between may not be selected. */
function upstream(graph: Graph, unit: Unit, unitById: ReadonlyMap<string, Unit>): ReadonlySet<Unit> {
  const found = new Set<Unit>();
  const between = new Set(unit.map(({ id }) => id));
  for (const id of between) {
    for (const parent of graph.dag.parents(id)) {
      const other = unitById.get(parent);
      if (other && other !== unit) found.add(other);
      else between.add(parent);
    }
  }
  return found;
}

/** Adds all that depends on a node. What is in already has brought the rest. */
function addBelow(graph: Graph, id: string, below: Set<string>): void {
  const next = [id];
  for (const at of next) {
    for (const child of graph.dag.children(at)) {
      if (below.has(child)) continue;
      below.add(child);
      next.push(child);
    }
  }
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
