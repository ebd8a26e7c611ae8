import fc from 'fast-check';
import { Scalar } from 'yaml';
import { type Column, type Kind, VALUES } from './table.ts';

/** Mostly of the first, now and then of the second. */
export function mostly<T>(usual: fc.Arbitrary<T>, odd: fc.Arbitrary<T>, weight = 60): fc.Arbitrary<T> {
  return fc.oneof({ weight, arbitrary: usual }, { weight: 1, arbitrary: odd });
}

export function maybe<T>(arbitrary: fc.Arbitrary<T>, freq = 2): fc.Arbitrary<T | undefined> {
  return fc.option(arbitrary, { nil: undefined, freq });
}

/** Of each kind, by whatever its column is called. */
const CONDITIONS: Readonly<Record<Kind, readonly string[]>> = {
  int: ['x > 1', 'x % 2 = 0', 'x between 0 and 3', 'x in (1, /* or */ 9)'],
  numeric: ['x >= 0.3', 'x <> 0', 'x * 2 < 3', 'round(x) = x'],
  float: ['x < 0.3', "x = 'NaN'", 'x * 3 > 0.9'],
  text: ["x like '%a%'", "x <> ''", "x ~ '^[a-z]+$'", 'length(x) > 1', "x = E'a\\\\b'", "x in ('a', 'it''s', '100 %')"],
  date: ["x >= date '2024-01-01'", 'extract(day from x) = 1'],
  time: ["x > timestamptz '2024-01-03 00:00Z'", "x < '2024-01-04T10:00:00Z'"],
  bool: ['x', 'not x', 'x is not true'],
};

export function condition(columns: readonly Column[]): fc.Arbitrary<string> {
  const single = fc
    .constantFrom(...columns)
    .chain(({ name, kind }) =>
      fc
        .constantFrom(...CONDITIONS[kind], 'x is null', 'x is not null')
        .map((text) => text.replaceAll(/\bx\b(?!')/g, `"${name}"`)),
    );
  const joined = fc.tuple(single, fc.constantFrom('and', 'or'), single).map((parts) => parts.join(' '));
  const odd = fc.constantFrom(
    'true',
    'false',
    'null',
    'nothing = 1',
    '10 / i > 3',
    '1 = 1 or',
    'i',
    's = 1',
    '/* all */ true',
  );
  return mostly(fc.oneof(single, joined), odd);
}

const EXPRESSIONS: Readonly<Record<Kind, readonly string[]>> = {
  int: ['abs(x)', 'x * 2', 'nullif(x, 0)', 'x / 2.0', 'coalesce(x, 7)'],
  numeric: ['-x', 'round(x, 1)'],
  float: ['x * 2', 'nullif(x, 0)', 'coalesce(x, 0.5)'],
  text: ['upper(x)', "nullif(x, 'a')", "x || '%'", 'trim(x)', "coalesce(x, '')"],
  date: ['x + 1', "coalesce(x, date '2024-01-02')"],
  time: ["x - interval '1 hour'", 'x::date'],
  bool: ['not x', 'coalesce(x, false)'],
};

/** What may stand for a column, of its own kind. */
export function expression({ name, kind }: Column): fc.Arbitrary<string> {
  const odd = fc.constantFrom('x::text', 'length(x)', 'nothing', '1 / 0');
  // Before it joins reference data, Soda puts an alias before each mention of the column, which quotes do not bear.
  const written = /^[a-z]+$/.test(name) ? name : `"${name}"`;
  return mostly(fc.constantFrom(...EXPRESSIONS[kind]), odd).map((text) => text.replaceAll(/\bx\b/g, written));
}

const AGGREGATES: Readonly<Record<Kind, readonly string[]>> = {
  int: ['sum(x)', 'avg(x)', 'max(x) - min(x)', 'count(distinct x)', '100.0 * sum(x) / count(*)'],
  numeric: ['sum(x)', 'avg(x)', 'stddev(x)', 'max(x)'],
  float: ['sum(x)', 'avg(x)', 'min(x)'],
  text: ['count(x)', 'max(length(x))', "count(*) filter (where x = 'a')", 'max(x)'],
  date: ["max(x) - date '2024-01-01'", 'count(distinct x)', 'min(x)'],
  time: ['extract(epoch from max(x))', 'count(x)'],
  bool: ['bool_and(x)', 'count(*) filter (where x)', 'avg(x::int)'],
};

export function aggregate(columns: readonly Column[]): fc.Arbitrary<string> {
  const usual = fc
    .constantFrom(...columns)
    .chain(({ name, kind }) =>
      fc.constantFrom(...AGGREGATES[kind], 'count(x)').map((text) => text.replaceAll(/\bx\b/g, `"${name}"`)),
    );
  return mostly(
    usual,
    fc.constantFrom('count(*)', '1', 'null', 'sum(nothing)', "'three'", "' 3 '", 'count(*) > 2', '1 / (count(*) - 2)'),
    10,
  );
}

/** Of one value. */
export function query(columns: readonly Column[]): fc.Arbitrary<string> {
  const odd = fc.constantFrom(
    'select 1 where false',
    'select null',
    'select nothing',
    "select 'x'",
    'select 0.1::numeric',
    'select 3; ',
    '-- three\nselect 3 -- all',
    'values (true)',
    'selct 1',
  );
  return mostly(
    aggregate(columns).map((sql) => `select ${sql} from s.t`),
    odd,
    5,
  );
}

/** Of rows that failed. */
export function rowsQuery(columns: readonly Column[]): fc.Arbitrary<string> {
  const odd = fc.constantFrom(
    'select 1 where false',
    'values (1), (2)',
    'with x as (table s.t) select * from x;',
    'show server_version',
    'select nothing from s.t',
    'select * from t',
  );
  return mostly(
    condition(columns).map((sql) => `select * from s.t where ${sql}`),
    odd,
    10,
  );
}

/** A number that a threshold or a bound may have; some of them are hit. */
export const bound: fc.Arbitrary<number> = fc.oneof(
  fc.constantFrom(0, 1, 2, 3, 5),
  fc.constantFrom(0.1, 0.3, 1.5, -1, 20, 25, 33.3, 50, 100, 2147483647, 9007199254740992, 1e-7),
);

/** Values for a list of a contract. */
export function listOf({ kind }: Column): fc.Arbitrary<readonly unknown[]> {
  const usual = fc.constantFrom(...VALUES[kind]).map((value) => (kind === 'time' ? inQuotes(value) : value));
  const value = mostly<unknown>(usual, fc.constantFrom('x', 1, true, null, '2024-01-01'), 100);
  return fc.array(value, { minLength: 1, maxLength: 4 });
}

/** A time that is not in quotes is refused. */
function inQuotes(value: unknown): Scalar {
  return Object.assign(new Scalar(value), { type: Scalar.QUOTE_SINGLE });
}
