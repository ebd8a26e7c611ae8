import { loadParser } from '../compile/sql.ts';
import type { Graph, ModelNode, Node } from '../graph/types.ts';
import type { Cache } from '../project/cache.ts';
import { DISAGREEMENT } from './disagreement.ts';
import { traceQuery, untraced } from './trace-query.ts';
import type { ReadRelation } from './tracing.ts';
import type { ColumnLineage, Lineage, ModelLineage } from './types.ts';
import { unseenInHook } from './unseen.ts';
import { together } from './value.ts';

/**
 * The column lineage of every model, from its SQL alone; no server is asked. What can't be told is in `unresolved`.
 * @param cache with it, a model is traced anew only when its SQL or the columns that it reads have changed
 */
export async function traceProject(graph: Graph, cache?: Cache): Promise<Lineage> {
  const lineage = new Map<string, ModelLineage>();
  for (const id of graph.dag.order) {
    const node = graph.nodes.get(id);
    if (node?.type !== 'model') continue;
    const reads = readsOf(graph, node, lineage);
    const { body, incrementalBody, treeHash, hooks } = node.rendered;
    const hooked = [...hooks.before, ...hooks.after];
    const contract = contractNames(node);
    const key = [treeHash, hooked, contract, reads.map(([name, read]) => [name, { ...read }])];
    const trace = (): Promise<ModelLineage> => traceModel([body, incrementalBody], hooked, new Map(reads), contract);
    lineage.set(id, await (cache ? cache.memo('lineage', key, trace) : trace()));
  }
  return lineage;
}

type Reads = readonly (readonly [placeholder: string, relation: ReadRelation])[];

function readsOf(graph: Graph, model: ModelNode, lineage: Lineage): Reads {
  const parents = graph.dag.parents(model.id).flatMap((id) => graph.nodes.get(id) ?? []);
  const all = parents.map((node): Reads[number] => [
    cut(node.type === 'source' ? `source:${node.name}` : `ref:${node.name}`),
    relationOf(node, columnsOf(node, lineage)),
  ]);
  const names = all.map(([placeholder]) => placeholder);
  const told = all.filter(([placeholder]) => names.indexOf(placeholder) === names.lastIndexOf(placeholder));
  return [...told, ['this:', relationOf(model, contractNames(model))]];
}

/** PostgreSQL's parser keeps 63 bytes of a name. */
function cut(placeholder: string): string {
  return Buffer.from(placeholder).subarray(0, 63).toString();
}

function relationOf({ id, relation }: Node, columns: readonly string[] | null): ReadRelation {
  return { node: id, name: relation.name, columns };
}

/** What landing puts before the columns of a source. */
const LANDED = ['batch_id', 'row_number', 'loaded_at'];

/** As they can be read of a node: `null` where nothing tells. */
export function columnsOf(node: Node, lineage: Lineage): readonly string[] | null {
  if (node.type === 'seed') return node.seed.header;
  if (node.type === 'source') {
    if (node.source.columns.length === 0) return null;
    return node.source.loader ? [...LANDED, ...node.source.columns] : node.source.columns;
  }
  const traced = lineage.get(node.id)?.columns.map(({ column }) => column) ?? [];
  return traced.length > 0 ? traced : contractNames(node);
}

function contractNames({ contract }: Node): readonly string[] | null {
  return contract && contract.columns.length > 0 ? contract.columns.map(({ name }) => name) : null;
}

async function traceModel(
  bodies: readonly string[],
  hooks: readonly string[],
  reads: ReadonlyMap<string, ReadRelation>,
  contract: readonly string[] | null,
): Promise<ModelLineage> {
  const parser = await loadParser();
  const traced = [...new Set(bodies)].map((body): ModelLineage => {
    const tree = parser.parse(body);
    if (tree) return traceQuery(tree, (placeholder) => reads.get(placeholder), contract ?? []);
    return untraced('its SQL is too deeply nested to be read');
  });
  const unseen = hooks.flatMap((hook) => unseenInHook(parser, hook, (placeholder) => reads.has(placeholder)));
  const model = agreed(both(traced), contract);
  return { ...model, unseen: [...new Set([...model.unseen, ...unseen])] };
}

/** What one or the other query says. */
function both(traced: readonly ModelLineage[]): ModelLineage {
  const [first, second] = traced;
  if (!first || !second) return first ?? untraced('it has no SQL');
  const names = new Set([...first.columns, ...second.columns].map(({ column }) => column));
  const column = (name: string): ColumnLineage => {
    const same = traced.flatMap(({ columns }) => columns.find((candidate) => candidate.column === name) ?? []);
    const { from, unresolved } = together(same);
    return { column: name, from, unresolved };
  };
  const conditions = new Map(
    traced.flatMap((query) => query.conditions).map((ref) => [`${ref.node} ${ref.column}`, ref] as const),
  );
  return {
    columns: [...names].map(column),
    conditions: [...conditions.values()],
    unresolved: [...new Set(traced.flatMap(({ unresolved }) => unresolved))],
    unseen: [...new Set(traced.flatMap(({ unseen }) => unseen))],
    makesRows: traced.some(({ makesRows }) => makesRows),
  };
}

/** The contract's names stand; what the SQL gives beside them is kept, and said. */
function agreed(traced: ModelLineage, contract: readonly string[] | null): ModelLineage {
  if (!contract) return traced;
  const names = new Set(traced.columns.map(({ column }) => column));
  const missing = contract.filter((name) => !names.has(name));
  const stated = new Set(contract);
  const columns = traced.columns.map((column) =>
    stated.has(column.column) ? column : { ...column, unresolved: [...column.unresolved, DISAGREEMENT.extra] },
  );
  const lost = missing.map((column) => ({ column, from: [], unresolved: [DISAGREEMENT.lost] }));
  return { ...traced, columns: [...columns, ...lost] };
}
