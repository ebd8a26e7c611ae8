import { parseTime } from './freshness.ts';
import type { MapReader } from './map-reader.ts';
import { readThreshold, type ThresholdRule } from './parse-threshold.ts';
import { NO_MISSING, NO_VALIDITY, readMissing, readValidity } from './parse-values.ts';
import type { Body, CheckBody, CheckPlace, CheckScope } from './scope.ts';
import type {
  AggregateCheck,
  AggregateFunction,
  CheckType,
  DuplicateCheck,
  FailedRowsCheck,
  FreshnessCheck,
  InvalidCheck,
  MetricCheck,
  SchemaCheck,
  Threshold,
} from './types.ts';

const NONE: ThresholdRule = { byDefault: { operator: 'must_be', value: 0 }, percent: true, unit: false };
const RULES: Readonly<Record<Exclude<CheckType, 'schema'>, ThresholdRule>> = {
  row_count: { byDefault: { operator: 'must_be_greater_than', value: 0 }, percent: false, unit: false },
  missing: NONE,
  invalid: NONE,
  duplicate: NONE,
  failed_rows: NONE,
  aggregate: { byDefault: null, percent: false, unit: false },
  metric: { byDefault: null, percent: false, unit: false },
  freshness: { byDefault: null, percent: false, unit: true },
};

/** Reads what is special to the type; `null` with a fault when it can't be told. */
export function readBody(
  type: CheckType,
  map: MapReader | null,
  scope: CheckScope,
  place: CheckPlace,
): CheckBody | null {
  if (type === 'schema') return schema(map);
  const threshold = readThreshold(map, RULES[type], place);
  // What follows is read even without a threshold, so that all faults are told at once.
  const body = readMeasured(type, map, scope, place);
  if (
    body?.type === 'failed_rows' &&
    body.query !== null &&
    threshold?.metric === 'percent' &&
    body.rowsTestedQuery === null
  ) {
    return refuse(
      place,
      'in percent of a query needs the number of rows tested',
      'rows_tested_query: select count(*) from …',
    );
  }
  return threshold && body && ({ ...body, threshold } as CheckBody);
}

function readMeasured(
  type: Exclude<CheckType, 'schema'>,
  map: MapReader | null,
  scope: CheckScope,
  place: CheckPlace,
): Unmeasured | null {
  switch (type) {
    case 'row_count':
      return { type };
    case 'missing':
      return { type, missing: readMissing(map) ?? scope.missing ?? NO_MISSING };
    case 'invalid':
      return invalid(map, scope, place);
    case 'duplicate':
      return duplicate(map, scope, place);
    case 'aggregate':
      return aggregate(map, scope, place);
    case 'metric':
      return metric(map, place);
    case 'failed_rows':
      return failedRows(map, place);
    case 'freshness':
      return freshness(map, scope, place);
  }
}

/** A body before its threshold. */
type Unmeasured = Without<Exclude<CheckBody, { readonly type: 'schema' }>>;
type Without<B> = B extends { readonly threshold: Threshold } ? Omit<B, 'threshold'> : never;

function schema(map: MapReader | null): Body<SchemaCheck> {
  // Allowed on every check by Soda, and without effect here.
  map?.child('threshold');
  return {
    type: 'schema',
    allowExtraColumns: map?.flag('allow_extra_columns') ?? false,
    allowOtherColumnOrder: map?.flag('allow_other_column_order') ?? false,
  };
}

function invalid(map: MapReader | null, scope: CheckScope, place: CheckPlace): Without<Body<InvalidCheck>> | null {
  const missing = readMissing(map) ?? scope.missing ?? NO_MISSING;
  const validity = readValidity(map) ?? scope.validity;
  if (validity) return { type: 'invalid', missing, validity };
  return refuse(
    place,
    'does not say what is valid',
    'valid_values, valid_format, valid_min, valid_reference_data or another, here or on the column',
  );
}

function duplicate(map: MapReader | null, scope: CheckScope, place: CheckPlace): Without<Body<DuplicateCheck>> | null {
  if (scope.column !== null) {
    const missing = readMissing(map) ?? scope.missing ?? NO_MISSING;
    // Read by Soda, without effect on the count.
    readValidity(map);
    return { type: 'duplicate', missing, columns: null };
  }
  const columns = map?.texts('columns') ?? null;
  if (columns === null)
    return map?.child('columns') ? null : refuse(place, 'of a dataset has no "columns"', 'columns: [a, b]');
  return columns.length > 0
    ? { type: 'duplicate', missing: NO_MISSING, columns }
    : refuse(place, 'has no column in "columns"', 'columns: [a, b]');
}

const FUNCTIONS: readonly AggregateFunction[] = ['avg', 'sum', 'min', 'max', 'min_length', 'max_length', 'avg_length'];

function aggregate(map: MapReader | null, scope: CheckScope, place: CheckPlace): Without<Body<AggregateCheck>> | null {
  const missing = readMissing(map) ?? scope.missing ?? NO_MISSING;
  const validity = readValidity(map) ?? scope.validity ?? NO_VALIDITY;
  const stated = map?.text('function') ?? null;
  if (stated === null)
    return map?.child('function')
      ? null
      : refuse(place, 'has no "function"', `function: one of ${FUNCTIONS.join(', ')}`);
  const name = stated.toLowerCase().replace(/^(min|max|avg)length$/, '$1_length');
  const found = FUNCTIONS.find((candidate) => candidate === name);
  return found
    ? { type: 'aggregate', function: found, missing, validity }
    : (map?.wrong('function', `one of ${FUNCTIONS.join(', ')}`) ?? null);
}

function metric(map: MapReader | null, place: CheckPlace): Without<Body<MetricCheck>> | null {
  const found = onlyOne(map, ['expression', 'query'], place);
  return (
    found && {
      type: 'metric',
      expression: found.key === 'expression' ? found.sql : null,
      query: found.key === 'query' ? found.sql : null,
    }
  );
}

function failedRows(map: MapReader | null, place: CheckPlace): Without<Body<FailedRowsCheck>> | null {
  const found = onlyOne(map, ['expression', 'query', 'keys_query'], place);
  const rowsTestedQuery = map?.text('rows_tested_query') ?? null;
  if (found === null) return null;
  const expression = found.key === 'expression' ? found.sql : null;
  return { type: 'failed_rows', expression, query: expression === null ? found.sql : null, rowsTestedQuery };
}

function freshness(map: MapReader | null, scope: CheckScope, place: CheckPlace): Without<Body<FreshnessCheck>> | null {
  const of = map?.text('column') ?? null;
  const variable = map?.text('now_variable') ?? null;
  if (map && variable !== null && !isTime(scope.variable(variable))) {
    return map.wrong('now_variable', 'the name of a variable whose value is an ISO 8601 time');
  }
  if (of === null)
    return map?.child('column') ? null : refuse(place, 'has no "column"', 'column: the one that holds the time');
  return { type: 'freshness', of, now: variable === null ? null : String(scope.variable(variable)) };
}

function isTime(value: string | number | undefined): boolean {
  return typeof value === 'string' && parseTime(value) !== null;
}

function onlyOne(
  map: MapReader | null,
  keys: readonly string[],
  place: CheckPlace,
): { readonly key: string; readonly sql: string } | null {
  const stated = keys.flatMap((key) => (map?.child(key) ? [{ key, sql: map.text(key) }] : []));
  // Asked for even when absent, so that they are known as keys.
  for (const key of keys) map?.child(key);
  const [first] = stated;
  if (first === undefined || stated.length > 1) {
    return refuse(
      place,
      first ? `has ${stated.map(({ key }) => key).join(' and ')}` : `has none of ${keys.join(', ')}`,
      `exactly one of ${keys.join(', ')}`,
    );
  }
  return first.sql === null ? null : { key: first.key, sql: first.sql };
}

function refuse(place: CheckPlace, message: string, expected: string): null {
  place.source.fault(place.node, { code: 'CONTRACT_KEY_MISSING', message: `${place.what} ${message}`, expected });
  return null;
}
