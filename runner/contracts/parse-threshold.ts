import type { MapReader } from './map-reader.ts';
import type { CheckPlace } from './scope.ts';
import type { Bound, Comparison, Level, Operator, Quantity, Threshold } from './types.ts';

/** What a type of check allows in its threshold. */
export interface ThresholdRule {
  /** The comparison in force when none is stated; `null` when one is required. */
  readonly byDefault: Comparison | null;
  readonly percent: boolean;
  readonly unit: boolean;
}

const OPERATORS: readonly Operator[] = [
  'must_be',
  'must_not_be',
  'must_be_greater_than',
  'must_be_greater_than_or_equal',
  'must_be_less_than',
  'must_be_less_than_or_equal',
];

/**
 * The threshold of a check, `null` with a fault when it can't be told.
 * Faults: `CONTRACT_THRESHOLD` beside those of any map.
 */
export function readThreshold(check: MapReader | null, rule: ThresholdRule, place: CheckPlace): Threshold | null {
  const what = `the threshold of ${place.what}`;
  const map = check?.map('threshold', what) ?? null;
  const stated = map ? comparisons(map) : [];
  const level = map ? levelOf(map) : null;
  const metric = map && rule.percent ? oneOf(map, 'metric', ['count', 'percent'] as const) : null;
  const unit = map && rule.unit ? oneOf(map, 'unit', ['minute', 'hour', 'day'] as const) : null;
  const additional = map ? readAdditional(map, what, level ?? 'fail', stated.length > 0) : null;
  map?.close();
  if (map && stated.length > 1) tooMany(map, stated);
  const comparison = stated.length > 0 ? (stated[0]?.comparison ?? null) : rule.byDefault;
  if (stated.length === 0 && rule.byDefault === null && (map || !check?.child('threshold'))) {
    place.source.fault(map?.node ?? place.node, {
      code: 'CONTRACT_THRESHOLD',
      message: `${place.what} has no default threshold: one is to be stated`,
      expected: `threshold: {must_be: …}, or another of ${OPERATORS.slice(1).join(', ')}, must_be_between, must_be_not_between`,
      found: map ? 'no comparison' : 'no threshold',
    });
  }
  if (comparison === null) return null;
  return {
    comparison,
    level: level ?? 'fail',
    metric: metric ?? 'count',
    unit: rule.unit ? (unit ?? 'hour') : null,
    additional,
  };
}

interface Stated {
  readonly key: string;
  /** `null` when the value is at fault. */
  readonly comparison: Comparison | null;
}

function comparisons(map: MapReader): readonly Stated[] {
  const simple = OPERATORS.map((operator): Stated | null => {
    const value = map.quantity(operator);
    return map.child(operator) === null
      ? null
      : { key: operator, comparison: value === null ? null : { operator, value } };
  });
  const ranges = (['must_be_between', 'must_be_not_between'] as const).map((operator): Stated | null => {
    if (map.child(operator) === null) return null;
    const range = map.map(operator, `"${operator}" of ${map.what}`);
    return { key: operator, comparison: range && readRange(range, operator) };
  });
  return [...simple, ...ranges].filter((stated) => stated !== null);
}

function readRange(range: MapReader, operator: 'must_be_between' | 'must_be_not_between'): Comparison | null {
  const greater = readBound(range, 'greater_than');
  const less = readBound(range, 'less_than');
  range.close();
  if (greater === null || less === null) return null;
  const [low, high] = operator === 'must_be_between' ? [greater, less] : [less, greater];
  if (Number(low.value) < Number(high.value)) return { operator, greater, less };
  const expected =
    operator === 'must_be_between'
      ? 'the value of greater_than is below that of less_than'
      : 'the value of greater_than is above that of less_than: what lies between them is refused';
  range.source.fault(range.node, {
    code: 'CONTRACT_THRESHOLD',
    message: `the bounds of ${range.what} leave nothing between them`,
    expected,
    found: `greater: ${greater.value}, less: ${less.value}`,
  });
  return null;
}

function readBound(range: MapReader, key: 'greater_than' | 'less_than'): Bound | null {
  const inclusive = `${key}_or_equal`;
  const values: readonly [string, Quantity | null][] = [key, inclusive].map((name) => [name, range.quantity(name)]);
  const stated = [key, inclusive].filter((name) => range.child(name) !== null);
  if (stated.length !== 1) {
    range.source.fault(range.node, {
      code: 'CONTRACT_THRESHOLD',
      message: `${range.what} needs one lower and one upper bound`,
      expected: `one of ${key}, ${inclusive}`,
      found: stated.join(' and ') || 'neither',
    });
    return null;
  }
  const value = values.find(([name]) => name === stated[0])?.[1] ?? null;
  return value === null ? null : { value, orEqual: stated[0] === inclusive };
}

/** The second comparison, which is to have the other level; without a level of its own it has `fail`. */
function readAdditional(map: MapReader, what: string, level: Level, hasComparison: boolean): Threshold['additional'] {
  const inner = map.map('additional', `"additional" of ${what}`);
  if (inner === null) return null;
  const stated = comparisons(inner);
  const own = levelOf(inner) ?? 'fail';
  inner.close();
  const fault = (message: string, expected: string, found: string): null => {
    map.source.fault(map.place('additional'), { code: 'CONTRACT_THRESHOLD', message, expected, found });
    return null;
  };
  if (!hasComparison)
    return fault(
      'a threshold with an additional one states its own comparison',
      `one of ${OPERATORS.join(', ')} beside "additional"`,
      'none',
    );
  if (stated.length !== 1)
    return fault(
      'an additional threshold has one comparison',
      'exactly one',
      stated.map(({ key }) => key).join(', ') || 'none',
    );
  if (own === level)
    return fault(
      'a threshold and its additional one differ in level',
      'level: warn in one, fail (the default) in the other',
      `${level} in both`,
    );
  const comparison = stated[0]?.comparison ?? null;
  return comparison && { comparison, level: own };
}

function levelOf(map: MapReader): Level | null {
  return oneOf(map, 'level', ['fail', 'warn'] as const);
}

function oneOf<T extends string>(map: MapReader, key: string, allowed: readonly T[]): T | null {
  const found = map.text(key);
  if (found === null) return null;
  return allowed.find((value) => value === found) ?? map.wrong(key, allowed.join(' or '));
}

function tooMany(map: MapReader, stated: readonly Stated[]): void {
  map.source.fault(map.place(stated[1]?.key ?? ''), {
    code: 'CONTRACT_THRESHOLD',
    message: `${map.what} has several comparisons`,
    expected: 'exactly one; a second one goes under "additional", at the other level',
    found: stated.map(({ key }) => key).join(', '),
  });
}
