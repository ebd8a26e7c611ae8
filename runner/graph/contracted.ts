import type { Contracted } from '../contracts/personal.ts';
import type { Graph } from './types.ts';

/** The relations of a project that have a contract, with it. */
export function contracted(graph: Graph): readonly Contracted[] {
  return [...graph.nodes.values()].flatMap(({ relation, contract }) => (contract ? [{ relation, contract }] : []));
}
