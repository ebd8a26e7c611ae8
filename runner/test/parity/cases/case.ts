import type { VariableValue } from '../../../contracts/variables.ts';
import type { Reason } from '../reasons.ts';

/** A table, a contract, and what is to be said of it: by our engine in any run of the tests, by both where Soda is installed. */
export interface Case {
  readonly title: string;
  /** Statements that make the tables; they are in schema `s`, which is on the search path. */
  readonly setup: string;
  /** A whole contract, of `ds/db/s/…`. */
  readonly contract: string;
  readonly variables: Readonly<Record<string, VariableValue>>;
  /**
   * The verdict: outcome and value of each check, those of the dataset first, then column by column; `ERROR: ` before them when
   * that is the status, `ERROR` alone when there are none.
   */
  readonly says: string;
  /** How our engine refuses to read the contract, which makes it say `ERROR`. */
  readonly fault: string | null;
  /** What Soda says instead. */
  readonly differs: { readonly reason: Reason; readonly soda: string } | null;
}

export interface More {
  readonly setup?: string;
  /** The table measured; `t` unless told. */
  readonly table?: string;
  /** The dataset, unless it is `ds/db/s/` and the table. */
  readonly place?: string;
  /** Other keys of the contract, as lines. */
  readonly top?: string;
  /** Other keys of the column, as the inside of a flow map. */
  readonly column?: string;
  readonly variables?: Readonly<Record<string, VariableValue>>;
  /** Why Soda says something else, and what. */
  readonly differs?: readonly [reason: Reason, soda: string];
}

export const SETUP = `
  create table t (id int, n int, s text, d date, ts timestamptz, f float8, b bool);
  insert into t values
    (1, 1, 'A', '2024-01-01', '2024-01-01 10:00Z', 0.1, true),
    (2, 2, 'B', '2024-02-01', '2024-01-02 10:00Z', 0.2, false),
    (3, null, null, null, null, null, null),
    (4, -5, '', '2024-03-01', '2024-01-03 10:00Z', -1, true),
    (5, 9, '9', '2024-04-01', '2024-01-01 10:00Z', 9, null),
    (6, 9, 'A', '2024-04-01', '2024-01-01 10:00Z', 9, null);
  create table r (c text, s text);
  insert into r values ('A', 'x'), ('A', 'y'), ('B', 'z')`;
/** The same tables, `t` without rows. */
export const EMPTY = SETUP.replaceAll(/insert into t values[^;]*;/g, '');

/** A contract as it stands after its `dataset` line. */
export function contract(title: string, text: string, says: string, more: More = {}): Case {
  const { setup = SETUP, table = 't', place = `ds/db/s/${table}`, top = '', variables = {}, differs } = more;
  return {
    title,
    setup,
    contract: `dataset: ${place}\n${text}${top}`,
    variables,
    says,
    fault: null,
    differs: differs ? { reason: differs[0], soda: differs[1] } : null,
  };
}

/** One check of the dataset. */
export function dataset(title: string, check: string, says: string, more?: More): Case {
  return contract(title, `columns: []\nchecks:\n  - ${check}\n`, says, more);
}

/** One check of a column: the column's name, a blank, the check. */
export function column(title: string, text: string, says: string, more: More = {}): Case {
  const [, name = '', check = ''] = /^(".*?"|\S+) (.*)$/s.exec(text) ?? [];
  const keys = more.column ? `, ${more.column}` : '';
  return contract(title, `columns:\n  - {name: ${name}${keys}, checks: [{${check} }]}\n`, says, more);
}

/** A contract that our engine refuses to read; `text` begins with its first line. */
export function refused(title: string, text: string, fault: string, more: More = {}): Case {
  return { ...contract(title, '', 'ERROR', more), contract: text, fault };
}
