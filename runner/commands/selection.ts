import { type SelectionRequest, selectNodes } from '../graph/select.ts';
import type { Graph } from '../graph/types.ts';

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
