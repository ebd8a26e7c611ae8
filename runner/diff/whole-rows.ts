import type { Session } from '../adapters/types.ts';
import type { Node } from '../graph/types.ts';
import { identifier, quoted } from '../util/sql.ts';
import type { Compared, Plan } from './rows.ts';
import { compared, listed, shown } from './sides.ts';
import type { Cell, RowExample } from './types.ts';

/** Compares rows as wholes by the columns of both sides, one that is there three times being three. */
export async function compareWhole(db: Pick<Session, 'query'>, plan: Plan): Promise<Compared> {
  const { base, head, values, filter, examples, isMasked } = plan;
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

/** The one row of each side, which is the same one. */
export async function compareOnly(
  db: Pick<Session, 'query'>,
  { base, head, values, examples, isMasked }: Plan,
): Promise<Compared> {
  const cellsOf = (alias: string): string =>
    listed(values.map(({ name }) => shown(`${alias}.${identifier(name)}`, isMasked(name))));
  const differs = values.map((column) => `(${compared('b', column)} is distinct from ${compared('h', column)})::text`);
  const { rows } = await db.query(
    `select ${listed(differs)}, ${cellsOf('b')}, ${cellsOf('h')} from ${quoted(base.relation)} as b, ${quoted(head.relation)} as h`,
  );
  const [flags = [], then = [], now = []] = (rows[0] ?? []).map((json): readonly Cell[] => JSON.parse(json ?? '[]'));
  const cells = values.flatMap(({ name }, index) =>
    flags[index] === 'true' ? [{ column: name, before: then[index] ?? null, after: now[index] ?? null }] : [],
  );
  const isChanged = cells.length > 0;
  return {
    added: 0,
    removed: 0,
    changed: isChanged ? 1 : 0,
    changedColumns: cells.map(({ column }) => ({ column, rows: 1 })),
    examples: isChanged && examples > 0 ? [{ kind: 'changed', key: [], cells }] : [],
  };
}
