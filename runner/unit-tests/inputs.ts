import type { ColumnSpec, Contract } from '../contracts/types.ts';
import type { Graph, ModelNode, Node } from '../graph/types.ts';
import type { TestValue } from '../project/types.ts';

/** Column → type; `null` where nothing declares them. */
export type Columns = ReadonlyMap<string, string> | null;

/** What a model may be given rows of: by the name in `given`, the node; `this` is the model itself. */
export function inputsOf(graph: Graph, node: ModelNode): ReadonlyMap<string, Node> {
  const parents = graph.dag.parents(node.id).flatMap((id) => graph.nodes.get(id) ?? []);
  const inputs = new Map<string, Node>(parents.map((parent) => [parent.name, parent]));
  return node.materialized === 'incremental' ? inputs.set('this', node) : inputs;
}

/** Of a model or seed those of its contract, without one a seed's header as texts; of a source texts, and what landing adds. */
export function columnsOf(node: Node): Columns {
  const contract = contractColumns(node.contract);
  if (contract) return contract;
  if (node.type === 'seed') return new Map(node.seed.header.map((column) => [column, 'text']));
  if (node.type !== 'source' || node.source.columns.length === 0) return null;
  const own = node.source.columns.map((column) => [column, 'text'] as const);
  return new Map(node.source.loader ? [...LANDED, ...own] : own);
}

const LANDED = [
  ['batch_id', 'bigint'],
  ['row_number', 'integer'],
  ['loaded_at', 'timestamp with time zone'],
] as const;

function contractColumns(contract: Contract | undefined): Columns {
  if (!contract || contract.columns.length === 0) return null;
  return new Map(contract.columns.map((column) => [column.name, typeOf(column)]));
}

/** `character` alone would be one letter; of an array the contract does not know the type of its elements. */
function typeOf({ dataType }: ColumnSpec): string {
  const type = dataType ?? 'text';
  return /^char(acter)?$/i.test(type) ? 'bpchar' : /^array$/i.test(type) ? 'text[]' : type;
}

/** A column's key in `given` and the type that it may state: `amount::numeric`. */
export function splitColumn(key: string): { readonly name: string; readonly type: string | null } {
  const [name = key, type] = key.split('::');
  return { name: name.trim(), type: type?.trim() || null };
}

/** The text of a value for a column of a type. */
export function textOf(value: TestValue, type: string): string | null {
  if (typeof value === 'string' || value === null) return value;
  return (type.endsWith('[]') ? value.array : null) ?? value.json;
}
