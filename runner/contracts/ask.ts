import type { Session, TextResult } from '../adapters/types.ts';
import { DatabaseError } from '../errors.ts';
import { withoutValues } from '../util/mask-values.ts';
import { literal, quoted, type Relation } from '../util/sql.ts';
import type { Cell } from './number.ts';
import { aggregateQuery, type CheckPlan, COUNT, type ContractPlan, type OwnQuery } from './plan.ts';

const SAVEPOINT = 'runner_contract';

/**
 * Between the two, queries may be asked. A relation is large from the size on at which the server would have workers
 * scan it; a view is not, since what it costs to read it again is not known.
 * @returns whether `relation` is large
 */
export async function beginAsking(session: Session, relation: Relation): Promise<boolean> {
  const size = `pg_relation_size(to_regclass(${literal(quoted(relation))}))`;
  const limit = "pg_size_bytes(current_setting('min_parallel_table_scan_size'))";
  const { result } = await attempt(session, `savepoint ${SAVEPOINT};\nselect ${size} >= ${limit}`);
  return result?.rows[0]?.[0] === 't';
}

export async function endAsking(session: Session): Promise<void> {
  await session.query(`rollback to savepoint ${SAVEPOINT}; release savepoint ${SAVEPOINT}`);
}

/** Why a query gave nothing, in words, and as they may be kept. */
export interface Refusal {
  readonly message: string;
  readonly kept: string;
}

export type Answer =
  | { readonly result: TextResult; readonly refusal: null }
  | { readonly result: null; readonly refusal: Refusal };

/** A statement was ended from outside: by its time limit, or by an administrator. */
const QUERY_CANCELED = '57014';

/**
 * Runs a query, in the same round trip as it undoes the one before it: what the server says of it is the answer, and the
 * transaction goes on. That it was not let to its end is no answer.
 */
export function ask(session: Session, sql: string): Promise<Answer> {
  return attempt(session, `rollback to savepoint ${SAVEPOINT};\n${sql}`);
}

async function attempt(session: Session, sql: string): Promise<Answer> {
  try {
    return { result: await session.query(sql), refusal: null };
  } catch (error) {
    if (!(error instanceof DatabaseError) || error.sqlstate === QUERY_CANCELED) throw error;
    const message = error.hint ? `${error.message} (${error.hint})` : error.message;
    return { result: null, refusal: { message, kept: withoutValues({ code: `SQL_${error.sqlstate}`, message }) } };
  }
}

export type OwnAnswer = Answer & { readonly counted?: Cell };

/** A query that can't be wrapped to be counted is run as it is, and its rows are counted here. */
export async function askOwn(session: Session, query: OwnQuery): Promise<OwnAnswer> {
  if (query.refusal !== null) return { result: null, refusal: own(query.refusal) };
  const wrapped = withRows(await ask(session, query.sql));
  if (wrapped.result || query.bare === null) return wrapped;
  const bare = withRows(await ask(session, query.bare));
  return bare.result ? { ...bare, counted: { text: String(bare.result.rows.length), type: 20 } } : bare;
}

/** A statement that returns none, not even no row, measures nothing. */
function withRows(answer: Answer): Answer {
  const none = answer.result?.columns.length === 0;
  return none ? { result: null, refusal: own('the statement returns no rows') } : answer;
}

/** The first row, each field with its type; `null` when there is no row. */
export function cellsOf(result: TextResult): readonly Cell[] | null {
  const row = result.rows[0];
  return row ? result.columns.map(({ type }, index) => ({ text: row[index] ?? null, type })) : null;
}

/** The metrics of the table, or why a check has none. */
export interface Table {
  readonly cells: readonly Cell[] | null;
  readonly refusalOf: (check: CheckPlan) => Refusal | null;
  /** Each is told with the check that it is about, if any. */
  readonly errors: readonly (readonly [Refusal, CheckPlan?])[];
}

/** When the one query is refused no check has a value; each is then tried alone, to tell which of them is the cause. */
export async function readTable(session: Session, plan: ContractPlan, isLarge: boolean): Promise<Table> {
  const answer = await ask(session, aggregateQuery(plan.rows, plan.metrics, isLarge));
  if (answer.result) return { cells: cellsOf(answer.result) ?? [], refusalOf: () => null, errors: [] };
  const rows = await ask(session, aggregateQuery(plan.rows, [COUNT], false));
  if (rows.refusal !== null) return { cells: null, refusalOf: () => rows.refusal, errors: [[rows.refusal]] };
  const causes = new Map<CheckPlan, Refusal>();
  for (const checkPlan of plan.checks.filter(({ metrics }) => Object.keys(metrics).length > 0)) {
    const metrics = Object.values(checkPlan.metrics).flatMap((position) => plan.metrics[position] ?? []);
    const alone = await ask(session, aggregateQuery(plan.rows, metrics, false));
    if (alone.refusal !== null) causes.set(checkPlan, alone.refusal);
  }
  const named = [...causes.keys()].map(({ check }) => `${check.path} (line ${check.line})`).join(', ');
  return {
    cells: null,
    refusalOf: (check) =>
      causes.get(check) ??
      (named === '' ? answer.refusal : own(`not measured: the query that it shares was refused because of ${named}`)),
    errors: causes.size > 0 ? [...causes].map(([check, refusal]) => [refusal, check] as const) : [[answer.refusal]],
  };
}

function own(message: string): Refusal {
  return { message, kept: message };
}
