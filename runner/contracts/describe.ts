import type { CheckBody } from './scope.ts';
import type { Bound, Check, Comparison, Threshold } from './types.ts';

/** `must be less than 5 % (warn); must be less than 10 % (fail)`. The level is told only where it is not the plain `fail`. */
export function describeThreshold(check: Check): string {
  if (check.type === 'schema') return describeSchemaRule(check.allowExtraColumns, check.allowOtherColumnOrder);
  const { threshold } = check;
  const main = describeComparison(threshold.comparison, unitOf(threshold));
  if (threshold.additional === null) return threshold.level === 'warn' ? `${main} (warn)` : main;
  const second = describeComparison(threshold.additional.comparison, unitOf(threshold));
  return `${main} (${threshold.level}); ${second} (${threshold.additional.level})`;
}

export function describeComparison(comparison: Comparison, unit = ''): string {
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

/** What a check is called when the contract does not say. */
export function defaultName(check: CheckBody | Check, column: string | null, qualifier: string | null): string {
  const name = nameOf(check, column);
  return qualifier === null ? name : `${name} (${qualifier})`;
}

function nameOf(check: CheckBody | Check, column: string | null): string {
  const of = column === null ? '' : ` of ${column}`;
  switch (check.type) {
    case 'schema':
      return 'schema';
    case 'row_count':
      return `row count${of}`;
    case 'missing':
      return `missing values${of}`;
    case 'invalid':
      return `invalid values${of}`;
    case 'duplicate':
      return `duplicates of ${check.columns === null ? column : check.columns.join(', ')}`;
    case 'aggregate':
      return `${check.function.replace('_', ' ')}${of}`;
    case 'metric':
      return `metric${of}`;
    case 'failed_rows':
      return `failed rows${of}`;
    case 'freshness':
      return `freshness of ${check.of}`;
  }
}
