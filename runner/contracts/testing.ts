import type { Database } from '../adapters/types.ts';
import { RunnerError } from '../errors.ts';
import { type EvaluateOptions, evaluateContract } from './evaluate.ts';
import { type ParseOptions, parseContract } from './parse.ts';
import type { CheckResult, ContractResult } from './types.ts';

/** For tests only: what a contract says of a table that is created, measured and undone in one transaction. */
export interface Case {
  /** Statements; the tables are in schema `s`, the one measured is `s.t`. */
  readonly setup: string;
  /** The contract after its `dataset` line. */
  readonly contract: string;
  readonly parse?: ParseOptions;
  readonly options?: Partial<EvaluateOptions>;
}

export const CLOCK = new Date('2024-01-04T10:00:00Z');

export async function evaluateCase(db: Database, { setup, contract, parse, options }: Case): Promise<ContractResult> {
  const parsed = parseContract(`dataset: ds/db/s/t\n${contract}`, 'soda/s/t.yml', { clock: CLOCK, ...parse });
  const undo = new Error('undo');
  let result: ContractResult | undefined;
  await db
    .transaction(async (tx) => {
      await tx.query(
        `create schema s; set local search_path = s; ${setup}; set local search_path = pg_catalog, public`,
      );
      result = await evaluateContract(tx, parsed, { relation: { schema: 's', name: 't' }, clock: CLOCK, ...options });
      throw undo;
    })
    .catch((error: unknown) => {
      if (error !== undo) throw error;
    });
  if (!result) throw new Error('not evaluated');
  return result;
}

/** A check on the table of {@link SETUP}: its title, the check, what is expected of it, and what else the contract says. */
export type CheckCase = readonly [title: string, check: string, expected: string, more?: More];
type More = { readonly top?: string; readonly column?: string; readonly setup?: string };

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

/** The outcome of one check; under a column, the check begins with the column's name. */
export async function outcomeOfCheck(
  db: Database,
  place: 'dataset' | 'column',
  [check, , more = {}]: readonly [check: string, expected: string, more?: More],
): Promise<string> {
  const [name = '', ...rest] = place === 'column' ? check.split(' ') : ['', check];
  const columns = `columns:\n  - name: ${name}\n${more.column ?? ''}    checks:\n      - ${rest.join(' ')}\n`;
  const contract = place === 'column' ? columns : `columns: []\nchecks:\n  - ${check}\n`;
  const result = await evaluateCase(db, { setup: more.setup ?? SETUP, contract: contract + (more.top ?? '') });
  return Object.values(outcomes(result)).join(', ');
}

/** `PASSED 6`, `NOT_EVALUATED`: the outcome and the value of each check by its path. */
export function outcomes(result: ContractResult): Readonly<Record<string, string>> {
  return Object.fromEntries(result.checks.map((check) => [check.path, shortly(check)]));
}

/** The code, the line and the message of each fault in a contract; empty when it has none. */
export function faultsIn(contract: string, options?: ParseOptions): readonly string[] {
  try {
    parseContract(contract, 'soda/s/t.yml', options);
    return [];
  } catch (error) {
    if (!(error instanceof RunnerError)) throw error;
    return error.faults.map(({ code, line, message }) => `${code} ${line}: ${message}`);
  }
}

function shortly({ outcome, value }: CheckResult): string {
  return value === null ? outcome : `${outcome} ${value}`;
}
