import { hasPersonal, MASK } from '../contracts/personal.ts';
import type { CheckResult, Contract, ContractResult } from '../contracts/types.ts';
import type { Fault } from '../errors.ts';
import { contractFaults, contractWarnings } from '../execute/contract-faults.ts';
import type { NodeResult } from '../execute/types.ts';
import type { Node } from '../graph/types.ts';
import { withoutValues } from '../util/mask-values.ts';
import { isOtherCheck, sqlOf } from './contract-diff.ts';
import type { Audit } from './types.ts';

/** A node as the base has it, of whose checks everything may be told, and as a branch wants it. */
export interface Guarded {
  readonly base: Node | undefined;
  readonly head: Node | undefined;
}

/**
 * How a node came out when it was built aside, without a value of a row; `null` where it was not to be built.
 * @param guarded of a branch, where some column of the project is personal: how often a check of its own fails is not told where
 * its SQL may read that, nor how many rows a model of its own has that holds it. A count can be made to spell a value.
 */
export function auditOf(result: NodeResult | undefined, guarded?: Guarded): Audit | null {
  if (!result) return null;
  const { node, status, rows, unitTests = [] } = result;
  const contract = result.contract && guarded ? withoutCounts(result.contract, guarded) : result.contract;
  const checks = contract?.checks ?? [];
  const failed = [
    ...result.faults,
    ...unitTests.filter(({ outcome }) => outcome !== 'PASSED').flatMap(({ faults }) => faults),
    ...(contract ? contractFaults(node, contract, false) : []),
  ];
  const isOwn = guarded && !guarded.base && guarded.head?.contract && hasPersonal(guarded.head.contract);
  return {
    status: STATUS[status] ?? 'error',
    rows: isOwn ? null : rows,
    passed: [...checks, ...unitTests].filter(({ outcome }) => outcome === 'PASSED').length,
    failed: failed.map(told),
    warned: (contract ? contractWarnings(node, contract) : []).map(told),
  };
}

const STATUS: Readonly<Record<string, Audit['status']>> = {
  success: 'built',
  upstream_failed: 'upstream_failed',
  cancelled: 'cancelled',
  skipped: 'skipped',
};

/** A query of the author's can read whatever there is: that it may is enough. */
function withoutCounts(result: ContractResult, { base, head }: Guarded): ContractResult {
  const said = head?.contract;
  if (!said) return result;
  const isHidden = ({ path, value }: CheckResult): boolean => {
    const [then, now] = [base?.contract, said].map((contract) => checkOf(contract, path));
    if (value === null || !now) return false;
    // With another threshold it counts what it counted.
    if (then && !isOtherCheck(then, now, ['threshold']) && base?.contract?.filter === said.filter) return false;
    return hasPersonal(said) || said.filter !== null || sqlOf(now).length > 0;
  };
  return { ...result, checks: result.checks.map((check) => (isHidden(check) ? { ...check, ...UNTOLD } : check)) };
}

const WHY = 'it failed; its count is not told, for the check is new or another one and may read personal data';
const UNTOLD = { value: MASK, message: WHY, kept: WHY, sample: null };

function checkOf(contract: Contract | undefined, path: string): Contract['checks'][number] | undefined {
  return contract?.checks.find((check) => check.path === path);
}

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
    found: found === MASK ? undefined : found,
  };
}
