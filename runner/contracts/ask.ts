import type { Session, TextResult } from '../adapters/types.ts';
import { DatabaseError } from '../errors.ts';
import type { Cell } from './measure.ts';
import type { OwnQuery } from './plan.ts';

/** Set by the caller before the first query. */
export const SAVEPOINT = 'runner_contract';

export type Answer =
  | { readonly result: TextResult; readonly refusal: null }
  | { readonly result: null; readonly refusal: string };

/** Runs a query and undoes it: what the server says of it is the answer, and the transaction goes on. */
export async function ask(session: Session, sql: string): Promise<Answer> {
  try {
    return { result: await session.query(sql), refusal: null };
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    return { result: null, refusal: error.hint ? `${error.message} (${error.hint})` : error.message };
  } finally {
    await session.query(`rollback to savepoint ${SAVEPOINT}`);
  }
}

export type OwnAnswer = Answer & { readonly counted?: Cell };

/** A query that can't be wrapped to be counted is run as it is, and its rows are counted here. */
export async function askOwn(session: Session, query: OwnQuery): Promise<OwnAnswer> {
  if (query.refusal !== null) return { result: null, refusal: query.refusal };
  const wrapped = await ask(session, query.sql);
  if (wrapped.result || query.bare === null) return wrapped;
  const bare = await ask(session, query.bare);
  return bare.result ? { ...bare, counted: { text: String(bare.result.rows.length), type: 20 } } : bare;
}

/** The first row, each field with its type; `null` when there is no row. */
export function cellsOf(result: TextResult): readonly Cell[] | null {
  const row = result.rows[0];
  return row ? result.columns.map(({ type }, index) => ({ text: row[index] ?? null, type })) : null;
}
