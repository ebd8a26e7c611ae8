import { type Case, column, contract, EMPTY } from './case.ts';

export const INVALID: readonly Case[] = [
  column('counts what is not listed, and never NULL', "s invalid: {valid_values: ['A', 'B']}", 'FAILED 2'),
  column('leaves missing values out', "s invalid: {valid_values: [A, B], missing_values: ['', '9']}", 'PASSED 0'),
  column(
    'leaves out what a format says is missing',
    "s invalid: {valid_values: [A, B], missing_format: {regex: '^9?$', name: none}}",
    'PASSED 0',
  ),
  column(
    'takes a value that is missing and refused for missing',
    's invalid: {invalid_values: [A], missing_values: [A]}',
    'PASSED 0',
  ),
  column('counts any clause that is broken', "s invalid: {invalid_values: ['B'], valid_min_length: 1}", 'FAILED 2'),
  column(
    'counts a row once that breaks two clauses',
    "s invalid: {invalid_values: [''], valid_min_length: 1}",
    'FAILED 1',
  ),
  column('takes the bounds as valid', 'n invalid: {valid_min: -5, valid_max: 9}', 'PASSED 0'),
  column('counts what lies beyond a bound', 'n invalid: {valid_min: 0, valid_max: 2}', 'FAILED 3'),
  column('takes bounds with decimals over integers', 'n invalid: {valid_min: 1.5, valid_max: 8.99}', 'FAILED 4'),
  column('takes bounds over floats', 'f invalid: {valid_min: 0.1, valid_max: 0.2}', 'FAILED 3'),
  column('finds every value beyond bounds that leave nothing', 'n invalid: {valid_min: 5, valid_max: 1}', 'FAILED 5'),
  column('takes a bound of zero for one', 'n invalid: {valid_min: 0}', 'FAILED 1'),
  column('takes an exponent in a bound', 'n invalid: {valid_max: 5e0}', 'FAILED 2'),
  column('takes a bound with a sign and grouped digits', 'n invalid: {valid_max: +1_000}', 'PASSED 0'),
  column('takes a bound beyond 2^53 exactly', 'n invalid: {valid_max: 9007199254740992}', 'FAILED 1', {
    setup: 'create table t (n bigint); insert into t values (9007199254740992), (9007199254740993)',
  }),
  column('takes a bound beyond bigint for a numeric', 'n invalid: {valid_max: 9223372036854775808}', 'PASSED 0', {
    setup: 'create table t (n bigint); insert into t values (9223372036854775807)',
  }),
  column('finds NaN above any bound', 'n invalid: {valid_min: 0, valid_max: 100}', 'FAILED 1', {
    setup: "create table t (n numeric); insert into t values ('NaN'), (1)",
  }),
  column('finds infinity beyond any bound', 'n invalid: {valid_min: 0, valid_max: 100}', 'FAILED 2', {
    setup: "create table t (n float8); insert into t values ('Infinity'), ('-Infinity'), (1)",
  }),
  column('compares money-like numerics exactly', 'n invalid: {valid_max: 0.1}', 'FAILED 1', {
    setup: 'create table t (n numeric); insert into t values (0.1), (0.10000000000000000001)',
  }),
  column('measures the length of texts', 's invalid: {valid_length: 1}', 'FAILED 1'),
  column('takes a length of zero for one', 's invalid: {valid_length: 0}', 'FAILED 4'),
  column('measures the least length', 's invalid: {valid_min_length: 1}', 'FAILED 1'),
  column('measures the greatest length', 's invalid: {valid_max_length: 0}', 'FAILED 4'),
  column('measures length in characters', 's invalid: {valid_length: 2}', 'FAILED 2', {
    setup: "create table t (s text); insert into t values ('éà'), (U&'e\\0301'), ('👩‍🚀'), ('日本語')",
  }),
  column('measures char(n) without its padding', 's invalid: {valid_length: 2}', 'FAILED 1', {
    setup: "create table t (s char(5)); insert into t values ('ab'), ('abc')",
  }),
  column('measures the length of bytea in bytes', 's invalid: {valid_length: 2}', 'PASSED 0', {
    setup: "create table t (s bytea); insert into t values ('\\x0102')",
  }),
  column('matches a format anywhere and by case', "s invalid: {valid_format: {regex: 'a', name: small}}", 'FAILED 5'),
  column(
    'counts what an invalid format matches',
    "s invalid: {invalid_format: {regex: '^[A-Z]$', name: capital}}",
    'FAILED 3',
  ),
  column(
    'takes a quote in a format as it stands',
    's invalid: {valid_format: {regex: "^o\'", name: irish}}',
    'FAILED 1',
    {
      setup: "create table t (s text); insert into t values ('o''neil'), ('oneil')",
    },
  ),
  column(
    'takes classes and counts in a format',
    "s invalid: {valid_format: {regex: '^\\d{2}(/\\d{2}){2}$', name: date}}",
    'FAILED 1',
    {
      setup: "create table t (s text); insert into t values ('01/02/03'), ('1/2/3'), (null)",
    },
  ),
  column(
    'takes letters of all languages in a format',
    "s invalid: {valid_format: {regex: '^[[:alpha:]]+$', name: word}}",
    'FAILED 1',
    {
      setup: "create table t (s text); insert into t values ('été'), ('日本'), ('a1')",
    },
  ),
  column(
    'is in percent of all rows, the missing included',
    's invalid: {valid_values: [A], threshold: {metric: percent, must_be: 50}}',
    'PASSED 50',
  ),
  column(
    'is in percent of the rows of its filter',
    's invalid: {valid_values: [A], filter: id > 3, threshold: {metric: percent, must_be_less_than: 67}}',
    'PASSED 66.66666666666667',
  ),
  column(
    'is 0 percent of no rows',
    's invalid: {valid_values: [A], threshold: {metric: percent, must_be: 0}}',
    'PASSED 0',
    { setup: EMPTY },
  ),
  column('counts within its filter', 's invalid: {valid_values: [A], filter: id < 3}', 'FAILED 1'),
  column('finds every value invalid where none is valid', 's invalid: {valid_values: []}', 'FAILED 5'),
  column('finds none where none is refused', 's invalid: {invalid_values: []}', 'PASSED 0'),
  column('never fires with a null among the refused values', 's invalid: {invalid_values: [null, A]}', 'PASSED 0'),
  column('is not disturbed by a null among the valid ones', 's invalid: {valid_values: [null, A]}', 'FAILED 3'),
  column('lists numbers', 'n invalid: {valid_values: [1, 2, 9]}', 'FAILED 1'),
  column('lists dates', 'd invalid: {valid_values: [2024-01-01, 2024-02-01, 2024-04-01]}', 'FAILED 1'),
  column('lists booleans', 'b invalid: {invalid_values: [false]}', 'FAILED 1'),
  column('takes no as a text, which the server takes for false', 'b invalid: {invalid_values: [no]}', 'FAILED 1'),
  column('takes 01 as 1', 'n invalid: {valid_values: [01, 02, 09, -05]}', 'PASSED 0'),
  column('tells 01 in quotes apart', "s invalid: {valid_values: ['01']}", 'FAILED 1', {
    setup: "create table t (s text); insert into t values ('01'), ('1')",
  }),
  column('takes 12:30 as a text', 's invalid: {valid_values: [12:30]}', 'PASSED 0', {
    setup: "create table t (s text); insert into t values ('12:30')",
  }),
  column('takes yes and on as texts', 's invalid: {valid_values: [yes, on, Off]}', 'FAILED 1', {
    setup: "create table t (s text); insert into t values ('yes'), ('on'), ('off')",
  }),
  column('takes times of day', "c invalid: {valid_values: ['12:30']}", 'FAILED 1', {
    setup: "create table t (c time); insert into t values ('12:30'), ('12:31')",
  }),
  column('mixes integers and decimals in a list', 'f invalid: {valid_values: [0.1, 0.2, -1, 9.0]}', 'PASSED 0'),
  column('takes a float8 for what it is, not what it is written as', 'f invalid: {valid_values: [0.1]}', 'FAILED 1', {
    setup: 'create table t (f float8); insert into t values (0.1), (0.1::float4)',
  }),
  column('inherits the rules of the column', 's invalid:', 'FAILED 2', { column: 'valid_values: [A, B]' }),
  column('drops all of them when it states its own', 's invalid: {invalid_values: [B]}', 'FAILED 1', {
    column: 'valid_values: [A, B]',
  }),
  column('drops them for an empty list of its own', 's invalid: {invalid_values: []}', 'PASSED 0', {
    column: 'valid_values: [A]',
  }),
  column('inherits missing values apart from validity', 's invalid: {valid_values: [A, B]}', 'FAILED 1', {
    column: "missing_values: ['']",
  }),
  column('inherits validity apart from missing values', "s invalid: {missing_values: ['']}", 'FAILED 1', {
    column: 'valid_values: [A, B]',
  }),
  column(
    'looks at the expression that stands for the column',
    's invalid: {valid_values: [a, b], column_expression: lower(s)}',
    'FAILED 2',
  ),
  column('takes a comparison for a column', 'n invalid: {valid_values: [true], column_expression: n > 0}', 'FAILED 1'),
  column(
    'takes a cast for a column',
    "n invalid: {valid_format: {regex: '^\\d$', name: digit}, column_expression: 'n::text'}",
    'FAILED 1',
  ),
  column('reaches into json', 'j invalid: {valid_values: [x], column_expression: "j ->> \'k\'"}', 'FAILED 1', {
    setup: `create table t (j jsonb); insert into t values ('{"k": "x"}'), ('{"k": "y"}'), ('{}')`,
  }),
  column('is refused a length over numbers', 'n invalid: {valid_length: 1}', 'ERROR: NOT_EVALUATED'),
  column('is refused a list of another type', "n invalid: {valid_values: [1, 'a']}", 'ERROR: NOT_EVALUATED'),
  column('is refused a bound over texts', 's invalid: {valid_min: 1}', 'ERROR: NOT_EVALUATED'),
  column(
    'is refused a format over dates',
    "d invalid: {valid_format: {regex: '2', name: two}}",
    'ERROR: NOT_EVALUATED',
  ),
  column('is refused an unknown label of an enum', 'm invalid: {valid_values: [good, bad]}', 'ERROR: NOT_EVALUATED', {
    setup: "create type mood as enum ('good'); create table t (m mood)",
  }),
  column('is refused a json column without equality', "j invalid: {valid_values: ['{}']}", 'ERROR: NOT_EVALUATED', {
    setup: 'create table t (j json)',
  }),
  contract(
    'shares the table with other checks in one scan',
    `columns:
  - {name: n, checks: [{missing: }, {invalid: {valid_min: 0}}, {duplicate: }]}
  - {name: s, checks: [{missing: }, {invalid: {valid_values: [A]}}, {duplicate: }]}
`,
    'FAILED 1, FAILED 1, FAILED 1, FAILED 1, FAILED 3, FAILED 1',
  ),
];

const reference = 'valid_reference_data: {dataset: ds/db/s/r, column: c}';

/** Names that are hard to find in the text of an expression; `A` without quotes is `a`. */
const NAMES = `create table t as select s, s as "été", s as a1, s as "$a", s as "a.b", 'x' as "A", 'A' as a, '' as a_b
    from (values ('A'), ('a1²'), ('axb'), ('$a')) v (s);
  create table r as select 'A' as c`;

export const REFERENCE: readonly Case[] = [
  column('counts what the reference does not hold', `s invalid: {${reference}}`, 'FAILED 2'),
  column(
    'counts each row once, however often the reference holds a value',
    `s invalid: {${reference}, missing_values: ['', '9']}`,
    'PASSED 0',
  ),
  column(
    'counts each of the same values',
    `n invalid: {valid_reference_data: {dataset: ds/db/s/k, column: k}}`,
    'FAILED 3',
    {
      setup:
        'create table t (n int); insert into t values (1), (2), (2), (3), (null); create table k (k bigint); insert into k values (1), (null)',
    },
  ),
  column(
    'is not satisfied by NULL in the reference',
    `n invalid: {valid_reference_data: {dataset: ds/db/s/k, column: k}}`,
    'FAILED 1',
    {
      setup:
        'create table t (n int); insert into t values (1), (null); create table k (k int); insert into k values (null)',
    },
  ),
  column('finds every value invalid where the reference is empty', `s invalid: {${reference}}`, 'FAILED 1', {
    setup: "create table t (s text); insert into t values ('A'), (null); create table r (c text)",
  }),
  column('keeps to the dataset filter and its own', `s invalid: {${reference}, filter: id < 5}`, 'FAILED 1', {
    top: 'filter: id > 1\n',
  }),
  column(
    'is in percent of the rows of the filter',
    `s invalid: {${reference}, filter: id < 5, threshold: {metric: percent, must_be: 25}}`,
    'PASSED 25',
  ),
  column('is 0 percent of no rows', `s invalid: {${reference}, threshold: {metric: percent, must_be: 0}}`, 'PASSED 0', {
    setup: EMPTY,
  }),
  column(
    'counts a row once per match when combined with another rule',
    `s invalid: {${reference}, invalid_values: [A]}`,
    'FAILED 6',
  ),
  column(
    'is combined with a bound',
    `n invalid: {valid_reference_data: {dataset: ds/db/s/k, column: k}, valid_max: 2}`,
    'FAILED 2',
    {
      setup:
        'create table t (n int); insert into t values (1), (3), (4); create table k (k int); insert into k values (1), (3)',
    },
  ),
  column(
    'looks at the expression that stands for the column',
    `s invalid: {${reference}, column_expression: upper(s)}`,
    'FAILED 2',
  ),
  column('looks at the expression of the column', `s invalid:`, 'FAILED 5', {
    column: `column_expression: lower(s), ${reference}`,
  }),
  column(
    'leaves missing values of an expression out',
    `s invalid: {${reference}, column_expression: lower(s), missing_values: [a]}`,
    'FAILED 3',
  ),
  column(
    'takes an expression of several columns',
    `s invalid: {${reference}, column_expression: "coalesce(s, n::text)"}`,
    'FAILED 2',
  ),
  column(
    'takes an expression that names the column in a text',
    `s invalid: {${reference}, column_expression: "replace(s, ' s ', '')"}`,
    'FAILED 2',
  ),
  column(
    'is refused an expression with the name in quotes, where the alias goes too',
    `"Code" invalid: {${reference}, column_expression: 'upper("Code")'}`,
    'ERROR: NOT_EVALUATED',
    {
      setup: `create table t ("Code" text); insert into t values ('a'), ('x'); create table r (c text); insert into r values ('A')`,
    },
  ),
  column(
    'takes the name of the column for the column in a text too',
    `s invalid: {${reference}, column_expression: "nullif(s, 's')"}`,
    'FAILED 1',
    {
      setup:
        "create table t (s text); insert into t values ('s'), ('A'); create table r (c text); insert into r values ('A')",
    },
  ),
  column(
    'is refused an expression of another column that both tables have',
    `s invalid: {${reference}, column_expression: "s || k"}`,
    'ERROR: NOT_EVALUATED',
    {
      setup:
        "create table t (s text, k text); insert into t values ('s', 'A'), ('A', ''); create table r (c text, k text); insert into r values ('A', 'x')",
    },
  ),
  ...[
    { name: 'été', expression: 'upper(été)', says: 'FAILED 3' },
    { name: 'A', expression: 'A', says: 'PASSED 0' },
    { name: 'a', expression: 'a_b || s', says: 'FAILED 3' },
    { name: 'a1', expression: "nullif(s, 'a1²')", says: 'FAILED 2' },
    { name: 'a.b', expression: "nullif(s, 'axb')", says: 'FAILED 2' },
    { name: '$a', expression: "nullif(s, '$a')", says: 'FAILED 2' },
  ].map(({ name, expression, says }) =>
    column(
      `knows the name ${name} as a word in ${expression}`,
      `${name} invalid: {${reference}, column_expression: "${expression}"}`,
      says,
      { setup: NAMES },
    ),
  ),
  column(
    'takes a reference of another database for one of its own',
    's invalid: {valid_reference_data: {dataset: ds/nowhere/s/r, column: c}}',
    'FAILED 2',
    {
      differs: ['where-tables-are', 'ERROR: NOT_EVALUATED'],
    },
  ),
  column(
    'takes a reference of any data source',
    's invalid: {valid_reference_data: {dataset: other/db/s/r, column: c}}',
    'FAILED 2',
  ),
  column(
    'tells missing values of another type beside a reference',
    `s invalid: {${reference}, missing_values: [1]}`,
    'ERROR: NOT_EVALUATED',
  ),
  column('is inherited from the column', 's invalid:', 'FAILED 2', { column: reference }),
  column('gives way to a rule of the check', 's invalid: {valid_values: [A]}', 'FAILED 3', { column: reference }),
  column('may be the table itself', 's invalid: {valid_reference_data: {dataset: ds/db/s/t, column: s}}', 'PASSED 0'),
  column('may be a view', 's invalid: {valid_reference_data: {dataset: ds/db/s/v, column: c}}', 'FAILED 1', {
    setup: "create table t (s text); insert into t values ('A'), ('B'); create view v as select 'A'::text as c",
  }),
  column(
    'is not touched by the dataset filter',
    'id invalid: {valid_reference_data: {dataset: ds/db/s/t, column: id}}',
    'PASSED 0',
    { top: 'filter: id > 3\n' },
  ),
  column(
    'finds its table with capitals and blanks',
    '"Code É" invalid: {valid_reference_data: {dataset: ds/db/s/Ref 1, column: Code C}}',
    'FAILED 1',
    {
      setup: `create table t ("Code É" text); insert into t values ('x'), ('y'); create table "Ref 1" ("Code C" text); insert into "Ref 1" values ('x')`,
    },
  ),
  column(
    'is refused when the filter names a column of both tables',
    `s invalid: {${reference}, filter: s <> '9'}`,
    'ERROR: NOT_EVALUATED',
  ),
  column('is refused when the types cannot be compared', `n invalid: {${reference}}`, 'ERROR: NOT_EVALUATED'),
  column(
    'is refused without its table',
    's invalid: {valid_reference_data: {dataset: ds/db/s/nothing, column: c}}',
    'ERROR: NOT_EVALUATED',
  ),
  column(
    'is refused without its column',
    's invalid: {valid_reference_data: {dataset: ds/db/s/r, column: nothing}}',
    'ERROR: NOT_EVALUATED',
  ),
  contract(
    'refused, leaves other checks their verdict',
    `columns:
  - {name: s, checks: [{missing: }, {invalid: {valid_reference_data: {dataset: ds/db/s/nothing, column: c}}}]}
`,
    'ERROR: FAILED 1, NOT_EVALUATED',
  ),
];
