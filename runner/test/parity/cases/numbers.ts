import { type Case, column, contract, dataset, EMPTY } from './case.ts';

const NUMBERS = (type: string, ...values: readonly string[]): string =>
  `create table t (n ${type}); insert into t values ${values.map((value) => `(${value})`).join(', ')}`;
const any = 'threshold: {must_be_greater_than: -1}';

export const AGGREGATE: readonly Case[] = [
  column('sums', 'n aggregate: {function: sum, threshold: {must_be: 16}}', 'PASSED 16'),
  column(
    'averages, whatever the case of its name',
    'n aggregate: {function: AVG, threshold: {must_be: 3.2}}',
    'PASSED 3.2',
  ),
  column('finds the least', 'n aggregate: {function: min, threshold: {must_be: -5}}', 'PASSED -5'),
  column('finds the greatest', 'n aggregate: {function: max, threshold: {must_be: 9}}', 'PASSED 9'),
  column('finds the least length', 's aggregate: {function: min_length, threshold: {must_be: 0}}', 'PASSED 0'),
  column('finds the greatest length', 's aggregate: {function: maxlength, threshold: {must_be: 1}}', 'PASSED 1'),
  column('averages lengths', 's aggregate: {function: avglength, threshold: {must_be: 0.8}}', 'PASSED 0.8'),
  column(
    'averages floats',
    'f aggregate: {function: avg, threshold: {must_be_between: {greater_than: 3.45, less_than: 3.47}}}',
    'PASSED 3.46',
  ),
  column(
    'rounds an average of numerics to a double',
    `n aggregate: {function: avg, ${any}}`,
    'PASSED 0.3333333333333333',
    {
      setup: NUMBERS('int', '0', '0', '1'),
    },
  ),
  column(
    'sums 0.1 and 0.2 of numeric to 0.3',
    'n aggregate: {function: sum, threshold: {must_be: 0.3}}',
    'PASSED 0.3',
    {
      setup: NUMBERS('numeric', '0.1', '0.2'),
    },
  ),
  column(
    'sums 0.1 and 0.2 of float8 to something else',
    'n aggregate: {function: sum, threshold: {must_be: 0.3}}',
    'FAILED 0.30000000000000004',
    {
      setup: NUMBERS('float8', '0.1', '0.2'),
    },
  ),
  column('sums float4 as the server does', `n aggregate: {function: sum, ${any}}`, 'PASSED 0.3', {
    setup: NUMBERS('float4', '0.1', '0.2'),
  }),
  column('sums bigint beyond its range', `n aggregate: {function: sum, ${any}}`, 'PASSED 18446744073709552000', {
    setup: NUMBERS('bigint', '9223372036854775807', '9223372036854775807', '2'),
  }),
  column(
    'takes a large integer for the nearest double',
    'n aggregate: {function: max, threshold: {must_be: 9007199254740992}}',
    'PASSED 9007199254740992',
    {
      setup: NUMBERS('bigint', '9007199254740993'),
    },
  ),
  column('takes tiny and huge numbers', `n aggregate: {function: max, ${any}}`, 'PASSED 1500000000000000000000', {
    setup: NUMBERS('float8', '1.5e21', '1e-300'),
  }),
  column('has no value without rows', 'n aggregate: {function: sum, threshold: {must_be: 0}}', 'NOT_EVALUATED', {
    setup: EMPTY,
  }),
  column(
    'has no value where all is NULL',
    'n aggregate: {function: min, filter: n is null, threshold: {must_be: 0}}',
    'NOT_EVALUATED',
  ),
  column(
    'has no value where its filter leaves none',
    "n aggregate: {function: sum, filter: 'false', threshold: {must_be: 0}}",
    'NOT_EVALUATED',
  ),
  column('is refused over dates', 'd aggregate: {function: min, threshold: {must_be: 0}}', 'ERROR: NOT_EVALUATED'),
  column('is refused over times', 'ts aggregate: {function: max, threshold: {must_be: 0}}', 'ERROR: NOT_EVALUATED'),
  column(
    'reads a number in a text',
    's aggregate: {function: max, filter: id = 5, threshold: {must_be: 9}}',
    'PASSED 9',
  ),
  column(
    'is refused over a text that is no number',
    's aggregate: {function: max, threshold: {must_be: 9}}',
    'ERROR: NOT_EVALUATED',
  ),
  column('is refused over intervals', `i aggregate: {function: sum, ${any}}`, 'ERROR: NOT_EVALUATED', {
    setup: "create table t (i interval); insert into t values ('1 hour')",
  }),
  column('is refused NaN', `n aggregate: {function: sum, ${any}}`, 'ERROR: NOT_EVALUATED', {
    setup: NUMBERS('float8', '1', "'NaN'"),
  }),
  column('is refused infinity', `n aggregate: {function: max, ${any}}`, 'ERROR: NOT_EVALUATED', {
    setup: NUMBERS('numeric', '1', "'Infinity'"),
  }),
  column('is refused a sum of texts', `s aggregate: {function: sum, ${any}}`, 'ERROR: NOT_EVALUATED'),
  column('is refused a length of numbers', `n aggregate: {function: max_length, ${any}}`, 'ERROR: NOT_EVALUATED'),
  column('is refused a sum beyond double', `n aggregate: {function: sum, ${any}}`, 'ERROR: NOT_EVALUATED', {
    setup: NUMBERS('float8', '1.7e308', '1.7e308'),
  }),
  column(
    'drops missing values',
    'n aggregate: {function: sum, missing_values: [9], threshold: {must_be: -2}}',
    'PASSED -2',
  ),
  column(
    'drops nothing but NULL for validity alone',
    'n aggregate: {function: sum, valid_min: 0, threshold: {must_be: 16}}',
    'PASSED 16',
  ),
  column(
    'with both, drops only what is missing and invalid',
    'n aggregate: {function: sum, missing_values: [9, -5], valid_min: 0, threshold: {must_be: 21}}',
    'PASSED 21',
  ),
  column(
    'also when the validity is inherited',
    'n aggregate: {function: sum, missing_values: [9], threshold: {must_be: 16}}',
    'PASSED 16',
    { column: 'valid_min: 0' },
  ),
  column('drops missing values of the column', 'n aggregate: {function: sum, threshold: {must_be: -2}}', 'PASSED -2', {
    column: 'missing_values: [9]',
  }),
  column('is not disturbed by reference data', 'n aggregate: {function: sum, threshold: {must_be: -2}}', 'PASSED -2', {
    column: 'missing_values: [9], valid_reference_data: {dataset: ds/db/s/r, column: c}',
  }),
  column(
    'counts within its filter',
    'n aggregate: {function: sum, filter: id > 4, threshold: {must_be: 18}}',
    'PASSED 18',
  ),
  column('keeps to the dataset filter', 'n aggregate: {function: sum, threshold: {must_be: 18}}', 'PASSED 18', {
    top: 'filter: id > 4\n',
  }),
  column(
    'looks at the expression that stands for the column',
    'n aggregate: {function: sum, column_expression: n * 2, threshold: {must_be: 32}}',
    'PASSED 32',
  ),
  column(
    'looks at the expression of the column',
    'n aggregate: {function: max, threshold: {must_be: 81}}',
    'PASSED 81',
    { column: 'column_expression: n * n' },
  ),
  column(
    'averages booleans by an expression',
    'b aggregate: {function: avg, column_expression: "b::int", threshold: {must_be_greater_than: 0.6}}',
    'PASSED 0.6666666666666666',
  ),
  contract(
    'measures several functions of one column',
    `columns:
  - name: n
    checks:
      - aggregate: {qualifier: a, function: min, threshold: {must_be: -5}}
      - aggregate: {qualifier: b, function: max, threshold: {must_be: 8}}
      - aggregate: {qualifier: c, function: avg, threshold: {must_be: 3.2}}
`,
    'PASSED -5, FAILED 9, PASSED 3.2',
  ),
];

const query = (sql: string, threshold = 'must_be_greater_than: -1'): string =>
  `metric: {query: ${JSON.stringify(sql)}, threshold: {${threshold}}}`;
const expression = (sql: string, threshold = 'must_be_greater_than: -1'): string =>
  `metric: {expression: ${JSON.stringify(sql)}, threshold: {${threshold}}}`;

export const METRIC: readonly Case[] = [
  dataset('evaluates an expression over the filtered dataset', expression('count(*)'), 'PASSED 2', {
    top: 'filter: n = 9\n',
  }),
  dataset(
    'takes no account of its own filter',
    'metric: {expression: count(*), filter: id = 1, threshold: {must_be: 6}}',
    'PASSED 6',
  ),
  dataset(
    'takes an expression of several aggregates',
    expression('sum(n) filter (where n > 0) / count(distinct s)'),
    'PASSED 5',
  ),
  dataset('compares an expression as a double', expression('0.1::numeric', 'must_be: 0.1'), 'PASSED 0.1'),
  dataset('rounds a numeric expression to a double', expression('1/3.0'), 'PASSED 0.3333333333333333'),
  dataset('takes a boolean expression as 1 or 0', expression('bool_or(b)', 'must_be: 1'), 'PASSED 1'),
  dataset('takes an expression over no column', expression('1 + 1', 'must_be: 2'), 'PASSED 2'),
  dataset('has no value for an expression that is NULL', expression('sum(n) filter (where false)'), 'NOT_EVALUATED'),
  dataset('takes an expression that looks at no row', expression('1', 'must_be: 1'), 'PASSED 1', { setup: EMPTY }),
  dataset('reads a number in the text of an expression', expression("max('3.5'::text)"), 'PASSED 3.5'),
  dataset('is refused an expression of no number', expression('max(d)'), 'ERROR: NOT_EVALUATED'),
  dataset('is refused an expression of infinity', expression("'Infinity'::float8"), 'ERROR: NOT_EVALUATED'),
  dataset('is refused an expression without aggregate', expression('n'), 'ERROR: NOT_EVALUATED'),
  dataset('may divide by zero only once', expression('sum(n) / (count(*) - 6)'), 'ERROR: NOT_EVALUATED'),
  dataset('takes a subquery for an expression', expression('(select count(*) from s.r)'), 'PASSED 3'),
  dataset(
    'sees the filtered rows under the name that Soda gives them',
    expression('(select count(*) from _soda_filtered_dataset)'),
    'PASSED 2',
    {
      top: 'filter: n = 9\n',
    },
  ),
  dataset('takes a percent sign in an expression', expression("sum(n % 2) filter (where s not like '%x')"), 'PASSED 2'),
  column('under a column is the same', `n ${expression('max(n)')}`, 'PASSED 9'),
  column(
    'takes no account of keys of values',
    'n metric: {expression: sum(n), threshold: {must_be: 16}}',
    'PASSED 16',
    { column: 'missing_values: [9]' },
  ),
  dataset(
    'compares the numeric of a query exactly with the double',
    query('select 0.1::numeric', 'must_be: 0.1'),
    'FAILED 0.1',
  ),
  dataset('compares the float of a query as a double', query('select 0.1::float8', 'must_be: 0.1'), 'PASSED 0.1'),
  dataset('compares a float4 of a query by its text', query('select 0.1::float4', 'must_be: 0.1'), 'PASSED 0.1'),
  dataset('compares a numeric that a double can hold', query('select 0.5::numeric', 'must_be: 0.5'), 'PASSED 0.5'),
  dataset(
    'finds a numeric of a query below the double',
    query('select 0.3::numeric', 'must_be_less_than: 0.3'),
    'FAILED 0.3',
  ),
  dataset(
    'finds a numeric of a query above the double',
    query('select 0.3::numeric', 'must_be_greater_than: 0.3'),
    'PASSED 0.3',
  ),
  dataset(
    'keeps many decimals of a query',
    query('select 1.00000000000000000001', 'must_be_greater_than: 1'),
    'PASSED 1.00000000000000000001',
  ),
  dataset(
    'compares large integers exactly',
    query('select 9007199254740993', 'must_be: 9007199254740992'),
    'FAILED 9007199254740993',
  ),
  dataset(
    'compares with a bound beyond 2^53 exactly',
    query('select 9007199254740993', 'must_be: 9007199254740993'),
    'PASSED 9007199254740993',
  ),
  dataset('compares an integer with a decimal bound', query('select 3', 'must_be: 3.0'), 'PASSED 3'),
  dataset(
    'takes a sum of bigint, which is numeric',
    query('select sum(n::bigint) from s.t', 'must_be: 16'),
    'PASSED 16',
  ),
  dataset('takes a boolean as 1 or 0', query('select true', 'must_be: 1'), 'PASSED 1'),
  dataset('takes false as 0', query('select false', 'must_be: 0'), 'PASSED 0'),
  dataset('reads the first field of the first row', query('select 3, 4 union all select 5, 6'), 'PASSED 3'),
  dataset('has no value without a row', query('select 1 where false'), 'NOT_EVALUATED'),
  dataset('has no value for NULL', query('select null::int'), 'NOT_EVALUATED'),
  dataset('has no value for NULL of no type', query('select null'), 'NOT_EVALUATED'),
  dataset('reads a number in a text', query("select ' 3.0 '", 'must_be: 3'), 'PASSED 3'),
  dataset('reads a number with an exponent in a text', query("select '1e3'::varchar", 'must_be: 1000'), 'PASSED 1000'),
  dataset('is refused a text', query("select 'three'"), 'ERROR: NOT_EVALUATED'),
  dataset('is refused an empty text', query("select ''"), 'ERROR: NOT_EVALUATED'),
  dataset('is refused a date', query("select date '2024-01-01'"), 'ERROR: NOT_EVALUATED'),
  dataset('is refused an interval', query("select interval '1 hour'"), 'ERROR: NOT_EVALUATED'),
  dataset('is refused NaN', query("select 'NaN'::numeric", 'must_not_be: 3'), 'ERROR: NOT_EVALUATED'),
  dataset('is refused NaN of a text', query("select 'nan'"), 'ERROR: NOT_EVALUATED'),
  dataset('is refused infinity', query("select 'Infinity'::float8"), 'ERROR: NOT_EVALUATED'),
  dataset('reads a number in json', query("select '3'::json"), 'PASSED 3'),
  dataset(
    'reads a large number in json exactly',
    query("select '12345678901234567890'::json"),
    'PASSED 12345678901234567890',
  ),
  dataset('reads a number with an exponent in json', query("select '1E2'::jsonb"), 'PASSED 100'),
  dataset('reads a boolean in json', query("select 'true'::jsonb"), 'PASSED 1'),
  dataset('reads a number in a text in json', query("select to_json('3'::text)"), 'PASSED 3'),
  dataset('has no value for null in json', query("select 'null'::jsonb"), 'NOT_EVALUATED'),
  dataset('is refused an array in json', query("select '[3]'::json"), 'ERROR: NOT_EVALUATED'),
  dataset('is refused money', query('select 3::money'), 'ERROR: NOT_EVALUATED'),
  dataset('is refused an array', query("select '{1}'::int[]"), 'ERROR: NOT_EVALUATED'),
  dataset('takes an oid', query('select 3::oid'), 'PASSED 3'),
  dataset('takes a smallint', query('select 3::smallint'), 'PASSED 3'),
  dataset('takes a domain over integer', query('select n from s.t'), 'PASSED 4', {
    setup: 'create domain small as int; create table t (n small); insert into t values (4)',
  }),
  dataset(
    'is touched by no filter',
    'metric: {query: select count(*) from s.t, filter: id = 1, threshold: {must_be: 6}}',
    'PASSED 6',
    { top: 'filter: id = 1\n' },
  ),
  dataset('bears a semicolon at its end', query('select 3 ; '), 'PASSED 3'),
  dataset('does not run several statements', query('select 3; select 4'), 'ERROR: NOT_EVALUATED', {
    differs: ['one-statement', 'PASSED 3'],
  }),
  dataset('is refused an integer out of range', query('select 9223372036854775807 + 1'), 'ERROR: NOT_EVALUATED'),
  dataset('bears comments', query('-- three\nselect /* of; them */ 3 -- all'), 'PASSED 3'),
  dataset('bears its own CTE', query('with x as (select 3 as a) select a from x'), 'PASSED 3'),
  dataset(
    'bears percent signs and colons',
    query("select count(*) from s.t where s not like '%A%' and '%s %(a)s :b' <> ''"),
    'PASSED 3',
  ),
  dataset(
    'bears a question mark and a dollar',
    query("select count(*) from s.t where '?' = $$?$$ and '$1' <> ''"),
    'PASSED 6',
  ),
  dataset('bears escapes', query("select length(E'it\\'s; -- no comment')"), 'PASSED 19'),
  dataset('bears values', query('values (3)'), 'PASSED 3'),
  dataset('bears show', query('show max_index_keys'), 'PASSED 32'),
  dataset(
    'cannot see the filtered dataset',
    query('select count(*) from _soda_filtered_dataset'),
    'ERROR: NOT_EVALUATED',
  ),
  dataset('must qualify its tables', query('select count(*) from t'), 'ERROR: NOT_EVALUATED'),
  dataset('is refused a division by zero', query('select 1/0'), 'ERROR: NOT_EVALUATED'),
  dataset('is refused what is no SQL', query('selct 1'), 'ERROR: NOT_EVALUATED'),
  contract(
    'refused in a query, leaves other checks their verdict',
    `columns: [{name: id, checks: [{missing: }]}]\nchecks: [{row_count: }, {${query('select nothing')}}]\n`,
    'ERROR: PASSED 6, NOT_EVALUATED, PASSED 0',
  ),
];
