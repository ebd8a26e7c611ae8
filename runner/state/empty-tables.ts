import type { Session } from '../adapters/types.ts';
import type { Graph } from '../graph/types.ts';
import type { FlagConfig } from '../project/types.ts';
import { literal, quoted } from '../util/sql.ts';
import type { TargetState } from './types.ts';

/** The state with the models that a flag looks at (`empty:`) and that hold no row; those that are not there are not among them. */
export async function withEmptyTables(
  state: TargetState,
  { graph, flags }: { readonly graph: Graph; readonly flags: readonly FlagConfig[] },
  query: Session['query'],
): Promise<TargetState> {
  const watched = flags
    .flatMap(({ empty }) => (empty === undefined ? [] : (graph.nodes.get(graph.idOf(empty)) ?? [])))
    .filter(({ relation: { schema, name } }) => state.relations.has(`${schema}.${name}`));
  if (watched.length === 0) return state;
  const { rows } = await query(
    watched
      .map(({ id, relation }) => `select ${literal(id)} where not exists (select from ${quoted(relation)})`)
      .join(' union all '),
  );
  return { ...state, empty: new Set(rows.map(([id]) => id ?? '')) };
}
