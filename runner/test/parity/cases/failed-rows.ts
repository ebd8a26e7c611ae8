import { type Case, column, contract, dataset, EMPTY } from './case.ts';

const query = (sql: string, more = ''): string => `failed_rows: {query: ${JSON.stringify(sql)}${more}}`;
const tested = (sql: string, threshold: string): string =>
  `, rows_tested_query: ${JSON.stringify(sql)}, threshold: {metric: percent, ${threshold}}`;

export const FAILED_ROWS: readonly Case[] = [
  dataset('counts the rows that its expression holds for, NULL aside', 'failed_rows: {expression: n < 2}', 'FAILED 2'),
  dataset('passes where it holds for none', 'failed_rows: {expression: n > 100}', 'PASSED 0'),
  dataset('keeps to its filter', 'failed_rows: {expression: n < 2, filter: id > 1}', 'FAILED 1'),
  dataset('keeps to the dataset filter', 'failed_rows: {expression: n < 2}', 'FAILED 1', { top: 'filter: id > 1\n' }),
  dataset('keeps or and and apart', 'failed_rows: {expression: n < 0 or n > 8, filter: id = 4 or id = 5}', 'FAILED 1', {
    top: 'filter: id > 4 or id < 2\n',
  }),
  dataset(
    'is in percent of the filtered rows',
    'failed_rows: {expression: n < 2, filter: id > 2, threshold: {metric: percent, must_be: 25}}',
    'PASSED 25',
  ),
  dataset(
    'is 0 percent of no rows',
    'failed_rows: {expression: n < 2, threshold: {metric: percent, must_be: 0}}',
    'PASSED 0',
    { setup: EMPTY },
  ),
  dataset('takes a subquery', 'failed_rows: {expression: s not in (select c from s.r)}', 'FAILED 2'),
  dataset('takes percent signs', `failed_rows: {expression: "s like '%A%' or n % 2 = 0"}`, 'FAILED 3'),
  dataset('takes a colon and a cast', `failed_rows: {expression: "n::text = ':n'"}`, 'PASSED 0'),
  dataset('takes an escape', `failed_rows: {expression: "s = E'\\\\x41'"}`, 'FAILED 2'),
  dataset(
    'takes an expression of several lines',
    'failed_rows:\n      expression: |\n        n < 2\n        and id > 1\n',
    'FAILED 1',
  ),
  dataset('is refused an expression that is no condition', 'failed_rows: {expression: n}', 'ERROR: NOT_EVALUATED'),
  dataset('is refused an aggregate', 'failed_rows: {expression: sum(n) > 1}', 'ERROR: NOT_EVALUATED'),
  dataset('is refused a division by zero', 'failed_rows: {expression: 1 / (n - 9) > 0}', 'ERROR: NOT_EVALUATED'),
  dataset('is not refused what no row reaches', 'failed_rows: {expression: 1 / n > 0}', 'PASSED 0', { setup: EMPTY }),
  column('under a column is the same', 'n failed_rows: {expression: n < 2}', 'FAILED 2', {
    column: 'missing_values: [1]',
  }),
  dataset(
    'counts the rows of a query, which no filter reaches',
    query('select 1 from s.t where n < 2', ', filter: "false"'),
    'FAILED 2',
    { top: "filter: 'false'\n" },
  ),
  dataset('passes for a query without a row', query('select 1 where false'), 'PASSED 0'),
  dataset('counts a row of NULLs', query('select null'), 'FAILED 1'),
  dataset('counts rows without columns', query('select from s.t'), 'FAILED 6'),
  dataset('counts rows of two columns of one name', query('select id, id from s.t'), 'FAILED 6'),
  dataset('bears a semicolon and a comment behind a query', query("select ';' where 1 = 2; -- none"), 'PASSED 0'),
  dataset('bears a comment at the end of a query', query('select 1 -- one'), 'FAILED 1'),
  dataset(
    "bears the query's own CTE and order",
    query('with x as (select 1 as a) select * from x order by a'),
    'FAILED 1',
  ),
  dataset('bears a limit', query('select id from s.t order by id limit 2'), 'FAILED 2'),
  dataset('bears brackets around a query', query('(select 1)'), 'FAILED 1'),
  dataset('bears values', query('values (1), (2)'), 'FAILED 2'),
  dataset('bears table', query('table s.t'), 'FAILED 6'),
  dataset('bears percent signs', query("select 1 from s.t where s like '%A%'"), 'FAILED 2'),
  dataset(
    'bears a query of several lines',
    'failed_rows:\n      query: |\n        -- the negative ones\n        select id\n        from s.t\n        where n < 0\n',
    'FAILED 1',
  ),
  dataset('counts what can only be run as it is', query('show server_version'), 'FAILED 1'),
  dataset('counts the rows of explain', query('explain (costs off) select 1'), 'FAILED 1'),
  dataset(
    'counts the rows of a keys_query alike',
    'failed_rows: {keys_query: select id from s.t where n < 0}',
    'FAILED 1',
  ),
  dataset('may allow some', query('select 1', ', threshold: {must_be_less_than: 2}'), 'PASSED 1'),
  dataset('is in percent of the rows tested', query('select 1', tested('select 4', 'must_be: 25')), 'PASSED 25'),
  dataset('takes rows tested beside a count', query('select 1', ', rows_tested_query: select 4'), 'FAILED 1'),
  dataset('is 0 percent of 0 rows tested', query('select 1', tested('select 0', 'must_be: 0')), 'PASSED 0'),
  dataset('is 0 percent of less than none', query('select 1', tested('select -4', 'must_be: 0')), 'PASSED 0'),
  dataset(
    'is above 100 percent of too few',
    query('select 1 from s.t', tested('select 3', 'must_be: 200')),
    'PASSED 200',
  ),
  dataset('cuts the decimals of the rows tested', query('select 1', tested('select 4.9', 'must_be: 25')), 'PASSED 25'),
  dataset('reads the rows tested in a text', query('select 1', tested("select '4'", 'must_be: 25')), 'PASSED 25'),
  dataset('takes true for one row tested', query('select 1', tested('select true', 'must_be: 100')), 'PASSED 100'),
  dataset(
    'has no value when the rows tested are NULL',
    query('select 1', tested('select null', 'must_be: 0')),
    'NOT_EVALUATED',
  ),
  dataset(
    'has no value when no rows tested come',
    query('select 1', tested('select 4 where false', 'must_be: 0')),
    'NOT_EVALUATED',
  ),
  dataset(
    'is refused rows tested that are no number',
    query('select 1', tested("select 'many'", 'must_be: 0')),
    'ERROR: NOT_EVALUATED',
  ),
  dataset(
    'is refused rows tested with decimals in a text',
    query('select 1', tested("select '4.5'", 'must_be: 0')),
    'ERROR: NOT_EVALUATED',
  ),
  dataset(
    'is refused rows tested that are no number beside a count',
    query('select 1', ", rows_tested_query: select 'many'"),
    'ERROR: FAILED 1',
  ),
  dataset(
    'is refused rows tested that the server refuses, beside a count',
    query('select 1', ', rows_tested_query: select nothing'),
    'ERROR: FAILED 1',
  ),
  dataset(
    'is refused rows tested that the server refuses',
    query('select 1', tested('select nothing', 'must_be: 0')),
    'ERROR: NOT_EVALUATED',
  ),
  dataset(
    'counts the rows of several columns in the rows tested by the first',
    query('select 1', tested('select 4, 5', 'must_be: 25')),
    'PASSED 25',
  ),
  dataset('must qualify its tables', query('select 1 from t'), 'ERROR: NOT_EVALUATED'),
  dataset(
    'is refused a division by zero in a query',
    query('select 1 from s.t where 1 / (n - 9) > 0'),
    'ERROR: NOT_EVALUATED',
  ),
  dataset('does not compute what is only counted', query('select 1/0'), 'FAILED 1'),
  dataset('is refused what is no SQL', query('selct 1'), 'ERROR: NOT_EVALUATED'),
  dataset('is refused a table that is not there', query('select * from s.nothing'), 'ERROR: NOT_EVALUATED'),
  contract(
    'refused in a query, leaves other checks their verdict',
    `columns: [{name: id, checks: [{missing: }]}]\nchecks: [{row_count: }, {${query('select nothing')}}]\n`,
    'ERROR: PASSED 6, NOT_EVALUATED, PASSED 0',
  ),
  contract(
    'refused in an expression, takes the verdict of all that share the scan',
    `columns: [{name: id, checks: [{missing: }]}]
checks: [{row_count: }, {failed_rows: {expression: nothing > 0}}, {failed_rows: {qualifier: q, query: select 1 where false}}]
`,
    'ERROR: NOT_EVALUATED, NOT_EVALUATED, PASSED 0, NOT_EVALUATED',
  ),
  dataset('does not pass by a query that is a comment alone', query('-- select 1'), 'ERROR: NOT_EVALUATED'),
  dataset('does not run several statements', query('select 1; select 2'), 'ERROR: NOT_EVALUATED', {
    differs: ['one-statement', 'FAILED 1'],
  }),
  dataset('counts the rows that a query deletes', query('delete from s.t returning id'), 'FAILED 6', {
    setup: 'create table t as select generate_series(1, 6) as id',
  }),
  dataset(
    'keeps nothing of what a query writes',
    `${query('delete from s.t returning id')}\n  - ${query('table s.t', ', qualifier: b')}`,
    'FAILED 6, FAILED 6',
    {
      differs: ['nothing-is-kept', 'FAILED 6, PASSED 0'],
    },
  ),
  dataset('is refused what returns no rows', query('create table s.x (a int)'), 'ERROR: NOT_EVALUATED'),
  dataset('does not end the transaction', query('commit'), 'ERROR: NOT_EVALUATED'),
  dataset('does not begin one', query('begin'), 'ERROR: NOT_EVALUATED'),
];
