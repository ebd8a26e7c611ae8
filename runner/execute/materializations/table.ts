import type { Session } from '../../adapters/types.ts';
import type { ModelNode, SeedNode } from '../../graph/types.ts';
import { quoted, type Relation } from '../../util/sql.ts';
import { looksOf, sameColumns } from '../publish/catalog.ts';
import { haveSameRows, publishDifference } from '../publish/difference.ts';
import { matchIndexes } from '../publish/indexes.ts';
import { obstaclesOf } from '../publish/obstacles.ts';
import { swapStep } from '../publish/swap.ts';
import { asideOf, create } from './aside.ts';
import type { Built, Materialization, MaterializeOptions, Publication } from './types.ts';

/** Built aside as a whole, and published as {@link publishTable} says. */
export const table: Materialization = async (session, node, sql, options) => {
  const aside = asideOf(node.relation);
  const rows = await create(session, 'table', aside, sql);
  return builtTable(session, node, aside, rows, options);
};

/** @param rows in the table aside */
export function builtTable(
  session: Session,
  node: ModelNode | SeedNode,
  aside: Relation,
  rows: number,
  options: MaterializeOptions,
): Built {
  return { audited: aside, publish: () => publishTable(session, node, aside, rows, options) };
}

/** Rows, in the larger of the two tables, up to which they are published by their difference. */
const DIFFERENCE_LIMIT = 200_000;

/**
 * By the difference of the rows, or by a swap: as the node's `publish` says, else by size. Other columns or another kind
 * can only be swapped in; what a swap would lose is published by difference. Equal tables are left alone.
 */
async function publishTable(
  session: Session,
  node: ModelNode | SeedNode,
  aside: Relation,
  rows: number,
  options: MaterializeOptions,
): Promise<Publication> {
  const published = node.relation;
  const indexes = node.config.indexes ?? [];
  const [{ columns }, former] = await looksOf(session, aside, published);
  const names = columns.map(({ name }) => name);
  const comparable = former.kind === 'table' && sameColumns(columns, former.columns);
  const swap = { rows, changed: rows, identical: false };
  const steps = [swapStep(session, published, aside, { modelAt: options.modelAt, indexes })];
  if (!comparable) return { written: swap, steps };

  let changed = 0;
  if (await suitsDifference(session, node, rows)) {
    changed = await publishDifference(session, published, aside, names);
  } else if (!(await haveSameRows(session, published, aside, names))) {
    if ((await obstaclesOf(session, published)).length === 0) return { written: swap, steps };
    changed = await publishDifference(session, published, aside, names);
  }
  await session.query(`drop table ${quoted(aside)}`);
  return {
    written: { rows, changed, identical: changed === 0 },
    steps: await matchIndexes(session, 'table', published, indexes),
  };
}

async function suitsDifference(session: Session, node: ModelNode | SeedNode, rows: number): Promise<boolean> {
  const { publish = 'auto' } = node.config;
  if (publish !== 'auto') return publish === 'difference';
  if (rows > DIFFERENCE_LIMIT) return false;
  const result = await session.query(
    `select count(*) from (select from ${quoted(node.relation)} limit ${DIFFERENCE_LIMIT + 1}) as published`,
  );
  return Number(result.rows[0]?.[0]) <= DIFFERENCE_LIMIT;
}
