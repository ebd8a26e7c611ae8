import type { Session } from '../adapters/types.ts';
import type { Relation } from '../util/sql.ts';
import { askOwn, cellsOf, SAVEPOINT } from './ask.ts';
import { describeThreshold } from './describe.ts';
import { type Measurement, measure, type Readings } from './measure.ts';
import { type CheckPlan, planContract } from './plan.ts';
import { sampleQuery, toSample } from './sample.ts';
import { readTable, type Table } from './table.ts';
import type { Check, CheckResult, Contract, ContractResult, Outcome, Sample } from './types.ts';
import { contractStatus, judge } from './verdict.ts';

export interface EvaluateOptions {
  /** What is measured, under its final name. */
  readonly relation: Relation;
  /** The time that freshness is measured at. */
  readonly clock: Date;
  /** Offending rows kept of each check; 5 unless told, 0 for none. */
  readonly sampleRows?: number;
  /**
   * A table of the same rows that one COPY has just filled: offending rows get their place in it as `row_number`, so that
   * the caller can name the line of the file. Without it they get none.
   */
  readonly rowNumberFrom?: Relation;
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
  await session.query(`savepoint ${SAVEPOINT}`);
  const table = await readTable(session, plan);
  const checks: CheckResult[] = [];
  const errors = [...table.errors];
  for (const checkPlan of plan.checks) {
    const { check } = checkPlan;
    const found = await measureCheck(session, checkPlan, table, contract, options.clock);
    errors.push(...found.errors.map((message) => `line ${check.line}, ${check.path}: ${message}`));
    const outcome = outcomeOf(check, found.measurement);
    const broken = outcome === 'FAILED' || outcome === 'WARN';
    const sample = broken && found.complete ? await readSample(session, checkPlan, contract, options) : null;
    checks.push(toResult(check, outcome, found.measurement, sample));
  }
  await session.query(`release savepoint ${SAVEPOINT}`);
  return { status: contractStatus(checks, errors), checks, errors };
}

interface Found {
  readonly measurement: Measurement;
  /** Those that are not told yet. */
  readonly errors: readonly string[];
  /** Every query of the check was answered. */
  readonly complete: boolean;
}

async function measureCheck(
  session: Session,
  plan: CheckPlan,
  table: Table,
  contract: Contract,
  clock: Date,
): Promise<Found> {
  const { check, metrics, queries } = plan;
  const readings: { -readonly [K in keyof Readings]: Readings[K] } = {};
  const errors: string[] = [];
  for (const [role, position] of Object.entries(metrics)) readings[role as 'rows'] = table.cells?.[position];
  let refusal = Object.keys(metrics).length > 0 && table.cells === null ? table.refusalOf(plan) : null;
  for (const [role, query] of Object.entries(queries)) {
    const answer = await askOwn(session, query);
    if (answer.refusal !== null) {
      errors.push(answer.refusal);
      // The number of rows tested counts only in percent.
      if (role !== 'tested' || (check.type === 'failed_rows' && check.threshold.metric === 'percent'))
        refusal ??= answer.refusal;
    } else if (role === 'schema') readings.schema = answer.result.rows;
    else if (role === 'bad') readings.bad = answer.counted ?? cellsOf(answer.result)?.[0];
    else readings[role as 'value' | 'tested'] = cellsOf(answer.result)?.[0] ?? null;
  }
  if (refusal !== null) return { measurement: unmeasured(check, refusal), errors, complete: false };
  const measurement = measure(check, readings, contract.columns, clock);
  if ('error' in measurement && measurement.error) errors.push(measurement.message);
  return { measurement, errors, complete: true };
}

/** Of freshness Soda says that it failed even then. */
function unmeasured(check: Check, message: string): Measurement {
  return check.type === 'freshness'
    ? { kind: 'settled', passed: false, value: null, message, error: true }
    : { kind: 'none', message, error: true };
}

function outcomeOf(check: Check, measurement: Measurement): Outcome {
  if (measurement.kind === 'none') return 'NOT_EVALUATED';
  if (measurement.kind === 'settled') return measurement.passed ? 'PASSED' : 'FAILED';
  return check.type === 'schema' ? 'NOT_EVALUATED' : judge(check.threshold, measurement.value);
}

async function readSample(
  session: Session,
  plan: CheckPlan,
  contract: Contract,
  options: EvaluateOptions,
): Promise<Sample | null> {
  const limit = options.sampleRows ?? 5;
  const { rowNumberFrom } = options;
  const wanted = { relation: rowNumberFrom ?? options.relation, limit, rowNumber: rowNumberFrom !== undefined };
  const query = limit > 0 ? sampleQuery(plan, contract.filter, wanted) : null;
  if (query === null) return null;
  const { result } = await askOwn(session, { ...query, refusal: null });
  return result && result.rows.length > 0 ? toSample(result, contract, plan.check, limit) : null;
}

function toResult(check: Check, outcome: Outcome, measurement: Measurement, sample: Sample | null): CheckResult {
  const value = measurement.kind === 'none' || measurement.value === null ? null : String(measurement.value);
  const { path, type, column, name, line } = check;
  return {
    path,
    type,
    column,
    name,
    outcome,
    value,
    threshold: describeThreshold(check),
    message: measurement.message,
    sample,
    line,
  };
}
