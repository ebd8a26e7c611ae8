import { type Fault, RunnerError } from '../errors.ts';
import { named, type Scope, union } from './select-apply.ts';
import type { Graph } from './types.ts';

export interface SelectionRequest {
  /** Each text may hold several selectors: space = union, comma = intersection. Absent: every node. */
  readonly select?: readonly string[] | undefined;
  readonly exclude?: readonly string[] | undefined;
}

/** What some methods ask about the state of the target, which the graph does not know. */
export interface SelectionState {
  /** Ids for the word `changed`. */
  readonly changed?: () => ReadonlySet<string>;
  /** Ids by the status that the last run gave them, for `result:`. */
  readonly results?: () => ReadonlyMap<string, string>;
}

/**
 * dbt's selection grammar: graph → the ids selected, in the graph's order.
 * @throws RunnerError with every fault: `SELECTOR_INVALID` for what is not understood, `SELECTOR_EMPTY` for what can
 * never match a node, with a near name
 */
export function selectNodes(graph: Graph, request: SelectionRequest, state: SelectionState = {}): readonly string[] {
  const scope: Scope = { graph, state, faults: [], within: [] };
  const selected = request.select ? union(scope, request.select, '--select').ids : new Set(graph.nodes.keys());
  const excluded = request.exclude ? union(scope, request.exclude, '--exclude').ids : new Set<string>();
  if (scope.faults.length > 0) throw new RunnerError(scope.faults);
  return graph.dag.order.filter((id) => selected.has(id) && !excluded.has(id));
}

/** What is wrong with the named selectors of a project, each fault at its line: as above, and `SELECTOR_CYCLE`. */
export function selectorFaults(graph: Graph): readonly Fault[] {
  const scope: Scope = { graph, state: {}, faults: [], within: [] };
  for (const name of graph.selectors.keys()) named(scope, name);
  // What is wrong in a selector is met again in each that reads it.
  return [...new Map(scope.faults.map((fault) => [JSON.stringify(fault), fault])).values()];
}
