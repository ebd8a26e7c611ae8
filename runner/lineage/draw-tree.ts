import type { ColumnRef, Lineage } from './types.ts';
import { type Edge, type Place, placeKey, type WalkOptions } from './walk.ts';

/**
 * Columns as trees, what they come from above what they go to. What was drawn once is not drawn again.
 * @param nameOf the name of a node by its id
 */
export function drawTree(
  lineage: Lineage,
  starts: readonly ColumnRef[],
  edges: readonly Edge[],
  direction: WalkOptions['direction'],
  nameOf: (node: string) => string,
): string {
  const placeName = ({ node, column }: Place): string =>
    column === null ? `rows of ${nameOf(node)}` : `${nameOf(node)}.${column}`;
  const byStart = new Map<string, Edge[]>();
  for (const edge of edges) {
    const key = `${edge.direction} ${placeKey(edge.direction === 'up' ? edge.to : edge.from)}`;
    byStart.set(key, [...(byStart.get(key) ?? []), edge]);
  }
  const drawn = new Set<string>();
  const rows = edges.filter(({ direction, to, depth }) => direction === 'up' && to.column === null && depth === 1);
  const decided = [...new Map(rows.map(({ to }) => [to.node, to])).values()];
  return [...starts, ...decided].map(drawStart).join('\n');

  function drawStart(place: Place): string {
    for (const way of ['up', 'down']) drawn.add(`${way} ${placeKey(place)}`);
    const [up, down] = [branches('up', place), branches('down', place)];
    const words = direction === 'down' ? [] : unresolvedOf(place);
    const isConstant = up.length === 0 && words.length === 0 && direction !== 'down' && lineage.has(place.node);
    const isUnread = down.length === 0 && direction !== 'up' && place.column !== null;
    const lines = [
      ...(isConstant ? ['from no column: a constant, or a count of rows'] : up.length > 0 ? ['from', ...up] : []),
      ...words.map((word) => `? ${word}`),
      ...(isUnread ? ['read by no column'] : down.length > 0 ? ['read by', ...down] : []),
    ];
    return [placeName(place), ...lines.map((line) => `  ${line}`)].join('\n');
  }

  function branches(way: Edge['direction'], place: Place): readonly string[] {
    const next = byStart.get(`${way} ${placeKey(place)}`) ?? [];
    return next.flatMap((edge, index) => {
      const isLast = index === next.length - 1;
      const far = way === 'up' ? edge.from : edge.to;
      const key = `${way} ${placeKey(far)}`;
      const isKnown = drawn.has(key) && byStart.has(key);
      drawn.add(key);
      const words = way === 'up' ? unresolvedOf(far).map((word) => `? ${word}`) : [];
      const notes = [...(edge.how === 'rows' ? [] : [edge.how]), ...(isKnown ? ['as above'] : [])];
      const below = isKnown ? [] : [...branches(way, far), ...words];
      return [
        [`${isLast ? '└─' : '├─'} ${placeName(far)}`, ...notes].join(' · '),
        ...below.map((line) => `${isLast ? '  ' : '│ '} ${line}`),
      ];
    });
  }

  function unresolvedOf({ node, column }: Place): readonly string[] {
    const model = lineage.get(node);
    return column === null
      ? (model?.unresolved ?? [])
      : (model?.columns.find((candidate) => candidate.column === column)?.unresolved ?? []);
  }
}
