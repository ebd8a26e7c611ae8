import { RunnerError } from '../errors.ts';
import type { Graph, Node } from '../graph/types.ts';
import { didYouMean, nearest } from '../util/suggest.ts';
import { columnsOf } from './trace-project.ts';
import type { ColumnRef, Lineage } from './types.ts';

/**
 * The columns that a text names: `model.column`, `seed.column`, `system.table.column`, `schema.relation.column`, or all of a node by its name; in any case, as psql has it.
 * @throws RunnerError `LINEAGE_UNKNOWN`
 */
export function findColumns(graph: Graph, lineage: Lineage, text: string): readonly ColumnRef[] {
  const nodes = [...graph.nodes.values()];
  const called = nodes.flatMap((node) => {
    const { name, relation } = node;
    return [name, `${relation.schema}.${relation.name}`].map((called) => ({ called, node }));
  });
  const isIn = (whole: string, part: string): boolean => `${whole}.`.startsWith(`${part}.`);
  const found = called
    .filter(({ called }) => isIn(text.toLowerCase(), called.toLowerCase()))
    .toSorted(
      (a, b) => b.called.length - a.called.length || Number(isIn(text, b.called)) - Number(isIn(text, a.called)),
    )[0];
  if (!found) {
    const names = called.map(({ called }) => called);
    const hint =
      didYouMean(text, names) ?? didYouMean(text.replace(/\.[^.]*$/, ''), names) ?? 'runner ls says what there is.';
    const expected =
      'model.column, seed.column, system.table.column or schema.relation.column; all columns without one';
    const message = 'no model, seed or source has that name';
    throw new RunnerError({ code: 'LINEAGE_UNKNOWN', message, expected, found: text, hint });
  }
  const { node } = found;
  const columns = columnsOf(node, lineage) ?? readColumns(node, lineage);
  const refs = columns.map((column) => ({ node: node.id, column }));
  if (text.length === found.called.length) return refs;
  const column = text.slice(found.called.length + 1);
  const own =
    columns.find((one) => one === column) ?? columns.find((one) => one.toLowerCase() === column.toLowerCase());
  if (own !== undefined) return refs.filter((ref) => ref.column === own);
  const near = nearest(column, columns);
  const hint = near ? `Did you mean "${node.name}.${near}"?` : `It has: ${columns.join(', ')}.`;
  const message = `${node.name} has no such column`;
  throw new RunnerError({ code: 'LINEAGE_UNKNOWN', message, file: node.file, found: column, hint });
}

/** Of a table whose columns nobody declares, those that models read. */
function readColumns({ id }: Node, lineage: Lineage): readonly string[] {
  const refs = [...lineage.values()].flatMap((model) => [
    ...model.conditions,
    ...model.columns.flatMap(({ from }) => from),
  ]);
  return [...new Set(refs.filter(({ node }) => node === id).map(({ column }) => column))];
}
