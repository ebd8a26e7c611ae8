import { FORMS } from '../contracts/declassify.ts';
import type { Graph, Node } from '../graph/types.ts';
import { pathOf } from '../policy/tag-columns.ts';
import type { Tag, Tags } from '../policy/types.ts';
import type { PersonalConfig } from '../project/personal-types.ts';
import { groupBy } from '../util/group-by.ts';
import { columnLink, linkTo } from './places.ts';
import type { Declassified, NodeView, Path, PersonalColumn, PersonalSchema, PolicyView } from './types.ts';

/** Where personal data is, on which way it came there, who reads it, and what of it is declared to be personal no more. */
export function policyOf(
  graph: Graph,
  nodes: readonly NodeView[],
  personal: PersonalConfig | undefined,
  tags: Tags | undefined,
): PolicyView {
  const paths = pathsIn(graph, tags);
  const columns = nodes.flatMap((node) => columnsIn(node, tags, paths));
  const found = columns.flatMap(({ kinds }) => kinds);
  const kinds = [...new Set([...Object.keys(personal?.kinds ?? {}), ...found])];
  return {
    kinds: kinds.map((name) => ({ name, meaning: personal?.kinds[name] ?? '' })),
    schemas: [...groupBy(nodes, ({ schema }) => schema)]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, own]) => schemaOf(name, own, columns, kinds, personal)),
    exceptions: Object.entries(personal?.models ?? {}).flatMap(([name, { kinds: held, reason }]) => {
      const node = graph.nodes.get(graph.idOf(name));
      return node ? [{ model: linkTo(node), kinds: held.join(', '), reason }] : [];
    }),
    columns: columns.toSorted((a, b) => (a.schema === b.schema ? 0 : a.schema < b.schema ? -1 : 1)),
    declassified: nodes.flatMap(({ id }) => declassifiedIn(graph, id, tags, paths)),
  };
}

/** The ways on which some tags of kinds came. */
type PathsOf = (tags: readonly Tag[] | undefined, kinds: readonly string[]) => readonly Path[];

function pathsIn(graph: Graph, tags: Tags | undefined): PathsOf {
  const byName = new Map<string, Node>([...graph.nodes.values()].map((node) => [node.name, node]));
  const linked = (tag: Tag): Path =>
    pathOf(graph, tags ?? new Map(), tag).map((step) => {
      const dot = step.lastIndexOf('.');
      return columnLink(graph, byName.get(step.slice(0, dot))?.id ?? '', step.slice(dot + 1));
    });
  return (own, kinds) => {
    const all = (own ?? []).filter(({ kind }) => kinds.includes(kind)).map(linked);
    const each = new Map(all.map((path) => [path.map(({ text }) => text).join(' '), path]));
    return [...each.values()].filter((path) => path.length > 0);
  };
}

function columnsIn(node: NodeView, tags: Tags | undefined, paths: PathsOf): readonly PersonalColumn[] {
  return node.columns
    .filter(({ personal }) => personal.length > 0)
    .map(({ name, anchor, personal, description }) => ({
      schema: node.schema,
      column: { text: `${node.name}.${name}`, href: `${node.href}#${encodeURIComponent(anchor)}` },
      kinds: personal,
      description,
      paths: paths(tags?.get(node.id)?.carried.get(name), personal),
    }));
}

function schemaOf(
  name: string,
  nodes: readonly NodeView[],
  columns: readonly PersonalColumn[],
  kinds: readonly string[],
  personal: PersonalConfig | undefined,
): PersonalSchema {
  const readers = nodes.filter((node) => node.personal.length > 0).flatMap((node) => node.readers);
  const own = columns.filter(({ schema }) => schema === name);
  return {
    name,
    mayHold: personal ? (personal.schemas[name] ?? []).join(', ') || 'nothing personal' : '',
    readers: [...new Set(readers)].sort().join(', '),
    counts: kinds.map((kind) => own.filter((column) => column.kinds.includes(kind)).length),
  };
}

function declassifiedIn(graph: Graph, id: string, tags: Tags | undefined, paths: PathsOf): readonly Declassified[] {
  const own = tags?.get(id);
  return (graph.nodes.get(id)?.contract?.declassify ?? []).flatMap(({ columns, kinds, as, reason }) =>
    columns.map((name) => {
      const ofValue = paths(own?.reached.get(name), kinds);
      return {
        column: columnLink(graph, id, name),
        kinds: kinds.join(', '),
        as: `${as}: ${FORMS[as]}`,
        reason,
        // What its value is not made of decides which rows there are.
        by: ofValue.length > 0 ? ('value' as const) : ('rows' as const),
        paths: ofValue.length > 0 ? ofValue : paths(own?.rows, kinds),
      };
    }),
  );
}
