import type { MapReader } from '../util/yaml-map.ts';
import type { Bound, Comparison, Level, Operator, Threshold } from './types.ts';
import { readQuantity } from './values.ts';

/** What a type of check allows in its threshold. */
export interface ThresholdRule {
  /** The comparison in force when none is stated; one is required without it. */
  readonly byDefault?: Comparison;
  /** The key that says in what is counted, if any. */
  readonly countedIn?: 'metric' | 'unit';
}

const OPERATORS: readonly Operator[] = [
  'must_be',
  'must_not_be',
  'must_be_greater_than',
  'must_be_greater_than_or_equal',
  'must_be_less_than',
  'must_be_less_than_or_equal',
];
const RANGES = ['must_be_between', 'must_be_not_between'] as const;
const ADDITIONAL_KEYS = [...OPERATORS, ...RANGES, 'level'];
/** Stands where a fault has been told. */
const NEVER_USED: Comparison = { operator: 'must_be', value: 0 };

/** The threshold of a check. Faults: `CONTRACT_THRESHOLD` beside those of any map. */
export function readThreshold(check: MapReader, { byDefault, countedIn }: ThresholdRule): Threshold {
  if (byDefault && check.get('threshold') === null)
    return { comparison: byDefault, level: 'fail', metric: 'count', unit: null, additional: null };
  const keys = [...ADDITIONAL_KEYS, 'additional', ...(countedIn ? [countedIn] : [])];
  const map = check.map('threshold', keys, `the threshold of ${check.what}`);
  const stated = comparisons(map);
  const [comparison, second] = stated;
  if (!comparison && !byDefault) {
    refuse(map, `${check.what} has no default threshold: one is to be stated`, {
      expected: `threshold: {must_be: …}, or another of ${[...OPERATORS.slice(1), ...RANGES].join(', ')}`,
      found: check.get('threshold') === null ? 'no threshold' : 'no comparison',
    });
  }
  if (second) {
    const found = stated.map(({ operator }) => operator).join(', ');
    const expected = 'exactly one; a second one goes under "additional", at the other level';
    refuse(map, `${map.what} has several comparisons`, { expected, found }, second.operator);
  }
  const level = oneOf(map, 'level', ['fail', 'warn']) ?? 'fail';
  return {
    comparison: comparison ?? byDefault ?? NEVER_USED,
    level,
    metric: oneOf(map, 'metric', ['count', 'percent']) ?? 'count',
    unit: countedIn === 'unit' ? (oneOf(map, 'unit', ['minute', 'hour', 'day']) ?? 'hour') : null,
    additional: map.get('additional') === null ? null : readAdditional(map, level, comparison !== undefined),
  };
}

/** The second comparison, which is to have the other level; without a level of its own it has `fail`. */
function readAdditional(threshold: MapReader, other: Level, besideOne: boolean): Threshold['additional'] {
  const map = threshold.map('additional', ADDITIONAL_KEYS, `"additional" of ${threshold.what}`);
  const stated = comparisons(map);
  const level = oneOf(map, 'level', ['fail', 'warn']) ?? 'fail';
  const found = stated.map(({ operator }) => operator).join(', ') || 'none';
  if (!besideOne) {
    const expected = `one of ${OPERATORS.join(', ')} beside "additional"`;
    refuse(map, 'a threshold with an additional one states its own comparison', { expected, found: 'none' });
  } else if (stated.length !== 1) {
    refuse(map, 'an additional threshold has one comparison', { expected: 'exactly one', found });
  } else if (level === other) {
    const expected = 'level: warn in one, fail (the default) in the other';
    refuse(map, 'a threshold and its additional one differ in level', { expected, found: `${level} in both` });
  }
  return { comparison: stated[0] ?? NEVER_USED, level };
}

function comparisons(map: MapReader): readonly Comparison[] {
  const stated = (key: string): boolean => map.get(key) !== null;
  return [
    ...OPERATORS.filter(stated).map((operator) => ({ operator, value: readQuantity(map, operator) ?? 0 })),
    ...RANGES.filter(stated).map((operator) => readRange(map, operator)),
  ];
}

function readRange(threshold: MapReader, operator: (typeof RANGES)[number]): Comparison {
  const keys = ['greater_than', 'greater_than_or_equal', 'less_than', 'less_than_or_equal'];
  const map = threshold.map(operator, keys, `"${operator}" of ${threshold.what}`);
  const greater = readBound(map, 'greater_than');
  const less = readBound(map, 'less_than');
  const between = operator === 'must_be_between';
  const [low, high] = between ? [greater, less] : [less, greater];
  if (low && high && !(Number(low.value) < Number(high.value))) {
    refuse(map, `the bounds of ${map.what} leave nothing between them`, {
      expected: between
        ? 'the value of greater_than is below that of less_than'
        : 'the value of greater_than is above that of less_than: what lies between them is refused',
      found: `greater: ${greater?.value}, less: ${less?.value}`,
    });
  }
  return greater && less ? { operator, greater, less } : NEVER_USED;
}

function readBound(map: MapReader, exclusive: 'greater_than' | 'less_than'): Bound | null {
  const inclusive = `${exclusive}_or_equal`;
  const [key, ...others] = [exclusive, inclusive].filter((name) => map.get(name) !== null);
  if (key === undefined || others.length > 0) {
    const expected = `one of ${exclusive}, ${inclusive}`;
    const found = key === undefined ? 'neither' : 'both';
    return refuse(map, `${map.what} needs one lower and one upper bound`, { expected, found });
  }
  const value = readQuantity(map, key);
  return value === null ? null : { value, orEqual: key === inclusive };
}

function oneOf<const T extends string>(map: MapReader, key: string, allowed: readonly T[]): T | null {
  return map.read(key, (value) => allowed.find((candidate) => candidate === value), allowed.join(' or '));
}

function refuse(
  map: MapReader,
  message: string,
  rest: { readonly expected: string; readonly found: string },
  key?: string,
): null {
  return map.fault({ code: 'CONTRACT_THRESHOLD', message, ...rest }, key);
}
