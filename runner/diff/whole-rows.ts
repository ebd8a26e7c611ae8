import type { Session } from '../adapters/types.ts';
import type { Node } from '../graph/types.ts';
import { quoted } from '../util/sql.ts';
import type { Compared, Plan } from './rows.ts';
import { compared, listed, shown } from './sides.ts';
import type { Cell, RowExample } from './types.ts';

/** Compares rows as wholes by the columns of both sides, one that is there three times being three. */
export async function compareWhole(
  db: Pick<Session, 'query'>,
  { base, head, values, filter, examples, isMasked }: Plan,
): Promise<Compared> {
  const cells = values.map((_, index) => `v${index}`);
  const of = (node: Node, sign: number): string => {
    const columns = values.map((column, index) => `, ${compared('t', column)} as v${index}`).join('');
    const where = filter === null ? '' : ` where ${filter}`;
    return `select ${sign} as sign${columns} from ${quoted(node.relation)} as t${where}`;
  };
  const texts = values.map(({ name }, index) => shown(`v${index}`, isMasked(name)));
  const { rows } = await db.query(`with differing as materialized (
select sum(sign) as surplus${cells.map((cell) => `, ${cell}`).join('')}
from (${of(base, -1)} union all ${of(head, 1)}) as rows
group by ${cells.join(', ') || '()'}
having sum(sign) <> 0
), placed as (
select *, sum(abs(surplus)) over kind as total, row_number() over (kind order by ${cells.join(', ') || 'true'}) as place
from differing
window kind as (partition by surplus > 0)
)
select surplus > 0, total, ${listed(texts)}
from placed
where place <= ${Math.max(examples, 1)}
order by surplus > 0 desc, place`);
  const totalOf = (isAdded: string): number => Number(rows.find(([added]) => added === isAdded)?.[1] ?? 0);
  const example = ([isAdded, , json]: (typeof rows)[number]): RowExample => {
    const texts: readonly Cell[] = JSON.parse(json ?? '[]');
    const cellOf = (column: string, text: Cell): RowExample['cells'][number] =>
      isAdded === 't' ? { column, before: null, after: text } : { column, before: text, after: null };
    const cells = values.map(({ name }, index) => cellOf(name, texts[index] ?? null));
    return { kind: isAdded === 't' ? 'added' : 'removed', key: [], cells };
  };
  return {
    added: totalOf('t'),
    removed: totalOf('f'),
    changed: 0,
    changedColumns: [],
    examples: examples === 0 ? [] : rows.map(example),
  };
}
