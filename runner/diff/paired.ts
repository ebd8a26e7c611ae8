import type { Node } from '../graph/types.ts';
import { quoted } from '../util/sql.ts';
import { type CommonColumn, compared, listed, type Sides } from './sides.ts';

/**
 * SQL of the rows of both sides as `b` and `h`, each with its whole row as `f`; of one that has no partner the other's `id` is
 * NULL. A NULL in the key is like another, and rows of one key are paired in the order of what they hold: for small tables.
 */
export function paired(base: Node, head: Node, sides: Sides, key: readonly CommonColumn[]): string {
  const side = ({ relation }: Node): string => {
    const columns = key.map((column) => compared('t', column));
    const all = listed(sides.common.map((column) => compared('t', column))).concat('::text collate "C"');
    const partition = columns.length > 0 ? `partition by ${columns.join(', ')} ` : '';
    const id = `row(${[...columns, `row_number() over (${partition}order by ${all})`].join(', ')})`;
    return `(select ${id} as id, t as f from ${quoted(relation)} as t)`;
  };
  return `${side(base)} as b full join ${side(head)} as h on b.id = h.id`;
}
