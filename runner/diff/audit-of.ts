import type { Fault } from '../errors.ts';
import { contractFaults } from '../execute/contract-faults.ts';
import type { NodeResult } from '../execute/types.ts';
import { withoutValues } from '../util/mask-values.ts';
import type { Audit } from './types.ts';

/** How a node came out when it was built aside, without a value of a row; `null` where it was not to be built. */
export function auditOf(result: NodeResult | undefined): Audit | null {
  if (!result) return null;
  const { node, status, rows, contract, unitTests = [] } = result;
  const checks = contract?.checks ?? [];
  const failed = [
    ...result.faults,
    ...unitTests.filter(({ outcome }) => outcome !== 'PASSED').flatMap(({ faults }) => faults),
    ...(contract ? contractFaults(node, contract, false) : []),
  ];
  return {
    status: STATUS[status] ?? 'error',
    rows,
    passed: [...checks, ...unitTests].filter(({ outcome }) => outcome === 'PASSED').length,
    failed: failed.map(told),
    warned: (result.warnings ?? []).map(told),
  };
}

const STATUS: Readonly<Record<string, Audit['status']>> = {
  success: 'built',
  upstream_failed: 'upstream_failed',
  cancelled: 'cancelled',
  skipped: 'skipped',
};

/** Rows, the source line and what to do about what is published say nothing here. */
function told(fault: Fault): Fault {
  const { code, file, line, column } = fault;
  const { expected, found } = code.startsWith('CHECK_') ? fault : {};
  return {
    code,
    message: withoutValues(fault).replace(` (${expected})`, ''),
    file,
    line,
    column,
    expected,
    found,
  };
}
