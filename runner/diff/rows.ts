import type { Session } from '../adapters/types.ts';
import { isPersonal } from '../contracts/personal.ts';
import type { ModelNode, Node, SeedNode } from '../graph/types.ts';
import { differingBuckets } from './buckets.ts';
import { compareKeyed } from './keyed-rows.ts';
import { keyOfBoth } from './keys.ts';
import { type CommonColumn, readSides } from './sides.ts';
import type { RowsDiff } from './types.ts';
import { compareOnly, compareWhole } from './whole-rows.ts';

/** Of a project with no personal column nothing is masked; else of a node all that no contract says something of. */
export interface RowsOptions {
  /** Examples of each kind. Default 5. */
  readonly examples?: number;
  /** Rows of the larger side up to which rows are compared one by one. Default 1,000,000. */
  readonly exactUpTo?: number;
  /** Some contract of either side has a personal column. */
  readonly hasPersonal: boolean;
  /** Whether a column comes from personal values whatever its contract says, such as a total of them. */
  readonly comesFromPersonal: (node: Node, column: string) => boolean;
}

/** The parts of a {@link RowsDiff} that depend on how rows are told apart. */
export type Compared = Pick<RowsDiff, 'added' | 'removed' | 'changed' | 'changedColumns' | 'examples'>;

export interface Plan {
  readonly base: Node;
  readonly head: Node;
  readonly key: readonly CommonColumn[];
  readonly values: readonly CommonColumn[];
  readonly baseColumns: readonly string[];
  readonly headColumns: readonly string[];
  /** SQL over a row `t` of either side; `null` for all rows. */
  readonly filter: string | null;
  /** Rows of that. */
  readonly before: number;
  readonly after: number;
  readonly examples: number;
  readonly isMasked: (column: string) => boolean;
}

/**
 * How the rows of two relations of a node differ, by the key of its contract; as wholes, if there is none or it is NULL or
 * double in rows that differ. Order of rows and columns does not matter. Above `exactUpTo` only rows are looked at whose
 * bucket of the key's hash has another count or sum of row hashes: counts are exact up to a collision of 64 bits.
 * Values of personal columns do not leave the server.
 * @throws DatabaseError where a relation is not there
 */
export async function compareRows(
  db: Pick<Session, 'query'>,
  base: ModelNode | SeedNode,
  head: ModelNode | SeedNode,
  options: RowsOptions,
): Promise<RowsDiff> {
  const sides = await readSides(db, base, head);
  const { before, after, common, baseColumns, headColumns } = sides;
  const method = Math.max(before, after) > (options.exactUpTo ?? 1_000_000) ? 'buckets' : 'exact';
  const names = common.map(({ name }) => name);
  const planOf = async (key: readonly CommonColumn[]): Promise<Plan> => {
    const values = common.filter((column) => !key.includes(column));
    const plan = { base, head, key, values, baseColumns, headColumns, examples: options.examples ?? 5 };
    const isMasked = (column: string): boolean => mayBePersonal(base, head, column, options);
    const buckets =
      method === 'buckets' ? await differingBuckets(db, base, head, key, values) : { filter: null, before, after };
    return { ...plan, isMasked, ...buckets };
  };

  let found: Compared | null = null;
  // A large table is not read once more for it: the join finds what is double or NULL.
  const { columns, problem } = await keyOfBoth(base, head, common, async (key) => {
    const keyed = await compareKeyed(db, await planOf(key));
    found = keyed.found;
    return keyed.problem;
  });
  const isOne = columns.length === 0 && common.length > 0 && before === 1 && after === 1;
  found ??= await (isOne ? compareOnly : compareWhole)(db, await planOf([]));
  return {
    key: problem === null ? columns.map(({ name }) => name) : [],
    unkeyed: problem,
    before,
    after,
    ...found,
    columnsAdded: headColumns.filter((name) => !names.includes(name)),
    columnsRemoved: baseColumns.filter((name) => !names.includes(name)),
    columnsRetyped: common.flatMap(({ name, baseType, headType }) =>
      baseType === headType ? [] : [{ column: name, before: baseType, after: headType }],
    ),
    method,
  };
}

/** By either side: a tag that was taken away hides as before. */
export function mayBePersonal(
  base: Node,
  head: Node,
  column: string,
  { hasPersonal, comesFromPersonal }: Pick<RowsOptions, 'hasPersonal' | 'comesFromPersonal'>,
): boolean {
  return [base, head].some((node) => {
    const known = node.contract && node.contract.columns.length > 0;
    return comesFromPersonal(node, column) || (known ? isPersonal(node.contract, column) : hasPersonal);
  });
}
