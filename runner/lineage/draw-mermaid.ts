import { mermaidBox } from '../util/mermaid.ts';
import type { ColumnRef } from './types.ts';
import { type Edge, type Place, placeKey } from './walk.ts';

/** Columns as a flowchart for Mermaid, those of one node in a box, those asked for with a thick line. */
export function drawMermaid(
  starts: readonly ColumnRef[],
  edges: readonly Edge[],
  nameOf: (node: string) => string,
): string {
  const places = [...starts, ...edges.flatMap<Place>(({ from, to }) => [from, to])];
  const ids = new Map([...new Set(places.map(placeKey))].map((key, index) => [key, `c${index}`]));
  const idOf = (place: Place): string => ids.get(placeKey(place)) ?? '';
  const known = [...new Map(places.map((place) => [placeKey(place), place])).values()];
  const nodes = [...new Set(known.map(({ node }) => node))];
  const arrows = edges.map(({ from, to, how }) => {
    const arrow = how === 'rows' ? '-. rows .->' : how === 'copy' ? '-->' : `-- ${how} -->`;
    return `  ${idOf(from)} ${arrow} ${idOf(to)}`;
  });
  return [
    'flowchart LR',
    ...nodes.flatMap((node, index) => [
      `  subgraph ${mermaidBox(`n${index}`, nameOf(node))}`,
      ...known
        .filter((place) => place.node === node)
        .map((place) => `    ${mermaidBox(idOf(place), place.column ?? 'rows')}`),
      '  end',
    ]),
    ...new Set(arrows),
    '  classDef asked stroke-width:3px',
    `  class ${[...new Set(starts.map(idOf))].join(',')} asked`,
  ].join('\n');
}
