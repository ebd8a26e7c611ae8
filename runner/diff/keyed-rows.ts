import type { Session } from '../adapters/types.ts';
import type { Node } from '../graph/types.ts';
import { identifier, quoted } from '../util/sql.ts';
import { keyProblem } from './keys.ts';
import type { Compared, Plan } from './rows.ts';
import { compared, listed, shown } from './sides.ts';
import type { Cell, RowExample } from './types.ts';

type Keyed = { readonly found: Compared; readonly problem: null } | { readonly found: null; readonly problem: string };

/** Joins both sides by the key. Where a key is NULL, or double in rows that differ, counts would be wrong: a problem, in words. */
export async function compareKeyed(db: Pick<Session, 'query'>, plan: Plan): Promise<Keyed> {
  const { key, values, before, after } = plan;
  const { rows } = await db.query(comparison(plan));
  const [[, counts] = [], ...examples] = rows;
  const [nulls, pairs, added, removed, changed, ...byColumn] = (JSON.parse(counts ?? '[]') as readonly string[]).map(
    Number,
  );
  if (Number(nulls) > 0) return { found: null, problem: keyProblem(key, 'NULL') };
  const isDouble = pairs !== before - Number(removed) || pairs !== after - Number(added);
  if (isDouble) return { found: null, problem: keyProblem(key, 'double') };
  const changedColumns = values
    .map(({ name }, index) => ({ column: name, rows: byColumn[index] ?? 0 }))
    .filter((column) => column.rows > 0);
  const found = { added: Number(added), removed: Number(removed), changed: Number(changed), changedColumns };
  return { found: { ...found, examples: examples.map((row) => exampleOf(plan, row)) }, problem: null };
}

/**
 * One statement: counts in the first row, then the first rows of each kind in the order of the key. Of a pair only what differs is
 * kept, for all rows may; the cells of examples are read again. Columns are numbered: none can clash with what is added.
 */
function comparison({ base, head, key, values, baseColumns, headColumns, filter, examples, isMasked }: Plan): string {
  const where = filter === null ? '' : ` where ${filter}`;
  const side = ({ relation }: Node): string => {
    const keys = key.map((column, index) => `${compared('t', column)} as k${index}`);
    const cells = values.map((column, index) => `${compared('t', column)} as v${index}`);
    return `(select ${['true as there', ...keys, ...cells].join(', ')} from ${quoted(relation)} as t${where})`;
  };
  const keys = key.map((_, index) => `k${index}`);
  const flags = values.map((_, index) => `d${index}`);
  const differs = values.map((_, index) => `b.v${index} is distinct from h.v${index}`);
  const kind = `case when b.there is null then 'added' when h.there is null then 'removed' when ${differs.join(' or ') || 'false'} then 'changed' end`;
  const kept = [
    ...keys.map(
      (name) =>
        `case when b.there is null then h.${name} when h.there is null or ${differs.join(' or ') || 'false'} then b.${name} end as ${name}`,
    ),
    ...flags.map((name, index) => `b.there and h.there and ${differs[index]} as ${name}`),
  ];
  const counts = [
    `count(*) filter (where kind in ('added', 'removed') and (${keys.map((name) => `${name} is null`).join(' or ')}))`,
    "count(*) filter (where kind is null or kind = 'changed')",
    ...['added', 'removed', 'changed'].map((name) => `count(*) filter (where kind = '${name}')`),
    ...flags.map((name) => `count(*) filter (where ${name})`),
  ];
  const again = (alias: string, { relation }: Node, unless: string): string =>
    `left join ${quoted(relation)} as ${alias} on e.kind <> '${unless}' and ${key.map((column, index) => `${compared(alias, column)} = e.k${index}`).join(' and ')}`;
  const texts = (alias: string, names: readonly string[]): string =>
    listed(names.map((name) => shown(`${alias}.${identifier(name)}`, isMasked(name))));
  return `with joined as materialized (
select ${[`${kind} as kind`, ...kept].join(', ')}
from ${side(base)} as b full join ${side(head)} as h on ${keys.map((name) => `b.${name} = h.${name}`).join(' and ')}
), placed as (
select *, row_number() over (partition by kind order by ${keys.join(', ')}) as place from joined where kind is not null
), examples as materialized (
select * from placed where place <= ${examples} limit ${3 * examples}
)
select null as kind, ${listed(counts.map((count) => `${count}::text`))}, null, null, 0 as place from joined
union all
select e.kind, ${texts('b', baseColumns)}, ${texts('h', headColumns)}, ${listed(flags.map((name) => `e.${name}::text`))}, e.place
from examples as e ${again('b', base, 'added')} ${again('h', head, 'removed')}
order by kind nulls first, place`;
}

function exampleOf(
  { key, values, baseColumns, headColumns }: Plan,
  [kind, base, head, flags]: readonly (string | null)[],
): RowExample {
  const list = (json: string | null | undefined): readonly Cell[] => JSON.parse(json ?? '[]');
  const cellsOf = (json: string | null | undefined, names: readonly string[]): ReadonlyMap<string, Cell> => {
    const texts = list(json);
    return new Map(names.map((name, index) => [name, texts[index] ?? null]));
  };
  const before = cellsOf(base, baseColumns);
  const after = cellsOf(head, headColumns);
  const isChanged = list(flags);
  const others = (names: readonly string[]): readonly string[] =>
    names.filter((name) => !key.some((column) => column.name === name));
  const changed = values.flatMap(({ name }, index) => (isChanged[index] === 'true' ? [name] : []));
  const columns = kind === 'added' ? others(headColumns) : kind === 'removed' ? others(baseColumns) : changed;
  return {
    kind: kind as RowExample['kind'],
    key: key.map(({ name }) => (kind === 'removed' ? before : after).get(name) ?? null),
    cells: columns.map((column) => ({
      column,
      before: kind === 'added' ? null : (before.get(column) ?? null),
      after: kind === 'removed' ? null : (after.get(column) ?? null),
    })),
  };
}
