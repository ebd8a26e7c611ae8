import type { Session } from '../adapters/types.ts';
import { ask, cellsOf } from './ask.ts';
import type { Cell } from './measure.ts';
import { aggregateQuery, type CheckPlan, type ContractPlan } from './plan.ts';

/** The metrics of the table, or why a check has none. */
export interface Table {
  readonly cells: readonly Cell[] | null;
  readonly refusalOf: (check: CheckPlan) => string | null;
  readonly errors: readonly string[];
}

/** When the one query is refused no check has a value; each is then tried alone, to tell which of them is the cause. */
export async function readTable(session: Session, plan: ContractPlan): Promise<Table> {
  const answer = await ask(session, plan.aggregate);
  if (answer.result) return { cells: cellsOf(answer.result) ?? [], refusalOf: () => null, errors: [] };
  const rows = await ask(session, aggregateQuery(plan.rows, ['count(*)']));
  if (rows.refusal !== null) return { cells: null, refusalOf: () => rows.refusal, errors: [rows.refusal] };
  const causes = new Map<CheckPlan, string>();
  for (const checkPlan of plan.checks.filter(({ metrics }) => Object.keys(metrics).length > 0)) {
    const metrics = Object.values(checkPlan.metrics).map((position) => plan.metrics[position] ?? '');
    const alone = await ask(session, aggregateQuery(plan.rows, metrics));
    if (alone.refusal !== null) causes.set(checkPlan, alone.refusal);
  }
  const named = [...causes.keys()].map(({ check }) => `${check.path} (line ${check.line})`).join(', ');
  return {
    cells: null,
    refusalOf: (check) =>
      causes.get(check) ??
      (named === '' ? answer.refusal : `not measured: the query that it shares was refused because of ${named}`),
    errors:
      causes.size > 0
        ? [...causes].map(([{ check }, refusal]) => `line ${check.line}, ${check.path}: ${refusal}`)
        : [answer.refusal],
  };
}
