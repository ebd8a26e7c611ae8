import type { Session } from '../adapters/types.ts';
import { MASK } from '../contracts/personal.ts';
import type { ModelNode } from '../graph/types.ts';
import type { OutcomeConfig } from '../project/review-types.ts';
import { identifier, literal, quoted } from '../util/sql.ts';
import { askKey, keyOfBoth } from './keys.ts';
import { paired } from './paired.ts';
import { mayBePersonal, type RowsOptions } from './rows.ts';
import { readSides } from './sides.ts';
import type { MotiveChange, OutcomeDiff } from './types.ts';

interface Options extends Pick<RowsOptions, 'hasPersonal' | 'comesFromPersonal'> {
  readonly smallGroup: number;
  /** The motive of head is made of personal values: none but a motive of the base is told, whoever has it. */
  readonly isOfBase: boolean;
}

/**
 * Who gains and loses something, by motive. A row that is not there has it not. Where no key tells who is who, or the column is no
 * boolean on both sides, totals alone. A motive of the head's alone is masked where only a small group has it, or it may be made of
 * personal values: the SQL of a motive may say anything of them.
 * @throws DatabaseError
 */
export async function compareOutcome(
  db: Pick<Session, 'query'>,
  base: ModelNode,
  head: ModelNode,
  { title, model, column, motive }: OutcomeConfig,
  { hasPersonal, comesFromPersonal, isOfBase, smallGroup }: Options,
): Promise<OutcomeDiff> {
  const sides = await readSides(db, base, head);
  const types = [sides.baseTypes.get(column), sides.headTypes.get(column)];
  const other = types.findIndex((type) => type !== 'boolean');
  const { columns: key, problem } = await keyOfBoth(base, head, sides.common, (key) => askKey(db, [base, head], key));
  const unknown =
    other < 0 ? problem : `${column} is ${types[other] ?? 'not there'}, not boolean, on the ${['base', 'head'][other]}`;
  if (unknown !== null) return { title, model, ...(await totals(db, [base, head], types, column)), unknown };

  const of = (row: string, names: readonly string[], name = ''): string | null =>
    names.includes(name) ? `(${row}.f).${identifier(name)}` : null;
  const has = (row: string): string => `coalesce((${row}.f).${identifier(column)}, false)`;
  const isMasked = motive !== undefined && mayBePersonal(base, head, motive, { hasPersonal, comesFromPersonal });
  const textOf = (row: string, names: readonly string[]): string => {
    const text = of(row, names, motive);
    if (text === null) return 'null::text collate "C"';
    return isMasked ? `case when ${text} is not null then ${literal(MASK)} end` : `${text}::text collate "C"`;
  };
  const after = textOf('h', sides.headColumns);
  const known =
    motive === undefined || !sides.headColumns.includes(motive)
      ? null
      : knownMotives(base, head, motive, sides.baseColumns, isOfBase ? null : smallGroup);
  const told =
    known === null
      ? after
      : `case when ${after} is null or ${after} in (${known}) then ${after} else ${literal(MASK)} end`;
  const { rows } = await db.query(`select ${has('b')}, ${has('h')}, ${textOf('b', sides.baseColumns)}, ${told}, count(*)
from ${paired(base, head, sides, key)}
group by 1, 2, 3, 4
order by 5 desc, 1, 2, 3, 4`);
  const counted = rows.map(([had, has, before = null, after = null, count]) => ({
    had: had === 't',
    has: has === 't',
    before,
    after,
    rows: Number(count),
  }));
  const total = (counts: (one: (typeof counted)[number]) => boolean): number =>
    counted.filter(counts).reduce((sum, one) => sum + one.rows, 0);
  return {
    title,
    model,
    before: total(({ had }) => had),
    after: total(({ has }) => has),
    gained: total(({ had, has }) => has && !had),
    lost: total(({ had, has }) => had && !has),
    motives: counted.flatMap(({ had, has, before, after, rows }): readonly MotiveChange[] =>
      had === has && before === after
        ? []
        : [{ kind: had === has ? 'other' : has ? 'gained' : 'lost', before, after, rows }],
    ),
    unknown: null,
  };
}

/** What can be told without knowing who is who. */
async function totals(
  db: Pick<Session, 'query'>,
  nodes: readonly ModelNode[],
  types: readonly (string | undefined)[],
  column: string,
): Promise<Pick<OutcomeDiff, 'before' | 'after' | 'gained' | 'lost' | 'motives'>> {
  const counts = nodes.map(({ relation }, index) =>
    types[index] === 'boolean' ? `(select count(*) from ${quoted(relation)} where ${identifier(column)})` : 'null',
  );
  const { rows } = await db.query(`select ${counts.join(', ')}`);
  const [before = null, after = null] = rows[0] ?? [];
  const numberOf = (count: string | null): number | null => (count === null ? null : Number(count));
  return { before: numberOf(before), after: numberOf(after), gained: null, lost: null, motives: [] };
}

/** Of the base, or of more than a few rows. */
function knownMotives(
  base: ModelNode,
  head: ModelNode,
  motive: string,
  baseColumns: readonly string[],
  smallGroup: number | null,
): string {
  const name = identifier(motive);
  const of = (node: ModelNode): string =>
    `select ${name}::text from ${quoted(node.relation)} where ${name} is not null`;
  const known = [
    ...(baseColumns.includes(motive) ? [of(base)] : []),
    ...(smallGroup === null ? [] : [`${of(head)} group by ${name} having count(*) > ${smallGroup}`]),
  ];
  return known.length > 0 ? known.join(' union all ') : 'null';
}
