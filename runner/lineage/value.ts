import type { ColumnOrigin, Derivation, Showing } from './types.ts';

/** What a value is made of. */
export interface Value {
  /** Each column once. */
  readonly from: readonly ColumnOrigin[];
  /** In words, what more there may be. */
  readonly unresolved: readonly string[];
  /** Of a record, what its columns are made of. */
  readonly record?: Rows;
}

/** Rows of a relation or query. */
export interface Rows {
  readonly columns: readonly Field[];
  /** Relations whose columns are not known, each with all of them. */
  readonly open: readonly Open[];
}

export interface Field {
  readonly name: string;
  readonly value: Value;
}

export interface Open {
  /** The node that the columns are of, where that much is known. */
  readonly node?: string;
  readonly why: string;
}

export const NOTHING: Value = { from: [], unresolved: [] };
export const NO_ROWS: Rows = { columns: [], open: [] };

export function unresolved(...words: readonly string[]): Value {
  return { from: [], unresolved: words };
}

/** The most direct way first. */
export const DIRECTNESS: readonly Derivation[] = ['copy', 'computed', 'aggregate'];

/** What shows least first. */
const SHOWING: readonly (Showing | undefined)[] = ['ask', 'count', 'sum', undefined];

/** All that several values are made of. What comes from a column in several ways does so in the most direct of them, and shows what the most telling one does. */
export function together(values: readonly Value[]): Value {
  const [first, ...others] = values;
  if (others.length === 0) return first ?? NOTHING;
  const from = new Map<string, ColumnOrigin>();
  for (const origin of values.flatMap((value) => value.from)) {
    const key = `${origin.node} ${origin.column}`;
    const known = from.get(key) ?? origin;
    const direct = DIRECTNESS.indexOf(origin.how) < DIRECTNESS.indexOf(known.how) ? origin : known;
    const telling = SHOWING.indexOf(origin.shows) > SHOWING.indexOf(known.shows) ? origin : known;
    from.set(key, showing(direct, telling.shows));
  }
  return { from: [...from.values()], unresolved: [...new Set(values.flatMap((value) => value.unresolved))] };
}

/**
 * What is made of values by an expression over them (`computed`), or by folding them. A total stays one in an expression; answers
 * to questions, put together, may tell the value.
 */
export function made(how: 'computed' | 'aggregate', ...values: readonly Value[]): Value {
  const { from, unresolved } = chosen(how, ...values);
  const kept = (shows: Showing | undefined): Showing | undefined =>
    how === 'aggregate' || shows === 'ask' ? undefined : shows;
  return { from: from.map((origin) => showing(origin, kept(origin.shows))), unresolved };
}

/** One of the values as it is, as of a CASE or of COALESCE: it shows no more than they do. */
export function chosen(how: 'computed' | 'aggregate', ...values: readonly Value[]): Value {
  const { from, unresolved } = together(values);
  return { from: from.map((origin) => (origin.how === 'aggregate' ? origin : { ...origin, how })), unresolved };
}

/** What is made of values and shows no more of any than that. */
export function shown(shows: Showing, how: 'computed' | 'aggregate', ...values: readonly Value[]): Value {
  const { from, unresolved } = made(how, ...values);
  return { from: from.map((origin) => showing(origin, shows)), unresolved };
}

function showing({ node, column, how }: ColumnOrigin, shows: Showing | undefined): ColumnOrigin {
  return { node, column, how, ...(shows ? { shows } : {}) };
}

/** The column of a name; `what` names the rows in words. */
export function columnOf({ columns, open }: Rows, name: string, what: string): Value {
  const found = columns.filter((column) => column.name === name).map(({ value }) => value);
  if (found.length > 1) return together([...found, unresolved(`${what} has several columns ${name}`)]);
  if (found.length === 1) return together(found);
  if (open.length === 0) return unresolved(`${what} has no column ${name}`);
  return together([...open.map((part) => columnOfOpen(part, name)), ...manyHomes(name, open.length)]);
}

/** Every column of rows, as one value. */
export function wholeRow(rows: Rows): Value {
  const parts = [...rows.columns.map(({ value }) => value), ...rows.open.map(({ why }) => unresolved(why))];
  return { ...made('computed', ...parts), record: rows };
}

export function columnOfOpen({ node, why }: Open, column: string): Value {
  return node === undefined ? unresolved(why) : { from: [{ node, column, how: 'copy' }], unresolved: [] };
}

/** The word on a name that may stand for several columns. */
export function manyHomes(name: string, homes: number): readonly Value[] {
  return homes > 1 ? [unresolved(`${name} may be a column of ${homes} relations: it counts as all of them`)] : [];
}

/** Whether columns are made of the same. */
export function isSame(one: Rows, other: Rows): boolean {
  const known = ({ columns }: Rows): string =>
    JSON.stringify(
      columns.map(({ value }) => [
        value.from.map(({ node, column, how, shows }) => JSON.stringify([node, column, how, shows])).toSorted(),
        value.unresolved.toSorted(),
      ]),
    );
  return known(one) === known(other);
}
