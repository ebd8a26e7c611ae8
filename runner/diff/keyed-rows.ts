import type { Session } from '../adapters/types.ts';
import { identifier, quoted } from '../util/sql.ts';
import type { Compared, Plan } from './rows.ts';
import { compared, listed, shown } from './sides.ts';
import type { Cell, RowExample } from './types.ts';

type Keyed = { readonly found: Compared; readonly problem: null } | { readonly found: null; readonly problem: string };

/** Joins both sides by the key. Where a key is NULL, or double in rows that differ, counts would be wrong: a problem, in words. */
export async function compareKeyed(db: Pick<Session, 'query'>, plan: Plan): Promise<Keyed> {
  const { key, values, before, after } = plan;
  const differs = values.map((_, index) => `b.v${index} is distinct from h.v${index}`);
  const isChanged = differs.join(' or ') || 'false';
  const joined = `${side(plan, 'base')} full join ${side(plan, 'head')} on ${key.map((_, index) => `b.k${index} = h.k${index}`).join(' and ')}`;
  const isNull = key.map((_, index) => `coalesce(b.k${index}, h.k${index}) is null`).join(' or ');
  const both = 'b.there and h.there';
  const counts = [
    `count(*) filter (where ${isNull})`,
    `count(*) filter (where ${both})`,
    'count(*) filter (where b.there is null)',
    'count(*) filter (where h.there is null)',
    `count(*) filter (where ${both} and (${isChanged}))`,
    ...differs.map((one) => `count(*) filter (where ${both} and ${one})`),
  ];
  const { rows } = await db.query(`select ${listed(counts.map((count) => `${count}::text`))} from ${joined}`);
  const [nulls, pairs, added, removed, changed, ...byColumn] = JSON.parse(rows[0]?.[0] ?? '[]').map(Number);

  const named = key.map(({ name }) => name).join(', ');
  if (nulls > 0) return { found: null, problem: `the key (${named}) is NULL in some rows` };
  if (pairs !== before - removed || pairs !== after - added)
    return { found: null, problem: `the key (${named}) is double in some rows` };
  const changedColumns = values
    .map(({ name }, index) => ({ column: name, rows: byColumn[index] as number }))
    .filter((column) => column.rows > 0);
  const examples = added + removed + changed > 0 ? await examplesOf(db, plan, joined, differs) : [];
  return { found: { added, removed, changed, changedColumns, examples }, problem: null };
}

/** Columns are numbered: none of them can clash with what is added. */
function side({ base, head, key, values, baseColumns, headColumns, filter }: Plan, which: 'base' | 'head'): string {
  const [node, names] = which === 'base' ? [base, baseColumns] : [head, headColumns];
  const columns = [
    'true as there',
    ...key.map((column, index) => `${compared('t', column)} as k${index}`),
    ...values.map((column, index) => `${compared('t', column)} as v${index}`),
    ...names.map((name, index) => `t.${identifier(name)} as r${index}`),
  ];
  const where = filter === null ? '' : ` where ${filter}`;
  return `(select ${columns.join(', ')} from ${quoted(node.relation)} as t${where}) as ${which === 'base' ? 'b' : 'h'}`;
}

/** The first of each kind, in the order of the key. */
async function examplesOf(
  db: Pick<Session, 'query'>,
  { key, values, baseColumns, headColumns, examples, isMasked }: Plan,
  joined: string,
  differs: readonly string[],
): Promise<readonly RowExample[]> {
  const isOther = ['b.there is null', 'h.there is null', ...differs].join(' or ');
  const order = key.map((_, index) => `coalesce(b.k${index}, h.k${index})`).join(', ');
  const kind = "case when b.there is null then 'added' when h.there is null then 'removed' else 'changed' end";
  const raw = (alias: string, names: readonly string[]): readonly string[] =>
    names.map((_, index) => `${alias}.r${index} as ${alias}${index}`);
  const flags = differs.map((one, index) => `${one} as d${index}`);
  const inner = [
    `${kind} as kind`,
    `row_number() over (partition by ${kind} order by ${order}) as place`,
    ...raw('b', baseColumns),
    ...raw('h', headColumns),
    ...flags,
  ];
  const texts = (alias: string, names: readonly string[]): string =>
    listed(names.map((name, index) => shown(`${alias}${index}`, isMasked(name))));
  const { rows } =
    await db.query(`select kind, ${texts('b', baseColumns)}, ${texts('h', headColumns)}, ${listed(differs.map((_, index) => `d${index}::text`))}
from (select ${inner.join(', ')} from ${joined} where ${isOther}) as rows
where place <= ${examples}
order by kind, place`);
  return rows.map(([of, base, head, different]): RowExample => {
    const cellsOf = (json: string | null | undefined, names: readonly string[]): ReadonlyMap<string, Cell> =>
      new Map((JSON.parse(json ?? '[]') as readonly Cell[]).map((cell, index) => [names[index] ?? '', cell]));
    const [before, after] = [cellsOf(base, baseColumns), cellsOf(head, headColumns)];
    const isKey = (name: string): boolean => key.some((column) => column.name === name);
    const others = (names: readonly string[]): readonly string[] => names.filter((name) => !isKey(name));
    const changed: readonly Cell[] = JSON.parse(different ?? '[]');
    const columns =
      of === 'added'
        ? others(headColumns)
        : of === 'removed'
          ? others(baseColumns)
          : values.flatMap(({ name }, index) => (changed[index] === 'true' ? [name] : []));
    return {
      kind: of as RowExample['kind'],
      key: key.map(({ name }) => (of === 'removed' ? before : after).get(name) ?? null),
      cells: columns.map((column) => ({
        column,
        before: of === 'added' ? null : (before.get(column) ?? null),
        after: of === 'removed' ? null : (after.get(column) ?? null),
      })),
    };
  });
}
