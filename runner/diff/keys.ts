import type { Session } from '../adapters/types.ts';
import type { ModelNode, Node, SeedNode } from '../graph/types.ts';
import { keyOf } from '../unit-tests/compare.ts';
import { quoted } from '../util/sql.ts';
import { type CommonColumn, compared } from './sides.ts';

export interface Key {
  /** Empty where no contract names columns that both sides have. */
  readonly columns: readonly CommonColumn[];
  /** Why they do not tell every row, in words; `null` where they do. */
  readonly problem: string | null;
}

/**
 * What tells a row on both sides: the key of the head's contract or, where it tells none, of the base's; where neither does, the
 * first of them with its problem.
 * @param problemOf why columns do not tell every row, in words
 */
export async function keyOfBoth(
  base: ModelNode | SeedNode,
  head: ModelNode | SeedNode,
  common: readonly CommonColumn[],
  problemOf: (columns: readonly CommonColumn[]) => Promise<string | null>,
): Promise<Key> {
  const names = common.map(({ name }) => name);
  const declared = [head, base].map((node) => keyOf(node, names)).filter((columns) => columns.length > 0);
  const keys: Key[] = [];
  for (const named of new Map(declared.map((columns) => [columns.join(), columns])).values()) {
    const columns = common.filter(({ name }) => named.includes(name));
    const problem = await problemOf(columns);
    if (problem === null) return { columns, problem };
    keys.push({ columns, problem });
  }
  return keys[0] ?? { columns: [], problem: 'no contract names a key of both sides' };
}

export function keyProblem(columns: readonly CommonColumn[], what: 'NULL' | 'double'): string {
  return `the key (${columns.map(({ name }) => name).join(', ')}) is ${what} in some rows`;
}

/** Counts the keys of both sides, for tables that are not large. */
export async function askKey(
  db: Pick<Session, 'query'>,
  nodes: readonly Node[],
  columns: readonly CommonColumn[],
): Promise<string | null> {
  const numbers = columns.map((_, index) => index + 1).join(', ');
  const sides = nodes.map(
    ({ relation }) =>
      `select ${columns.map((column, index) => `${compared('t', column)} as k${index}`).join(', ')}, count(*) as rows from ${quoted(relation)} as t group by ${numbers}`,
  );
  const isNull = columns.map((_, index) => `k${index} is null`).join(' or ');
  const { rows } = await db.query(
    `select bool_or(${isNull}), bool_or(rows > 1) from (${sides.map((side) => `(${side})`).join(' union all ')}) as keys`,
  );
  const [[hasNull, isDouble] = []] = rows;
  if (hasNull === 't') return keyProblem(columns, 'NULL');
  return isDouble === 't' ? keyProblem(columns, 'double') : null;
}
