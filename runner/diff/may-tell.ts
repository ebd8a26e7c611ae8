import type { Graph, Node } from '../graph/types.ts';

/** A cell of a figure that comes from personal values. */
export interface Changes {
  readonly before: string | null;
  readonly after: string | null;
  /** Who is in its sum on one side alone; `null` where nothing says so. */
  readonly persons: number | null;
  /** It is the figure's only row. */
  readonly isOne: boolean;
  readonly smallGroup: number;
  readonly otherSql: readonly string[];
}

/**
 * Why it is not told what became of a cell, in words, or `null`: where the same persons are added up as before, or where it is
 * the only sum of its kind and more than a small group of them came or went.
 */
export function untold({ before, after, persons, isOne, smallGroup, otherSql }: Changes): string | null {
  if (after === null) return null;
  if (otherSql.length > 0)
    return `not compared, for SQL between personal values and it has changed (${otherSql.join(', ')}): the difference could be one person's pay`;
  if (persons === null) return 'not compared, for nothing says whose values it adds up (review.members in project.yml)';
  if (before === null)
    return "not compared, for it was not told before: with the other totals it could be one person's pay";
  if (persons === 0) return null;
  if (persons <= smallGroup)
    return `not compared, for ${smallGroup} persons or fewer come or go: the difference is their pay`;
  return isOne
    ? null
    : "a group's cost is not compared when who is in it has changed: less the other groups, the difference could be one person's pay";
}

/**
 * Names of models with other SQL, or that came or went, among those that a figure is made of: all that hold personal values or
 * what comes from them, and all that do not only decide who the members are. Who a member is, is counted; what the others do is not known.
 * @param carries whether a node holds personal values, or some that come from them, on that side
 */
export function otherSql(
  base: Graph,
  head: Graph,
  figure: string,
  members: string | null,
  carries: (node: Node) => boolean,
): readonly string[] {
  const read = new Set(
    [base, head].flatMap(({ dag }) => (dag.order.includes(figure) ? [figure, ...dag.ancestors(figure)] : [])),
  );
  const decides = (id: string): boolean =>
    members !== null &&
    [base, head].every(({ nodes, dag }) => !nodes.has(id) || (nodes.has(members) && dag.ancestors(members).has(id)));
  return [...read].flatMap((id) => {
    const [before, after] = [base.nodes.get(id), head.nodes.get(id)];
    if (sqlOf(before) === sqlOf(after)) return [];
    const isHarmless = decides(id) && ![before, after].some((node) => node && carries(node));
    return isHarmless ? [] : [(after ?? before)?.name ?? id];
  });
}

/** Data is compared, not what stands in a file; a source has no SQL. */
export function sqlOf(node: Node | undefined): string | undefined {
  return node?.type === 'model' ? node.rendered.body : node?.type;
}
