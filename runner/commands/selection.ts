import { type SelectionRequest, type SelectionState, selectNodes } from '../graph/select.ts';
import type { Graph } from '../graph/types.ts';
import { changedSteps } from '../state/changes.ts';
import type { OpenRun } from './open-run.ts';

/** What a selection asks of the target. */
export interface Asked {
  readonly changed: boolean;
  readonly results: boolean;
}

/**
 * Selects once as if the target held nothing, to find out what it would be asked and whether the selectors are right
 * before anything is connected.
 * @throws RunnerError as {@link selectNodes} does
 */
export function askedOf(graph: Graph, request: SelectionRequest): Asked {
  const asked = { changed: false, results: false };
  selectNodes(graph, request, {
    changed: () => {
      asked.changed = true;
      return new Set();
    },
    results: () => {
      asked.results = true;
      return new Map();
    },
  });
  return asked;
}

/** What the words `changed` and `result:` stand for on a target, as far as they are asked. */
export async function selectionState(
  run: Pick<OpenRun, 'graph' | 'fingerprinter' | 'versions' | 'state' | 'store' | 'runId'>,
  asked: Asked,
): Promise<SelectionState> {
  const results = asked.results ? await run.store.lastResults(run.runId) : new Map<string, string>();
  const changed = new Set(asked.changed ? changedSteps(run) : []);
  return { changed: () => changed, results: () => results };
}
