import type { Graph, SeedNode } from '../graph/types.ts';
import type { ParameterConfig } from '../project/docs-types.ts';
import { groupBy } from '../util/group-by.ts';
import { descriptionOf, linkTo } from './places.ts';
import type { ParameterView } from './types.ts';
import { NONE } from './words.ts';

/** The seeds that hold parameters, as they stand in the project's files. */
export function parametersOf(graph: Graph, configs: readonly ParameterConfig[]): readonly ParameterView[] {
  return configs.flatMap(({ seed, grid }) => {
    const node = graph.nodes.get(graph.idOf(seed));
    if (node?.type !== 'seed') return [];
    const table = grid ? gridOf(node, grid) : plainOf(node);
    return [{ node: linkTo(node), file: node.file, description: descriptionOf(node), ...table }];
  });
}

type Rows = Pick<ParameterView, 'columns' | 'rows' | 'inherits'>;

function plainOf(node: SeedNode): Rows {
  const { header } = node.seed;
  const rows = cellsOf(node).map((row) => header.map((name) => row.get(name) ?? NONE));
  return { columns: header, rows, inherits: '' };
}

/** One row a parameter, one column a scenario; a cell holds the values over time, each with the day from which it holds. */
function gridOf(
  node: SeedNode,
  { row, column, value, since, inherits = '' }: NonNullable<ParameterConfig['grid']>,
): Rows {
  const cells = cellsOf(node);
  const columns = [...groupBy(cells, (cell) => cell.get(column) ?? NONE).keys()];
  const text = (cell: ReadonlyMap<string, string>): string => {
    const day = since === undefined ? undefined : cell.get(since);
    return day === undefined ? (cell.get(value) ?? NONE) : `${cell.get(value) ?? NONE} (since ${day})`;
  };
  return {
    columns: [row, ...columns],
    rows: [...groupBy(cells, (cell) => cell.get(row) ?? NONE)].map(([name, own]) => {
      const byColumn = groupBy(own, (cell) => cell.get(column) ?? NONE);
      const textIn = (scenario: string): string | undefined => byColumn.get(scenario)?.map(text).join('; ');
      const general = textIn(inherits);
      const inherited = general === undefined ? NONE : { inherited: general };
      return [name, ...columns.map((scenario) => textIn(scenario) ?? inherited)];
    }),
    inherits,
  };
}

/** Rows by column, without the values of personal columns. */
function cellsOf({ seed, contract }: SeedNode): readonly ReadonlyMap<string, string>[] {
  const personal = new Set(contract?.columns.flatMap(({ name, personal }) => (personal ? [name] : [])));
  return seed.rows.map(
    ({ cells }) =>
      new Map(
        seed.header.flatMap((name, index) => {
          const cell = cells[index] ?? null;
          return cell === null ? [] : [[name, personal.has(name) ? '***' : cell] as const];
        }),
      ),
  );
}
