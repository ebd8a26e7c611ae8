import fc from 'fast-check';
import { stringify } from 'yaml';
import { aggregate, bound, condition, expression, listOf, maybe, mostly, query, rowsQuery } from './sql.ts';
import { type Column, typeOf } from './table.ts';

type Keys = Readonly<Record<string, unknown>>;

/** A contract that our engine reads, of the table; what the server then thinks of it is another matter. */
export function contractOf(columns: readonly Column[]): fc.Arbitrary<string> {
  return fc
    .record({
      filter: maybe(condition(columns)),
      checks: fc.array(datasetCheck(columns), { maxLength: 3 }),
      columns: fc.tuple(...columns.map((column) => columnOf(column, columns))),
      extra: mostly<readonly Keys[]>(fc.constant([]), fc.constant([{ name: 'gone' }]), 10),
      order: mostly(fc.constant(false), fc.constant(true), 10),
    })
    .map(({ filter, checks, columns: listed, extra, order }) => {
      const found = [...listed, ...extra].filter((column) => column !== undefined);
      const contract = {
        ...(filter && { filter }),
        columns: qualified(order ? found.toReversed() : found),
        ...(checks.length > 0 && { checks: told(checks) }),
      };
      return `dataset: ds/db/s/t\n${stringify(contract, { lineWidth: 0 })}`;
    });
}

interface Check {
  readonly type: string;
  readonly keys: Keys;
}

/** With the keys of all `parts`. */
function check(type: string, ...parts: readonly fc.Arbitrary<Keys | undefined>[]): fc.Arbitrary<Check> {
  return fc.tuple(...parts).map((keys) => ({ type, keys: Object.assign({}, ...keys) as Keys }));
}

/** Each with a qualifier of its own, lest two of them be taken for one. */
function told(checks: readonly Check[]): readonly Keys[] {
  return checks.map(({ type, keys }, index) => ({
    [type]: { ...defined(keys), ...(index > 0 && { qualifier: `q${index}` }) },
  }));
}

function qualified(columns: readonly Keys[]): readonly Keys[] {
  return columns.map((column) => ({
    ...defined(column),
    ...(column.checks ? { checks: told(column.checks as readonly Check[]) } : {}),
  }));
}

function defined(keys: Keys): Keys {
  return Object.fromEntries(Object.entries(keys).filter(([, value]) => value !== undefined));
}

function columnOf(column: Column, columns: readonly Column[]): fc.Arbitrary<Keys | undefined> {
  const types = mostly(
    fc.constant(typeOf(column)),
    fc.constantFrom('text', 'integer', 'NUMERIC', 'varchar', 'mood'),
    10,
  );
  return mostly<Keys | undefined>(
    fc
      .record({
        data_type: maybe(types),
        column_expression: maybe(expression(column), 8),
        rules: fc.record({ missing: maybe(missing(column), 4), validity: maybe(validity(column), 3) }),
        checks: fc.array(columnCheck(column, columns), { maxLength: 2 }),
      })
      .map(({ rules, checks, ...keys }) => ({
        name: column.name,
        ...keys,
        ...rules.missing,
        ...rules.validity,
        checks: withRules(checks, rules.validity !== undefined),
      })),
    fc.constant(undefined),
    10,
  );
}

/** A check for invalid values needs a rule, its own or the column's. */
function withRules(checks: readonly Check[], inherits: boolean): readonly Check[] | undefined {
  const kept = checks.filter(
    ({ type, keys }) => type !== 'invalid' || inherits || Object.keys(keys).some((key) => /^(in)?valid_/.test(key)),
  );
  return kept.length > 0 ? kept : undefined;
}

function columnCheck(column: Column, columns: readonly Column[]): fc.Arbitrary<Check> {
  const common = { filter: maybe(condition(columns), 4), column_expression: maybe(expression(column), 8) };
  const rules = fc.record({ missing: maybe(missing(column), 3), validity: maybe(validity(column), 3) });
  const own = rules.map((stated) => ({ ...stated.missing, ...stated.validity }));
  const functions = column.kind === 'text' ? ['min_length', 'MaxLength', 'avg_length'] : ['sum', 'AVG', 'min', 'max'];
  const numeric = ['int', 'numeric', 'float', 'text'].includes(column.kind);
  return fc.oneof(
    check('missing', fc.record(common), threshold('share'), maybe(missing(column))),
    check('invalid', fc.record(common), threshold('share'), own),
    check('duplicate', fc.record(common), threshold('share'), own),
    ...(numeric
      ? [
          check(
            'aggregate',
            fc.record({ ...common, function: mostly(fc.constantFrom(...functions), fc.constant('max_length')) }),
            threshold('needed'),
            own,
          ),
        ]
      : []),
    check('row_count', fc.record({ filter: common.filter }), threshold('count')),
    check(
      'metric',
      aggregate([column]).map((sql) => ({ expression: sql })),
      threshold('needed'),
    ),
  );
}

function datasetCheck(columns: readonly Column[]): fc.Arbitrary<Check> {
  const names = columns.map(({ name }) => name);
  const filter = maybe(condition(columns), 3);
  const times = columns.filter(({ kind }) => kind === 'date' || kind === 'time');
  return fc.oneof(
    check(
      'schema',
      fc.record({ allow_extra_columns: maybe(fc.boolean()), allow_other_column_order: maybe(fc.boolean()) }),
    ),
    check('row_count', fc.record({ filter }), threshold('count')),
    check('duplicate', fc.record({ filter, columns: fc.subarray(names, { minLength: 1 }) }), threshold('share')),
    check('metric', fc.record({ filter, expression: aggregate(columns) }), threshold('needed')),
    check('metric', fc.record({ filter, query: query(columns) }), threshold('needed')),
    check('failed_rows', fc.record({ filter, expression: condition(columns) }), threshold('share')),
    check(
      'failed_rows',
      fc.record({ filter, query: rowsQuery(columns), rows_tested_query: query(columns) }),
      threshold('share'),
    ),
    check('failed_rows', fc.record({ keys_query: rowsQuery(columns) }), threshold('count')),
    ...(times.length > 0
      ? [
          check(
            'freshness',
            fc.record({ filter, column: fc.constantFrom(...times.map(({ name }) => name)) }),
            threshold('age'),
          ),
        ]
      : []),
  );
}

function missing(column: Column): fc.Arbitrary<Keys> {
  const list = listOf(column).map((values) => ({ missing_values: values }));
  return column.kind === 'text' ? fc.oneof(list, format('missing_format')) : list;
}

function validity(column: Column): fc.Arbitrary<Keys> {
  const lists = fc
    .tuple(fc.constantFrom('valid_values', 'invalid_values'), listOf(column))
    .filter(([, values]) => values.some((value) => value !== null))
    .map(([key, values]) => ({ [key]: values }));
  const reference = (table: string, name: string): fc.Arbitrary<Keys> =>
    fc.constant({ valid_reference_data: { dataset: `ds/db/s/${table}`, column: name } });
  const ofTexts = reference('r', 'c');
  switch (column.kind) {
    case 'text':
      return fc.oneof(
        lists,
        format('valid_format'),
        format('invalid_format'),
        fc
          .tuple(fc.constantFrom('valid_length', 'valid_min_length', 'valid_max_length'), fc.nat(4))
          .map(([key, value]) => ({ [key]: value })),
        ofTexts,
        fc.tuple(ofTexts, lists).map(([one, other]) => ({ ...one, ...other })),
      );
    case 'int':
      return fc.oneof(lists, limits, reference('k', 'k'), mostly(limits, ofTexts, 30));
    case 'numeric':
    case 'float':
      return fc.oneof(lists, limits);
    default:
      return lists;
  }
}

const limits: fc.Arbitrary<Keys> = fc.record({ valid_min: maybe(bound), valid_max: bound }).map(defined);

function format(key: string): fc.Arbitrary<Keys> {
  const regexes = ['^$', 'a', '^[a-z]*$', "'", '%', '\\\\', '^\\S+$', '(?i)^a', '日|é'];
  return mostly(fc.constantFrom(...regexes), fc.constant('[')).map((regex) => ({ [key]: { regex, name: 'format' } }));
}

/** What a check may say of its threshold: `share` may be in percent, `needed` has no default. */
function threshold(kind: 'count' | 'share' | 'needed' | 'age'): fc.Arbitrary<Keys> {
  const stated = fc
    .record({
      first: comparison,
      level: maybe(fc.constantFrom('fail', 'warn')),
      second: maybe(comparison, 4),
      metric: maybe(fc.constantFrom('count', 'percent'), 1),
      unit: maybe(fc.constantFrom('minute', 'hour', 'day'), 1),
    })
    .map(({ first, level, second, metric, unit }) => ({
      threshold: defined({
        ...first,
        level,
        metric: kind === 'share' ? metric : undefined,
        unit: kind === 'age' ? unit : undefined,
        additional: second && { ...second, level: level === 'warn' ? 'fail' : 'warn' },
      }),
    }));
  const without = kind === 'needed' || kind === 'age' ? [] : [fc.constant<Keys>({})];
  return fc.oneof(stated, ...without);
}

const OPERATORS = [
  'must_be',
  'must_not_be',
  'must_be_greater_than',
  'must_be_greater_than_or_equal',
  'must_be_less_than',
  'must_be_less_than_or_equal',
];

const comparison: fc.Arbitrary<Keys> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.tuple(fc.constantFrom(...OPERATORS), bound).map(([operator, value]) => ({ [operator]: value })),
  },
  {
    weight: 1,
    arbitrary: fc
      .record({ between: fc.boolean(), one: bound, other: bound, above: fc.boolean(), below: fc.boolean() })
      .filter(({ one, other }) => one !== other)
      .map(({ between, one, other, above, below }) => {
        const [low, high] = [Math.min(one, other), Math.max(one, other)];
        const greater = { [above ? 'greater_than' : 'greater_than_or_equal']: between ? low : high };
        const less = { [below ? 'less_than' : 'less_than_or_equal']: between ? high : low };
        return { [between ? 'must_be_between' : 'must_be_not_between']: { ...greater, ...less } };
      }),
  },
);
