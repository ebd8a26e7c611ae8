import type { Database } from '../adapters/types.ts';
import { identifier } from '../util/sql.ts';
import type { BatchState } from './types.ts';

/**
 * What can be told of the rows of batches, as text by source: another one as soon as rows of a person were erased, or the
 * batch was dropped. A later batch changes nothing.
 * @param batches by `system.table`; of an appended source, all before it are read too
 */
export async function landedRows(
  db: Pick<Database, 'query'>,
  schema: string,
  batches: ReadonlyMap<string, BatchState>,
): Promise<ReadonlyMap<string, string>> {
  if (batches.size === 0) return new Map();
  const { rows } = await db.query(
    `select b.source, sum(b.row_count) || ' ' || bool_or(b.batch_id = f.batch_id and b.pruned_at is not null)
     from ${identifier(schema)}.batch as b
     join unnest($1::text[], $2::bigint[]) as f (source, batch_id) on f.source = b.source and b.batch_id <= f.batch_id
     group by b.source`,
    [[...batches.keys()], [...batches.values()].map(({ batchId }) => batchId)],
  );
  return new Map(rows.map(([source, told]) => [source ?? '', told ?? '']));
}
