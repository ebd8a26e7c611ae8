import type { Session, TextResult } from '../adapters/types.ts';
import type { Relation } from '../util/sql.ts';
import { askOwn, beginAsking, cellsOf, endAsking, type Refusal, readTable, type Table } from './ask.ts';
import { hiddenColumns } from './hidden-columns.ts';
import { type Measurement, measure } from './measure.ts';
import { type Cell, digitsOf } from './number.ts';
import { type Contracted, type Known, keptOf, type Privacy, privacyOf, withoutPersonal } from './personal.ts';
import { type CheckPlan, planContract, type QueryRole, type Role } from './plan.ts';
import { sampleQuery, toSample } from './sample.ts';
import type { Check, CheckResult, Contract, ContractResult, Outcome, Quantity, Sample } from './types.ts';
import { atTime } from './variables.ts';
import { contractStatus, describeThreshold, errorOf, judge } from './verdict.ts';

export interface EvaluateOptions {
  /** What is measured; a contract's own query that names the table under another name is the caller's to redirect. */
  readonly relation: Relation;
  /** What freshness is measured at, and what `${soda.NOW}` and `${soda.DATA_TIMESTAMP}` stand for. */
  readonly clock: Date;
  /** Offending rows kept of each check, at the most; 5 unless told, 0 for all. */
  readonly sampleRows?: number | undefined;
  /**
   * Of a table that one COPY has just filled: offending rows get their place in it as `row_number`, so that the caller can
   * name the line of the file.
   */
  readonly rowNumbers?: boolean;
  /** The other contracts of the project: they say what is personal of what a query of the author's may show. */
  readonly others?: readonly Contracted[];
}

/**
 * Measures a relation against its contract, on a session that is inside a transaction: rows not yet committed count.
 * Every query runs behind a savepoint and is undone, so that a refused one leaves the others a verdict and none leaves a trace.
 * What the server refuses is part of the result; only a lost connection is thrown.
 */
export async function evaluateContract(
  session: Session,
  undated: Contract,
  options: EvaluateOptions,
): Promise<ContractResult> {
  const contract = atTime(undated, options.clock);
  const plan = planContract(contract, options.relation);
  const known = [{ relation: options.relation, contract }, ...(options.others ?? [])] as const;
  const privacy = await privacyOf(session, known);
  const isLarge = await beginAsking(session, options.relation);
  const table = await readTable(session, plan, isLarge);
  const checks: CheckResult[] = [];
  const errors = table.errors.map(([refusal, about]) => told(privacy, refusal, about?.check));
  for (const checkPlan of plan.checks) {
    const { check } = checkPlan;
    const { path, type, column, name, line } = check;
    const { found, refusals, refusal } = await measureCheck(session, checkPlan, table, contract, options.clock);
    errors.push(...refusals.map((refusal) => told(privacy, refusal, check)));
    const outcome = found.outcome ?? outcomeOf(check, found.value);
    const broken = outcome === 'FAILED' || outcome === 'WARN';
    checks.push({
      path,
      type,
      column,
      name,
      outcome,
      threshold: describeThreshold(check),
      ...withoutPersonal(privacy, check, {
        value: found.value === null ? null : digitsOf(String(found.value)),
        message: found.message,
        kept: refusal?.kept ?? keptOf(found.value, found.message),
      }),
      sample: broken && refusal === null ? await readSample(session, checkPlan, options, known, privacy) : null,
      line,
    });
  }
  await endAsking(session);
  return { engine: 'runner', status: contractStatus(checks, errors), checks, errors };
}

interface Answered {
  readonly found: Measurement;
  /** What the server refused, and is not told yet. */
  readonly refusals: readonly Refusal[];
  /** Why it could not be measured: every query of the check was answered when there is none. */
  readonly refusal: Refusal | null;
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
  const refusals: Refusal[] = [];
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
    return { found: { value: null, message: refusal.message, outcome }, refusals, refusal };
  }
  const found = measure(check, { cells, schema }, contract.columns, clock);
  const wrong = found.error ? [{ message: found.error, kept: keptOf(null, found.error) }] : [];
  return { found, refusals: [...refusals, ...wrong], refusal: null };
}

function told({ hidesWords }: Privacy, { message, kept }: Refusal, check?: Check): string {
  const words = hidesWords ? kept : message;
  return check ? errorOf(check, words) : words;
}

function outcomeOf(check: Check, value: Quantity | null): Outcome {
  return check.type === 'schema' || value === null ? 'NOT_EVALUATED' : judge(check.threshold, value);
}

async function readSample(
  session: Session,
  plan: CheckPlan,
  options: EvaluateOptions,
  known: Known,
  privacy: Privacy,
): Promise<Sample | null> {
  const [{ contract }] = known;
  const { relation, rowNumbers = false, sampleRows: limit = 5 } = options;
  const wanted = { relation, limit, rowNumber: rowNumbers };
  const query = sampleQuery(plan, contract.filter, wanted);
  if (query === null) return null;
  const { result } = await askOwn(session, { ...query, refusal: null });
  if (!result || result.rows.length === 0) return null;
  const own = plan.queries.bad?.bare;
  const hidden = own ? await hiddenColumns(session, own, result, known, privacy) : undefined;
  return toSample(result, contract, limit || undefined, hidden);
}
