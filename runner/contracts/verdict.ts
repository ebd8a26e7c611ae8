import type {
  Bound,
  Check,
  CheckResult,
  Comparison,
  ContractResult,
  Level,
  Operator,
  Outcome,
  Quantity,
  Threshold,
} from './types.ts';

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

function holds(comparison: Comparison, value: Quantity): boolean {
  if (!('greater' in comparison)) return HOLDS[comparison.operator](compareExactly(value, comparison.value));
  const { operator, greater, less } = comparison;
  const above = isBeyond(compareExactly(value, greater.value), greater);
  const below = isBeyond(compareExactly(less.value, value), less);
  return operator === 'must_be_between' ? above && below : above || below;
}

const HOLDS: Readonly<Record<Operator, (order: number) => boolean>> = {
  must_be: (order) => order === 0,
  must_not_be: (order) => order !== 0,
  must_be_greater_than: (order) => order > 0,
  must_be_greater_than_or_equal: (order) => order >= 0,
  must_be_less_than: (order) => order < 0,
  must_be_less_than_or_equal: (order) => order <= 0,
};

function isBeyond(order: number, { orEqual }: Bound): boolean {
  return order > 0 || (orEqual && order === 0);
}

/**
 * Compares two finite numbers by their exact values, so that the double nearest to 0.1 is not the decimal 0.1.
 * @returns a negative number, 0 or a positive number
 */
export function compareExactly(a: Quantity, b: Quantity): number {
  const left = fractionOf(a);
  const right = fractionOf(b);
  const scale = Math.max(left.scale, right.scale);
  const difference =
    left.digits * 10n ** BigInt(scale - left.scale) - right.digits * 10n ** BigInt(scale - right.scale);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/** digits / 10^scale */
interface Fraction {
  readonly digits: bigint;
  readonly scale: number;
}

function fractionOf(value: Quantity): Fraction {
  if (typeof value === 'number') return fractionOfDouble(value);
  const [, sign = '', whole = '', part = '', exponent = '0'] =
    /^([-+]?)(\d*)\.?(\d*)(?:[eE]([-+]?\d+))?$/.exec(value) ?? [];
  const digits = BigInt(`${whole}${part}`) * (sign === '-' ? -1n : 1n);
  const scale = part.length - Number(exponent);
  return scale >= 0 ? { digits, scale } : { digits: digits * 10n ** BigInt(-scale), scale: 0 };
}

/** A double is an integer over a power of two, and 1/2^k is 5^k/10^k. */
function fractionOfDouble(value: number): Fraction {
  let scaled = value;
  let twos = 0;
  while (!Number.isInteger(scaled)) {
    scaled *= 2;
    twos += 1;
  }
  return { digits: BigInt(scaled) * 5n ** BigInt(twos), scale: twos };
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

/** An error of the contract that is about one check. */
export function errorOf({ line, path }: Pick<CheckResult, 'line' | 'path'>, message: string): string {
  return `line ${line}, ${path}: ${message}`;
}

/** `must be less than 5 % (warn); must be less than 10 % (fail)`. The level is told only where it is not the plain `fail`. */
export function describeThreshold(check: Check): string {
  if (check.type === 'schema') return describeSchemaRule(check.allowExtraColumns, check.allowOtherColumnOrder);
  const { threshold } = check;
  const main = describeComparison(threshold.comparison, unitOf(threshold));
  if (threshold.additional === null) return threshold.level === 'warn' ? `${main} (warn)` : main;
  const second = describeComparison(threshold.additional.comparison, unitOf(threshold));
  return `${main} (${threshold.level}); ${second} (${threshold.additional.level})`;
}

function describeComparison(comparison: Comparison, unit = ''): string {
  if (!('greater' in comparison))
    return `${comparison.operator.replaceAll('_', ' ').replace(/equal$/, 'equal to')} ${comparison.value}${unit}`;
  const greater = `greater than ${boundText(comparison.greater)}${unit}`;
  const less = `less than ${boundText(comparison.less)}${unit}`;
  return comparison.operator === 'must_be_between' ? `must be ${greater} and ${less}` : `must be ${less} or ${greater}`;
}

function boundText(bound: Bound): string {
  return `${bound.orEqual ? 'or equal to ' : ''}${bound.value}`;
}

function unitOf(threshold: Threshold): string {
  if (threshold.unit) return ` ${threshold.unit}s`;
  return threshold.metric === 'percent' ? ' %' : '';
}

function describeSchemaRule(extra: boolean, order: boolean): string {
  const freedoms = [extra ? 'more columns allowed' : '', order ? 'in any order' : ''].filter(Boolean).join(', ');
  return `must have the columns of the contract${freedoms ? `, ${freedoms}` : ''}`;
}
