import { compareExactly } from './exact.ts';
import type { Bound, CheckResult, Comparison, ContractResult, Level, Outcome, Quantity, Threshold } from './types.ts';

/** A contract forbids publishing when a check failed or could not be judged; a warning does not. */
export function blocksPublish(result: ContractResult): boolean {
  return (
    result.status === 'FAILED' ||
    result.status === 'ERROR' ||
    result.checks.some(({ outcome }) => outcome === 'NOT_EVALUATED')
  );
}

/** The worse of the two comparisons counts, each at its level. */
export function judge(threshold: Threshold, value: Quantity): Outcome {
  const broken = [threshold, threshold.additional].flatMap((part): Level[] =>
    part && !holds(part.comparison, value) ? [part.level] : [],
  );
  if (broken.includes('fail')) return 'FAILED';
  return broken.includes('warn') ? 'WARN' : 'PASSED';
}

export function contractStatus(
  checks: readonly Pick<CheckResult, 'outcome'>[],
  errors: readonly string[],
): ContractResult['status'] {
  const has = (outcome: Outcome): boolean => checks.some((check) => check.outcome === outcome);
  if (errors.length > 0) return 'ERROR';
  if (has('FAILED')) return 'FAILED';
  if (has('WARN')) return 'WARNED';
  return checks.every(({ outcome }) => outcome === 'PASSED') ? 'PASSED' : 'UNKNOWN';
}

function holds(comparison: Comparison, value: Quantity): boolean {
  if ('greater' in comparison) {
    const above = isAbove(value, comparison.greater);
    const below = isBelow(value, comparison.less);
    return comparison.operator === 'must_be_between' ? above && below : above || below;
  }
  const order = compareExactly(value, comparison.value);
  switch (comparison.operator) {
    case 'must_be':
      return order === 0;
    case 'must_not_be':
      return order !== 0;
    case 'must_be_greater_than':
      return order > 0;
    case 'must_be_greater_than_or_equal':
      return order >= 0;
    case 'must_be_less_than':
      return order < 0;
    case 'must_be_less_than_or_equal':
      return order <= 0;
  }
}

function isAbove(value: Quantity, bound: Bound): boolean {
  const order = compareExactly(value, bound.value);
  return bound.orEqual ? order >= 0 : order > 0;
}

function isBelow(value: Quantity, bound: Bound): boolean {
  const order = compareExactly(value, bound.value);
  return bound.orEqual ? order <= 0 : order < 0;
}
