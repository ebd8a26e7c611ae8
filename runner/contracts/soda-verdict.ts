import { maskValues } from '../util/mask-values.ts';
import { MASK, type Privacy, withoutPersonal } from './personal.ts';
import type { SodaVerdict } from './soda.ts';
import type { Contract, ContractResult } from './types.ts';
import { describeThreshold } from './verdict.ts';

/** Soda's verdict with what the contract says of each check. A check that Soda did not come to is not evaluated. */
export function ofSoda(contract: Contract, verdict: SodaVerdict, privacy: Privacy): ContractResult {
  const found = new Map(verdict.checks.map((check) => [check.path, check]));
  const [error = 'Soda gave no result for it'] = verdict.errors;
  const checks = contract.checks.map((check) => {
    const { path, type, column, name, line } = check;
    const { outcome, value, message } = found.get(path) ?? { outcome: 'NOT_EVALUATED', value: null, message: '' };
    const words = message || (outcome === 'NOT_EVALUATED' ? error : `measured ${value ?? 'nothing'}`);
    const threshold = describeThreshold(check);
    const told = withoutPersonal(privacy, check, {
      value,
      message: words,
      // It may quote the server's words, and the server a row's.
      kept: value === null ? 'Soda measured nothing; what it said is not kept' : words,
    });
    return { path, type, column, name, line, outcome, threshold, ...told, sample: null };
  });
  return {
    engine: 'soda',
    status: verdict.status,
    checks,
    errors: privacy.hidesWords ? verdict.errors.map(withoutQuotes) : verdict.errors,
  };
}

/** Soda quotes values as Python writes them, also times and numbers; what the server adds to its words is on lines of its own. */
function withoutQuotes(error: string): string {
  const [words = ''] = error.split('\n');
  return maskValues(words).replace(/'[^']*'|\([^)]*\)|\d[\d.,-]*/g, MASK);
}
