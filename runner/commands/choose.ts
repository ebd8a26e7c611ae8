import { selectNodes } from '../graph/select.ts';
import type { Plan } from '../state/plan-record.ts';
import type { BuildRequest } from './build-nodes.ts';
import type { OpenRun } from './open-run.ts';
import { askedOf, selectionState } from './selection.ts';

/** What a run is to build. */
export interface Choice {
  readonly selected: readonly string[];
  /** What is named, and not merely changed, is built whatever it reads. */
  readonly named: ReadonlySet<string>;
  /** What may join for a source that is asked whatever it knows. */
  readonly joinable: ReadonlySet<string>;
}

/** What a selection asks for. */
export async function choose(run: OpenRun, request: BuildRequest): Promise<Choice> {
  const asked = askedOf(run.graph, request);
  const state = await selectionState(run, asked);
  return {
    selected: selectNodes(run.graph, request, state),
    named: new Set(selectNodes(run.graph, request, { ...state, changed: () => new Set() })),
    joinable: new Set(asked.changed ? selectNodes(run.graph, { exclude: request.exclude }, state) : []),
  };
}

/** What a former run had planned: nothing joins. */
export function chosenBefore(nodes: ReadonlyMap<string, boolean>): Choice {
  const named = [...nodes].filter(([, isNamed]) => isNamed).map(([id]) => id);
  return { selected: [...nodes.keys()], named: new Set(named), joinable: new Set() };
}

/** What is kept of it before the first node starts. */
export function planOf(run: OpenRun, request: BuildRequest, ids: readonly string[], named: ReadonlySet<string>): Plan {
  return {
    nodes: new Map(ids.map((id) => [id, named.has(id)])),
    day: run.asOf,
    vars: run.givenVars,
    fullRefresh: request.fullRefresh ?? false,
    loads: request.refused !== undefined,
  };
}
