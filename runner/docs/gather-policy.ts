import type { Graph } from '../graph/types.ts';
import { groupBy } from '../util/group-by.ts';
import type { Declassified, NodeView, PolicyView } from './types.ts';
import { NONE } from './words.ts';

/** Where personal data is, who reads it, and what of it is declared to be personal no more. */
export function policyOf(graph: Graph, nodes: readonly NodeView[]): PolicyView {
  const columns = nodes.flatMap((node) =>
    node.columns
      .filter(({ personal }) => personal.length > 0)
      .map(({ name, anchor, personal, description, from }) => ({
        schema: node.schema,
        column: { text: `${node.name}.${name}`, href: `${node.href}#${encodeURIComponent(anchor)}` },
        kinds: personal,
        description,
        from,
      })),
  );
  const kinds = [...new Set(columns.flatMap((column) => column.kinds))].sort();
  const readers = groupBy(nodes, ({ schema }) => schema);
  return {
    kinds,
    schemas: [...groupBy(columns, ({ schema }) => schema)]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, own]) => ({
        name,
        readers: readersIn(readers.get(name) ?? []),
        counts: kinds.map((kind) => own.filter((column) => column.kinds.includes(kind)).length),
      })),
    columns: columns.toSorted((a, b) => (a.schema === b.schema ? 0 : a.schema < b.schema ? -1 : 1)),
    declassified: nodes.flatMap((node) => declassifiedOf(graph, node)),
  };
}

/** Of the nodes of a schema that hold personal data. */
function readersIn(nodes: readonly NodeView[]): string {
  const readers = nodes.filter(({ personal }) => personal.length > 0).flatMap((node) => node.readers);
  return [...new Set(readers)].sort().join(', ');
}

interface Declared {
  readonly columns?: readonly string[];
  readonly kinds?: readonly string[];
  readonly as?: string;
  readonly reason?: string;
}

function declassifiedOf(graph: Graph, node: NodeView): readonly Declassified[] {
  const declared = graph.nodes.get(node.id)?.contract?.declassify;
  return (Array.isArray(declared) ? (declared as readonly Declared[]) : []).flatMap(({ columns, kinds, as, reason }) =>
    (columns ?? []).map((name) => {
      const column = node.columns.find((one) => one.name === name);
      return {
        column: {
          text: `${node.name}.${name}`,
          href: column ? `${node.href}#${encodeURIComponent(column.anchor)}` : '',
        },
        kinds: kinds?.join(', ') ?? NONE,
        as: as ?? NONE,
        reason: reason ?? NONE,
        from: column?.from ?? [],
      };
    }),
  );
}
