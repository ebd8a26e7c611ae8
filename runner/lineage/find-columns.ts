import { RunnerError } from '../errors.ts';
import type { Graph, Node } from '../graph/types.ts';
import { didYouMean } from '../util/suggest.ts';
import { columnsOf } from './trace-project.ts';
import type { ColumnRef, Lineage } from './types.ts';

/**
 * The columns that a text names: `model.column`, `seed.column`, `system.table.column`, or all of a node by its name.
 * @throws RunnerError `LINEAGE_UNKNOWN`
 */
export function findColumns(graph: Graph, lineage: Lineage, text: string): readonly ColumnRef[] {
  const nodes = [...graph.nodes.values()];
  const node = nodes
    .filter(({ name }) => text === name || text.startsWith(`${name}.`))
    .toSorted((a, b) => b.name.length - a.name.length)[0];
  const names = nodes.map(({ name }) => name);
  if (!node) {
    const hint =
      didYouMean(text, names) ?? didYouMean(text.replace(/\.[^.]*$/, ''), names) ?? 'runner ls says what there is.';
    const expected = 'model.column, seed.column or system.table.column; all columns without one';
    const message = 'no model, seed or source has that name';
    throw new RunnerError({ code: 'LINEAGE_UNKNOWN', message, expected, found: text, hint });
  }
  const columns = columnsOf(node, lineage) ?? readColumns(node, lineage);
  const refs = columns.map((column) => ({ node: node.id, column }));
  if (text === node.name) return refs;
  const column = text.slice(node.name.length + 1);
  if (columns.includes(column)) return refs.filter((ref) => ref.column === column);
  const hint = didYouMean(column, columns) ?? `It has: ${columns.join(', ')}.`;
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
