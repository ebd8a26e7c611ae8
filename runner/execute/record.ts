import type { ContractResult } from '../contracts/types.ts';
import { ConnectionLost } from '../errors.ts';
import type { CheckRecord, NodeRecord } from '../state/store.ts';
import { again } from '../util/again.ts';
import type { OnceContext } from './transact-once.ts';
import type { NodeResult } from './types.ts';
import { unitTestChecks } from './unit-tests.ts';

/** Notes results that no publishing transaction carries. */
export async function record(
  context: Pick<OnceContext, 'store' | 'notes' | 'runId'>,
  results: readonly NodeResult[],
): Promise<readonly NodeResult[]> {
  await again(() => context.store.record(context.notes, context.runId, results.map(toRecord)), {
    isPassing: (error) => error instanceof ConnectionLost,
  });
  return results;
}

/** A result as the store keeps it. */
export function toRecord(result: NodeResult): NodeRecord {
  return {
    nodeId: result.node.id,
    name: result.node.name,
    type: result.node.type,
    status: result.status,
    rowCount: result.rows,
    rowsAffected: result.changed,
    message: result.message,
    startedAt: result.startedAt,
    finishedAt: result.finishedAt,
    checks: [...contractChecks(result.contract), ...unitTestChecks(result.unitTests ?? [])],
  };
}

function contractChecks(contract: ContractResult | null): readonly CheckRecord[] {
  return (contract?.checks ?? []).map(({ path, type, column, name, outcome, value, threshold, kept }) => ({
    path,
    type,
    column,
    name,
    outcome,
    value,
    threshold,
    message: kept,
    engine: contract?.engine ?? 'runner',
  }));
}
