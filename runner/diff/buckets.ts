import { randomInt } from 'node:crypto';
import type { Session } from '../adapters/types.ts';
import type { Node } from '../graph/types.ts';
import { quoted } from '../util/sql.ts';
import { type CommonColumn, compared } from './sides.ts';

const BUCKETS = 1024;

/** Which rows may differ, and how many of them there are on either side. */
export interface Buckets {
  /** SQL over a row `t`. */
  readonly filter: string;
  readonly before: number;
  readonly after: number;
}

/**
 * Sorts the rows of both sides into buckets by a hash of their key, or of all columns without one, and names those whose number
 * of rows or sum of row hashes differs. Equal values have equal hashes, as the server's own index of records needs them.
 */
export async function differingBuckets(
  db: Pick<Session, 'query'>,
  base: Node,
  head: Node,
  key: readonly CommonColumn[],
  values: readonly CommonColumn[],
): Promise<Buckets> {
  // Nobody can know beforehand which rows would collide.
  const seed = randomInt(2 ** 47);
  const hash = (columns: readonly CommonColumn[]): string =>
    `hash_record_extended(row(${columns.map((column) => compared('t', column)).join(', ') || 'true'}), ${seed})`;
  const bucket = `${hash(key.length > 0 ? key : values)} & ${BUCKETS - 1}`;
  // The hash of a record is linear in those of its values: two rows that exchange one would have the same sum. So it is hashed again.
  const row = `hashint8extended(${hash([...key, ...values])}, ${seed})`;
  const sums = ({ relation }: Node): string =>
    `select ${bucket} as bucket, count(*) as rows, sum(${row}) as hashes from ${quoted(relation)} as t group by 1`;
  // The planner takes each value of an expression for another, and would sort the whole table for a thousand groups.
  const { rows } = await db.query(`set local enable_sort = off;
select coalesce(b.bucket, h.bucket), coalesce(b.rows, 0), coalesce(h.rows, 0)
from (${sums(base)}) as b
full join (${sums(head)}) as h on b.bucket = h.bucket
where (b.rows, b.hashes) is distinct from (h.rows, h.hashes)`);
  const total = (place: number): number => rows.reduce((sum, row) => sum + Number(row[place]), 0);
  return {
    filter: `(${bucket}) = any ('{${rows.map(([number]) => number).join(',')}}'::bigint[])`,
    before: total(1),
    after: total(2),
  };
}
