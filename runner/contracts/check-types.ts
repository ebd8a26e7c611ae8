import type { YamlFile } from '../util/yaml.ts';
import type { MapReader } from '../util/yaml-map.ts';
import { parseTime } from './scalar.ts';
import { readThreshold, type ThresholdRule } from './threshold.ts';
import type { AggregateFunction, Check, CheckType, Comparison, MissingRule, ValidityRule } from './types.ts';
import {
  MISSING_KEYS,
  NO_MISSING,
  NO_VALIDITY,
  nameOf,
  readMissing,
  readName,
  readValidity,
  VALIDITY_KEYS,
} from './values.ts';
import { NOW, type Variables } from './variables.ts';

/** Where a list of checks stands: under a column, with the rules that its checks inherit, or under the dataset. */
export interface CheckScope {
  readonly yaml: YamlFile;
  readonly column: string | null;
  readonly columnExpression: string | null;
  readonly missing: MissingRule | null;
  readonly validity: ValidityRule | null;
  /** `check_attributes` of the contract; a check's own go over them. */
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly variable: Variables['get'];
  /** The identities of the contract's checks so far → line; those read are added. */
  readonly paths: Map<string, number>;
}

/** What a type of check may say beside the keys of all: its own keys, by place. Where it has no list it does not go. */
interface CheckRule extends ThresholdRule {
  readonly dataset?: readonly string[];
  readonly column?: readonly string[];
}

/** `store_failed_rows` is of Soda Cloud: allowed, without effect. */
export const COMMON_KEYS = 'name qualifier filter column_expression attributes store_failed_rows threshold'.split(' ');
const VALUES = [...MISSING_KEYS, ...VALIDITY_KEYS];
const METRIC = ['expression', 'query'];
const FAILED_ROWS = ['expression', 'query', 'keys_query', 'rows_tested_query'];
const NONE: Comparison = { operator: 'must_be', value: 0 };
const SOME: Comparison = { operator: 'must_be_greater_than', value: 0 };
export const CHECK_RULES: Readonly<Record<CheckType, CheckRule>> = {
  schema: { dataset: ['allow_extra_columns', 'allow_other_column_order'] },
  row_count: { dataset: [], column: [], byDefault: SOME },
  missing: { column: MISSING_KEYS, byDefault: NONE, countedIn: 'metric' },
  invalid: { column: VALUES, byDefault: NONE, countedIn: 'metric' },
  duplicate: { dataset: ['columns'], column: VALUES, byDefault: NONE, countedIn: 'metric' },
  aggregate: { column: ['function', ...VALUES] },
  metric: { dataset: METRIC, column: METRIC },
  failed_rows: { dataset: FAILED_ROWS, column: FAILED_ROWS, byDefault: NONE, countedIn: 'metric' },
  freshness: { dataset: ['column', 'now_variable'], countedIn: 'unit' },
};

type Common = Pick<
  Check,
  'path' | 'column' | 'qualifier' | 'name' | 'filter' | 'columnExpression' | 'attributes' | 'line'
>;

/** Reads what is the type's own, and adds it to what all checks have. */
export function readCheckOf(type: CheckType, map: MapReader, scope: CheckScope, common: Common): Check {
  if (type === 'schema') {
    return {
      ...common,
      type,
      allowExtraColumns: map.flag('allow_extra_columns') ?? false,
      allowOtherColumnOrder: map.flag('allow_other_column_order') ?? false,
    };
  }
  const measured = { ...common, threshold: readThreshold(map, CHECK_RULES[type]) };
  const missing = (): MissingRule => readMissing(map) ?? scope.missing ?? NO_MISSING;
  const validity = (): ValidityRule | null => readValidity(map) ?? scope.validity;
  switch (type) {
    case 'row_count':
      return { ...measured, type };
    case 'missing':
      return { ...measured, type, missing: missing() };
    case 'invalid':
      return { ...measured, type, missing: missing(), validity: validity() ?? noValidity(map) };
    case 'duplicate':
      if (scope.column === null) return { ...measured, type, missing: NO_MISSING, columns: columnsOf(map) };
      // Read by Soda, without effect on the count.
      validity();
      return { ...measured, type, missing: missing(), columns: null };
    case 'aggregate':
      return { ...measured, type, function: functionOf(map), missing: missing(), validity: validity() ?? NO_VALIDITY };
    case 'metric':
      return { ...measured, type, ...sqlOf(map, METRIC) };
    case 'failed_rows': {
      const rowsTestedQuery = map.filled('rows_tested_query');
      const sql = sqlOf(map, ['expression', 'query', 'keys_query']);
      if (sql.query !== null && rowsTestedQuery === null && measured.threshold.metric === 'percent') {
        const message = 'in percent of a query needs the number of rows tested';
        refuse(map, message, 'rows_tested_query: select count(*) from …');
      }
      return { ...measured, type, ...sql, rowsTestedQuery };
    }
    case 'freshness':
      return {
        ...measured,
        type,
        of: readName(map, 'column') ?? map.missing('column', 'the one that holds the time') ?? '',
        now: nowOf(map, scope),
      };
  }
}

function noValidity(map: MapReader): ValidityRule {
  const expected = 'valid_values, valid_format, valid_min, valid_reference_data or another, here or on the column';
  refuse(map, 'does not say what is valid', expected);
  return NO_VALIDITY;
}

function columnsOf(map: MapReader): readonly string[] {
  const expected = 'columns: [a, b]';
  if (map.get('columns') === null) refuse(map, 'of a dataset has no "columns"', expected);
  const some = (value: unknown): readonly string[] | undefined =>
    Array.isArray(value) && value.length > 0 && value.every((item) => nameOf(item) !== undefined) ? value : undefined;
  return map.read('columns', some, 'a list of names') ?? [];
}

const FUNCTIONS: readonly AggregateFunction[] = ['avg', 'sum', 'min', 'max', 'min_length', 'max_length', 'avg_length'];

function functionOf(map: MapReader): AggregateFunction {
  const expected = `one of ${FUNCTIONS.join(', ')}`;
  const known = (value: unknown): AggregateFunction | undefined => {
    const name = typeof value === 'string' ? value.toLowerCase().replace(/^(min|max|avg)length$/, '$1_length') : '';
    return FUNCTIONS.find((candidate) => candidate === name);
  };
  return map.read('function', known, expected) ?? map.missing('function', expected) ?? 'sum';
}

/** The one of the keys that is stated; a `keys_query` counts as a query. */
function sqlOf(
  map: MapReader,
  keys: readonly string[],
): { readonly expression: string | null; readonly query: string | null } {
  const stated = keys.filter((key) => map.get(key) !== null);
  if (stated.length !== 1) {
    const found = stated.length === 0 ? `none of ${keys.join(', ')}` : stated.join(' and ');
    refuse(map, `has ${found}`, `exactly one of ${keys.join(', ')}`);
  }
  return {
    expression: map.filled('expression')?.trim() ?? null,
    query: map.filled('query') ?? map.filled('keys_query'),
  };
}

function nowOf(map: MapReader, { variable }: CheckScope): string | null {
  const time = (name: unknown): string | undefined => {
    const value = typeof name === 'string' ? variable(name) : undefined;
    return typeof value === 'string' && (value === NOW || parseTime(value) !== null) ? value : undefined;
  };
  return map.read('now_variable', time, 'the name of a variable whose value is an ISO 8601 time');
}

function refuse(map: MapReader, message: string, expected: string): void {
  map.fault({ code: 'CONTRACT_KEY_MISSING', message: `${map.what} ${message}`, expected });
}
