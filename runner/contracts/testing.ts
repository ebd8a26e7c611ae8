import type { Database, Session } from '../adapters/types.ts';
import { RunnerError } from '../errors.ts';
import { type EvaluateOptions, evaluateContract } from './evaluate.ts';
import { type ParseOptions, parseContract } from './parse.ts';
import type { CheckResult, ContractResult } from './types.ts';

/** The time of all tests of contracts. */
export const CLOCK = new Date('2024-01-04T10:00:00Z');

/** For tests only: what a contract says of a table that is created, measured and undone in one transaction. */
export interface Case {
  /** Statements; the tables are in schema `s`, the one measured is `s.t`. */
  readonly setup: string;
  /** The contract after its `dataset` line. */
  readonly contract: string;
  readonly parse?: ParseOptions;
  readonly options?: Partial<EvaluateOptions>;
}

export async function evaluateCase(db: Database, { setup, contract, parse, options }: Case): Promise<ContractResult> {
  const parsed = parseContract(`dataset: ds/db/s/t\n${contract}`, 'soda/s/t.yml', parse);
  const relation = { schema: 's', name: 't' };
  return withTables(db, setup, (tx) => evaluateContract(tx, parsed, { relation, clock: CLOCK, ...options }));
}

/** Makes tables, in schema `s`, that exist for `work` alone. */
export async function withTables<T>(db: Database, setup: string, work: (tx: Session) => Promise<T>): Promise<T> {
  const made = `create schema s; set local search_path = s; ${setup}; set local search_path = pg_catalog, public`;
  return undone(db, async (tx) => {
    await tx.query(made);
    return work(tx);
  });
}

/** What comes of work in a transaction that is then undone. */
export async function undone<T>(db: Database, work: (tx: Session) => Promise<T>): Promise<T> {
  const results: T[] = [];
  const undo = new Error('undo');
  const undoing = db.transaction(async (tx) => {
    results.push(await work(tx));
    throw undo;
  });
  await undoing.catch((error: unknown) => {
    if (error !== undo) throw error;
  });
  return results[0] as T;
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
