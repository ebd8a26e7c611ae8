import type { Graph } from '../graph/types.ts';
import type { Project } from '../project/types.ts';
import { wildcard } from '../util/wildcard.ts';
import type { DiffReport, NodeDiff, Term } from './types.ts';

/**
 * What people read of the columns that figures and outputs name, from contracts and from the formats of project.yml's semantic
 * model; and of what the key of a changed seed row names, where it is called like a column with a format.
 */
export function termsOf(
  { graph, project }: { readonly graph: Graph; readonly project: Pick<Project, 'config'> },
  { figures, outputs }: Pick<DiffReport, 'figures' | 'outputs'>,
  nodes: readonly NodeDiff[],
): DiffReport['terms'] {
  const formats = project.config.semanticModel?.formats ?? [];
  const formatOf = (column: string, type?: string | null): string | null =>
    (
      formats.find(({ columns = [] }) => columns.some((pattern) => wildcard(pattern)(column))) ??
      formats.find(({ types = [] }) => types.includes(type ?? ''))
    )?.format ?? null;
  const columns = [...figures, ...outputs].map(({ model, column }): readonly [string, Term] => {
    const spec = graph.nodes.get(graph.idOf(model))?.contract?.columns.find(({ name }) => name === column);
    return [`${model}.${column}`, { label: spec?.description ?? null, format: formatOf(column, spec?.dataType) }];
  });
  const keys = nodes.flatMap(({ name, seed }) =>
    (seed?.changed ?? [])
      .flatMap(({ key }) => key.flatMap((cell) => cell ?? []))
      .map((cell): readonly [string, Term] => [`${name}.${cell}`, { label: null, format: formatOf(cell) }])
      .filter(([, { format }]) => format !== null),
  );
  return Object.fromEntries([...columns, ...keys]);
}
