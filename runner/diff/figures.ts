import type { Session, TextResult } from '../adapters/types.ts';
import { MASK } from '../contracts/personal.ts';
import { DatabaseError } from '../errors.ts';
import type { ModelNode, Node } from '../graph/types.ts';
import { identifier, literal, quoted } from '../util/sql.ts';
import { askKey, keyOfBoth } from './keys.ts';
import { type Changes, untold } from './may-tell.ts';
import { paired } from './paired.ts';
import { mayBePersonal, type RowsOptions } from './rows.ts';
import { compared, FLOAT_AS_NUMERIC, listed, readSides, type Sides, shown } from './sides.ts';
import type { Cell, FigureDiff } from './types.ts';

export interface FigureOptions extends Pick<RowsOptions, 'hasPersonal' | 'comesFromPersonal'> {
  /** Of the base, as are members: a branch does not say what is told of it. */
  readonly smallGroup: number;
  /** Whose values a row of the figure adds up; `null` where nothing says so. */
  readonly members: Members | null;
  /** Names of the models that may have changed whose values are added up, beside who the members are. See otherSql. */
  readonly otherSql: readonly string[];
}

export interface Members {
  readonly base: Node;
  readonly head: Node;
  readonly person: string;
  /** SQL over a row `m` of the members and a row `f` of the figure. */
  readonly condition: string;
}

/**
 * Every cell of a figure that differs, in the order of its key, with the exact difference of numbers. What comes from personal
 * values is not told where a person's could follow from it. Without a key a row stands for itself unless it is the only one.
 * @throws DatabaseError
 */
export async function compareFigure(
  db: Pick<Session, 'query'>,
  base: ModelNode,
  head: ModelNode,
  options: FigureOptions,
): Promise<readonly FigureDiff[]> {
  const { comesFromPersonal, members } = options;
  const sides = await readSides(db, base, head);
  const isOne = sides.before <= 1 && sides.after <= 1;
  const declared = (await keyOfBoth(base, head, sides.common, (key) => askKey(db, [base, head], key))).columns.map(
    ({ name }) => name,
  );
  const isKey = (name: string): boolean => (declared.length > 0 ? declared.includes(name) : !isOne);
  const key = sides.common.filter(({ name }) => isKey(name));
  const columns = [...new Set([...sides.headColumns, ...sides.baseColumns])].filter((name) => !isKey(name));
  const isTagged = (column: string): boolean =>
    mayBePersonal(base, head, column, { ...options, comesFromPersonal: () => false });
  const isDerived = (column: string): boolean => [base, head].some((node) => comesFromPersonal(node, column));
  const cells = columns.map((name, place) => cellOf(sides, name, place, isTagged(name)));
  if (cells.length === 0) return [];

  const keys = key.map((column) => `coalesce(${compared('(h.f)', column)}, ${compared('(b.f)', column)})`);
  const labels = key.map(({ name }, index) => shown(keys[index] ?? '', isTagged(name) || isDerived(name)));
  const ask = (persons: string): Promise<TextResult> =>
    db.query(`select ${listed(labels)}, c.name, c.before, c.after, c.difference, ${persons}
from ${paired(base, head, sides, key)}
cross join lateral (values ${cells.join(', ')}) as c (place, name, before, after, difference, differs)
where c.differs
order by ${[...keys, 'coalesce(h.id, b.id)', 'c.place'].join(', ')}`);
  let isLost = false;
  // What the base calls a member may be a column that head has not.
  const { rows } = await ask(members ? personsOf(members) : 'null').catch((error: unknown) => {
    if (!members || !(error instanceof DatabaseError)) throw error;
    isLost = true;
    return ask('null');
  });
  const reason = (changes: Changes): string | null => {
    const why = untold(changes);
    return why !== null && isLost ? 'nothing says whose values it adds up any more (review.members of the base)' : why;
  };
  return rows.map(([labelled, name, before = null, after = null, difference = null, persons = null]): FigureDiff => {
    const column = name ?? '';
    const texts: readonly Cell[] = JSON.parse(labelled ?? '[]');
    const row = key.map((one, index) => `${one.name} = ${texts[index] ?? 'NULL'}`).join(', ');
    const changes: Changes = { before, after, persons: persons === null ? null : Number(persons), isOne, ...options };
    const hidden = isTagged(column) ? 'it is personal' : isDerived(column) ? reason(changes) : null;
    const told = hidden === null ? { after, difference } : { after: null, difference: null };
    return { model: head.name, row, column, before, ...told, hidden };
  });
}

/** One row of `c`. A number's difference is the server's: exact, whatever its size. */
function cellOf({ common, baseColumns, headColumns }: Sides, name: string, place: number, isMasked: boolean): string {
  const column = common.find((one) => one.name === name);
  const [before, after] = ['(b.f)', '(h.f)'].map((row) => `${row}.${identifier(name)}`) as [string, string];
  const text = (names: readonly string[], value: string): string =>
    names.includes(name) ? `${value}::text` : 'null::text';
  const texts = [text(baseColumns, before), text(headColumns, after)];
  const difference = `${after}::${FLOAT_AS_NUMERIC} - ${before}::${FLOAT_AS_NUMERIC}`;
  const isOther = column
    ? `${compared('(b.f)', column)} is distinct from ${compared('(h.f)', column)}`
    : `${texts[0]} is distinct from ${texts[1]}`;
  const told = isMasked ? texts.map(() => literal(MASK)) : texts;
  const signed =
    column?.isNumber && !isMasked
      ? `case when ${difference} > 0 then '+' else '' end || (${difference})::text`
      : 'null::text';
  return `(${place}, ${literal(name)}, ${told.join(', ')}, ${signed}, ${isOther})`;
}

/** How many persons are a member on one side alone, or more often than on the other. */
function personsOf({ base, head, person, condition }: Members): string {
  const of = (node: Node, row: string): string => `(
  select m.${identifier(person)}::text collate "C" as person, count(*) as times
  from ${quoted(node.relation)} as m cross join (select (${row}.f).*) as f
  where ${row}.id is not null and (
${condition}
  )
  group by 1
)`;
  return `(
select count(*) from ${of(base, 'b')} as x full join ${of(head, 'h')} as y on x.person = y.person
where x.times is distinct from y.times
)`;
}
