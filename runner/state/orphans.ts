import { isEphemeral } from '../graph/inlined.ts';
import type { Graph } from '../graph/types.ts';
import { plural } from '../util/plural.ts';
import type { BuiltRelation, Orphan } from './types.ts';

/**
 * Relations that the runner built for this project and that nothing in it builds any more: their model or seed was deleted
 * or renamed, or has another schema, alias or materialization now.
 */
export function findOrphans(graph: Graph, project: string, built: readonly BuiltRelation[]): readonly Orphan[] {
  const wanted = new Set(
    [...graph.nodes.values()]
      .filter((node) => node.type !== 'source' && !isEphemeral(node))
      .map(({ relation }) => `${relation.schema}.${relation.name}`),
  );
  return built
    .filter(({ nodeId }) => nodeId.split('.')[1] === project)
    .filter(({ relation }) => !wanted.has(`${relation.schema}.${relation.name}`))
    .map((one) => ({ ...one, because: graph.nodes.has(one.nodeId) ? 'moved' : 'removed' }));
}

/** One line for people, `undefined` when there is none. */
export function orphansNotice(orphans: readonly Orphan[]): string | undefined {
  if (orphans.length === 0) return undefined;
  const shown = orphans.slice(0, 5).map(({ relation }) => `${relation.schema}.${relation.name}`);
  const names = [...shown, ...(orphans.length > shown.length ? ['…'] : [])].join(', ');
  return `${plural(orphans.length, 'orphan')}, built by models that are no more: ${names} — runner clean --orphans`;
}
