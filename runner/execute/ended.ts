import type { Located } from '../compile/locate.ts';
import { Cancelled, type Fault } from '../errors.ts';
import type { Node } from '../graph/types.ts';
import { withoutValues } from '../util/mask-values.ts';
import { AuditFailure, contractFaults, contractWarnings } from './contract-faults.ts';
import { faultsOf } from './faults.ts';
import type { NodeResult, Status } from './types.ts';

/** The result of a node that ends now; what is not said is nothing. */
export function ended(node: Node, startedAt: Date, status: Status, fields: Partial<NodeResult>): NodeResult {
  return {
    node,
    status,
    rows: null,
    changed: null,
    message: null,
    faults: [],
    contract: null,
    warnings: fields.contract ? contractWarnings(node, fields.contract) : [],
    startedAt,
    finishedAt: new Date(),
    ...fields,
  };
}

/**
 * The result of a node that an error has ended.
 * @param located where in the templates the error stands, as far as it is known
 */
export function failure(node: Node, error: unknown, startedAt: Date, located: Located = {}): NodeResult {
  if (error instanceof Cancelled) {
    return ended(node, startedAt, 'cancelled', { message: `cancelled by ${error.signal}: undone` });
  }
  const failed = error instanceof AuditFailure ? error : null;
  const contract = failed?.node === node ? failed.contract : null;
  const faults: readonly Fault[] = failed
    ? contractFaults(failed.node, failed.contract, false)
    : faultsOf(node, error, located);
  // It is kept, the faults are told: what a loader says may name a person.
  const kept = (fault: Fault): string =>
    node.type === 'source' ? `${fault.code} ${fault.file ?? ''}`.trim() : withoutValues(fault);
  const message = failed ? keptFaults(faults) : faults.map(kept).join('; ');
  return ended(node, startedAt, failed ? 'failed' : 'error', { contract, faults, message });
}

/** What is kept of the faults of a contract: each with its place. */
export function keptFaults(faults: readonly Fault[]): string {
  return faults
    .map(
      (fault) => `${withoutValues(fault)}, ${[fault.file, fault.line].filter((part) => part !== undefined).join(':')}`,
    )
    .join('; ');
}
