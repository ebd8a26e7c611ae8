import type { Session, TextResult } from '../adapters/types.ts';
import type { Relation } from '../util/sql.ts';
import { askOwn, beginAsking, cellsOf, endAsking, readTable, type Table } from './ask.ts';
import { type Cell, type Measurement, measure } from './measure.ts';
import { type CheckPlan, planContract, type QueryRole, type Role } from './plan.ts';
import { sampleQuery, toSample } from './sample.ts';
import type { Check, CheckResult, Contract, ContractResult, Outcome, Quantity, Sample } from './types.ts';
import { contractStatus, describeThreshold, judge } from './verdict.ts';

export interface EvaluateOptions {
  /** What is measured; a contract's own query that names the table under another name is the caller's to redirect. */
  readonly relation: Relation;
  /** The time that freshness is measured at. */
  readonly clock: Date;
  /** Offending rows kept of each check; 5 unless told, 0 for none. */
  readonly sampleRows?: number;
  /**
   * Of a table that one COPY has just filled: offending rows get their place in it as `row_number`, so that the caller can
   * name the line of the file.
   */
  readonly rowNumbers?: boolean;
}

/**
 * Measures a relation against its contract, on a session that is inside a transaction: rows not yet committed count.
 * Every query runs behind a savepoint and is undone, so that a refused one leaves the others a verdict and none leaves a trace.
 * What the server refuses is part of the result; only a lost connection is thrown.
 */
export async function evaluateContract(
  session: Session,
  contract: Contract,
  options: EvaluateOptions,
): Promise<ContractResult> {
  const plan = planContract(contract, options.relation);
  await beginAsking(session);
  const table = await readTable(session, plan);
  const checks: CheckResult[] = [];
  const errors = [...table.errors];
  for (const checkPlan of plan.checks) {
    const { check } = checkPlan;
    const { path, type, column, name, line } = check;
    const { found, refusals, complete } = await measureCheck(session, checkPlan, table, contract, options.clock);
    errors.push(...refusals.map((message) => `line ${line}, ${path}: ${message}`));
    const outcome = found.outcome ?? outcomeOf(check, found.value);
    const broken = outcome === 'FAILED' || outcome === 'WARN';
    checks.push({
      path,
      type,
      column,
      name,
      outcome,
      value: found.value === null ? null : String(found.value),
      threshold: describeThreshold(check),
      message: found.message,
      sample: broken && complete ? await readSample(session, checkPlan, contract, options) : null,
      line,
    });
  }
  await endAsking(session);
  return { status: contractStatus(checks, errors), checks, errors };
}

interface Answered {
  readonly found: Measurement;
  /** What the server refused, and is not told yet. */
  readonly refusals: readonly string[];
  /** Every query of the check was answered. */
  readonly complete: boolean;
}

async function measureCheck(
  session: Session,
  plan: CheckPlan,
  table: Table,
  contract: Contract,
  clock: Date,
): Promise<Answered> {
  const { check, metrics, queries } = plan;
  const cells: { [role in Role | QueryRole]?: Cell | null } = {};
  let schema: TextResult['rows'] = [];
  const refusals: string[] = [];
  for (const [role, position] of Object.entries(metrics)) cells[role as Role] = table.cells?.[position] ?? null;
  let refusal = Object.keys(metrics).length > 0 && table.cells === null ? table.refusalOf(plan) : null;
  for (const [role, query] of Object.entries(queries)) {
    const answer = await askOwn(session, query);
    if (answer.refusal !== null) {
      refusals.push(answer.refusal);
      // The number of rows tested counts only in percent.
      if (role !== 'tested' || (check.type === 'failed_rows' && check.threshold.metric === 'percent'))
        refusal ??= answer.refusal;
    } else if (role === 'schema') schema = answer.result.rows;
    else cells[role as QueryRole] = answer.counted ?? cellsOf(answer.result)?.[0] ?? null;
  }
  if (refusal !== null) {
    // Of freshness Soda says that it failed even then.
    const outcome = check.type === 'freshness' ? 'FAILED' : 'NOT_EVALUATED';
    return { found: { value: null, message: refusal, outcome }, refusals, complete: false };
  }
  const found = measure(check, { cells, schema }, contract.columns, clock);
  return { found, refusals: found.error ? [...refusals, found.message] : refusals, complete: true };
}

function outcomeOf(check: Check, value: Quantity | null): Outcome {
  return check.type === 'schema' || value === null ? 'NOT_EVALUATED' : judge(check.threshold, value);
}

async function readSample(
  session: Session,
  plan: CheckPlan,
  contract: Contract,
  options: EvaluateOptions,
): Promise<Sample | null> {
  const { relation, rowNumbers = false, sampleRows: limit = 5 } = options;
  const wanted = { relation, limit, rowNumber: rowNumbers };
  const query = limit > 0 ? sampleQuery(plan, contract.filter, wanted) : null;
  if (query === null) return null;
  const { result } = await askOwn(session, { ...query, refusal: null });
  return result && result.rows.length > 0 ? toSample(result, contract, plan.check, limit) : null;
}
