import { type Case, column, contract, dataset } from './case.ts';

const ODD = `create table t ("MixedCase" int, "two words" int, "per%cent" int, "co:lon" int, "été" int, "select" int, "a.b" int, "it's" int);
  insert into t values (1, 1, 1, 1, 1, 1, 1, 1), (1, null, null, null, null, null, null, null)`;

/** Filters, names, quoting, variables, scalars. */
export const WORDS: readonly Case[] = [
  contract(
    'a dataset filter reaches all checks of the table',
    `filter: s in ('9', 'A') and id > 1
columns:
  - {name: n, checks: [{missing: }, {duplicate: }, {invalid: {valid_max: 8}}, {aggregate: {function: sum, threshold: {must_be: 18}}}]}
checks:
  - row_count:
  - failed_rows: {expression: n = 9}
  - duplicate: {columns: [n, d]}
  - metric: {expression: sum(n), threshold: {must_be: 18}}
  - freshness: {column: d, threshold: {unit: day, must_be_less_than: 0}}
`,
    'PASSED 2, FAILED 2, FAILED 1, PASSED 18, PASSED -87.58333333333333, PASSED 0, FAILED 1, FAILED 2, PASSED 18',
  ),
  dataset('a dataset filter may hold or', 'row_count: {filter: n > 0}', 'PASSED 2', {
    top: 'filter: id = 1 or id = 2 or id = 4\n',
  }),
  dataset('a dataset filter may be of several lines', 'row_count:', 'PASSED 2', {
    top: 'filter: |\n  id > 1\n  and n = 9\n',
  }),
  dataset('a dataset filter that ends with a comment is refused', 'row_count:', 'ERROR: NOT_EVALUATED', {
    top: 'filter: id > 1 -- all but one\n',
  }),
  dataset(
    'a dataset filter that ends with a comment and a line break is refused',
    'row_count:',
    'ERROR: NOT_EVALUATED',
    {
      top: 'filter: |\n  id > 1 -- all but one\n',
    },
  ),
  dataset(
    'an expression that ends with a comment and a line break is refused',
    'metric: {expression: "sum(n) -- all\\n", threshold: {must_be: 0}}',
    'ERROR: NOT_EVALUATED',
  ),
  dataset('a filter may end with two dashes in a text', `row_count: {filter: "s <> '--'"}`, 'PASSED 5'),
  dataset('a filter that ends with a comment is refused', 'row_count: {filter: n > 0 -- some}', 'ERROR: NOT_EVALUATED'),
  dataset('a filter may begin with a comment', 'row_count: {filter: "-- some\\nn > 0"}', 'PASSED 4'),
  dataset('a filter may hold a comment', 'row_count: {filter: n > 0 /* some */}', 'PASSED 4'),
  dataset('a filter may hold a percent sign', `row_count: {filter: "s like 'A%' or n % 2 = 0"}`, 'PASSED 3'),
  dataset('a filter may hold a subquery', 'row_count: {filter: s in (select c from s.r)}', 'PASSED 3'),
  dataset('a filter may not be several conditions', 'row_count: {filter: "n > 0, n < 9"}', 'ERROR: NOT_EVALUATED'),
  dataset('a filter is no statement', 'row_count: {filter: "true); select (1"}', 'ERROR: NOT_EVALUATED'),
  dataset(
    'a filter that fails takes all verdicts of the table',
    'row_count: {qualifier: a}\n  - row_count: {qualifier: b, filter: 1 / (n - 9) > 0}',
    'ERROR: NOT_EVALUATED, NOT_EVALUATED',
  ),
  dataset(
    'a dataset filter that fails takes all verdicts of the table',
    'row_count:\n  - schema: {allow_extra_columns: true}',
    'ERROR: NOT_EVALUATED, PASSED 0',
    { top: 'filter: nothing\n' },
  ),
  column('a filter may name any column of the table', 's missing: {filter: f > 0}', 'PASSED 0'),
  column(
    'an expression that ends with a comment is refused',
    's missing: {column_expression: "upper(s) -- any"}',
    'ERROR: NOT_EVALUATED',
  ),
  column(
    'an expression of failed rows that ends with a comment is refused',
    'n failed_rows: {expression: "n = 2 -- two"}',
    'ERROR: NOT_EVALUATED',
  ),
  ...['MixedCase', 'two words', 'per%cent', 'co:lon', 'été', 'select', 'a.b', "it's"].map((name) =>
    column(`column ${name} is found`, `"${name}" missing:`, name === 'MixedCase' ? 'PASSED 0' : 'FAILED 1', {
      setup: ODD,
    }),
  ),
  column('a column in the wrong case is not found', 'mixedcase missing:', 'ERROR: NOT_EVALUATED', { setup: ODD }),
  column('a column of 63 bytes is found', `${'é'.repeat(31)}x missing:`, 'PASSED 0', {
    setup: `create table t ("${'é'.repeat(31)}x" int)`,
  }),
  dataset('a table with capitals is found', 'row_count:', 'PASSED 1', {
    table: 'Tab',
    setup: 'create table "Tab" as select 1 as a',
  }),
  dataset('a table with blanks, Unicode and a percent sign is found', 'row_count:', 'PASSED 1', {
    table: 'Tàb % 1',
    setup: 'create table "Tàb % 1" as select 1 as a',
  }),
  dataset(
    'a table in the wrong case is not found',
    'row_count:\n  - schema:',
    'ERROR: NOT_EVALUATED, NOT_EVALUATED 0',
    { table: 'T' },
  ),
  dataset(
    'a table that is not there has no verdict',
    'row_count:\n  - schema:\n  - metric: {query: select 3, threshold: {must_be: 3}}',
    'ERROR: NOT_EVALUATED, NOT_EVALUATED 0, PASSED 3',
    { table: 'gone' },
  ),
  contract('a table that is not there is an error without any check', 'columns: []\n', 'ERROR', { table: 'gone' }),
  contract('a contract without a check passes', 'columns: [{name: id}]\n', 'PASSED'),
  contract('a contract with an empty list of columns passes', 'columns: []\n', 'PASSED', {
    setup: 'create table t ()',
  }),
  dataset(
    'a view that fails while it is read has its schema',
    'row_count:\n  - schema: {allow_extra_columns: true}',
    'ERROR: NOT_EVALUATED, PASSED 0',
    {
      setup: 'create view t as select 1 / (a - a) as a from (values (1), (2)) v (a) where 1 / (a - a) > 0',
    },
  ),
  dataset(
    'a foreign table that cannot be read has its schema',
    'row_count:\n  - schema: {allow_extra_columns: true}',
    'ERROR: NOT_EVALUATED, PASSED 0',
    {
      setup:
        'create foreign data wrapper no_handler; create server nowhere foreign data wrapper no_handler; create foreign table t (a int) server nowhere',
    },
  ),
  contract('a contract of another data source is measured all the same', 'columns: []\n', 'PASSED', {
    place: 'other/db/s/t',
    differs: ['where-tables-are', 'ERROR'],
  }),
  contract(
    'a contract of another database is measured all the same',
    'columns: []\nchecks: [{row_count: }]\n',
    'PASSED 6',
    {
      place: 'ds/nowhere/s/t',
      differs: ['where-tables-are', 'ERROR: NOT_EVALUATED'],
    },
  ),
  column('a name beyond 63 bytes is cut by the server', `${'é'.repeat(40)} missing:`, 'PASSED 0', {
    setup: `create table t ("${'é'.repeat(31)}" int)`,
  }),
  dataset('what is only for Soda Cloud has no effect', 'row_count: {store_failed_rows: true}', 'PASSED 6'),
  dataset('a name is only told', 'row_count: {name: "Enough %s rows, \'quoted\'"}', 'PASSED 6'),
  dataset('attributes are only told', 'row_count: {attributes: {a: [1, 2], b: {c: 2024-01-01}}}', 'PASSED 6', {
    top: 'check_attributes: {a: 1}\n',
  }),
  dataset('keys of the project are not in the way', 'row_count:', 'PASSED 6', {
    top: `description: "What \${var.x} it is"\ngrain: one row an id\nowner: team\ntags: [a, b]\nkind: contract\n`,
  }),
  column('keys of the project on a column are not in the way', 's missing:', 'FAILED 1', {
    column: 'description: text, personal: [identity, birth], tags: [a]',
    top: 'declassify: [{columns: s, personal: identity, as: flag, reason: why}]\n',
  }),
  dataset(
    'qualifiers tell checks apart',
    'row_count: {qualifier: a}\n  - row_count: {qualifier: b, filter: n = 9}\n  - row_count:',
    'PASSED 6, PASSED 2, PASSED 6',
  ),
  dataset(
    'a qualifier may be a number',
    'row_count: {qualifier: 1}\n  - row_count: {qualifier: 2}',
    'PASSED 6, PASSED 6',
  ),
  dataset(
    'a qualifier may hold dots and blanks',
    'row_count: {qualifier: "a b.c"}\n  - row_count: {qualifier: é}',
    'PASSED 6, PASSED 6',
  ),
  contract(
    'a map may be merged into another',
    'columns: []\nchecks:\n  - row_count: &some {threshold: {must_be: 6}}\n  - row_count: {<<: *some, qualifier: b}\n  - row_count: {qualifier: c, threshold: {must_be: 5}, <<: *some}\n',
    'PASSED 6, PASSED 6, FAILED 6',
  ),
  contract(
    'checks of the dataset and of columns are judged together',
    'columns:\n  - {name: id, checks: [{missing: }]}\n  - {name: n, checks: [{missing: {threshold: {level: warn}}}]}\nchecks:\n  - row_count:\n',
    'PASSED 6, PASSED 0, WARN 1',
  ),
  contract(
    'a failure outweighs a warning',
    'columns:\n  - {name: n, checks: [{missing: {threshold: {level: warn}}}, {duplicate: }]}\n',
    'WARN 1, FAILED 1',
  ),
  contract(
    'a warning outweighs what has no value',
    `columns:\n  - {name: n, checks: [{missing: {threshold: {level: warn}}}]}\nchecks:\n  - metric: {query: select null, threshold: {must_be: 1}}\n`,
    'NOT_EVALUATED, WARN 1',
  ),
];

const variable = (title: string, declared: string, check: string, says: string, given: Case['variables'] = {}): Case =>
  dataset(title, check, says, { top: `variables: {${declared}}\n`, variables: given });

export const VARIABLE: readonly Case[] = [
  variable('is put into a filter', 'N: {default: 2}', `row_count: {filter: 'id < \${var.N}'}`, 'PASSED 1'),
  variable('may have blanks in its braces', 'N: {default: 2}', `row_count: {filter: 'id < \${ var.N }'}`, 'PASSED 1'),
  variable('may stand twice', 'N: {default: 2}', `row_count: {filter: 'id < \${var.N} or id > \${var.N}'}`, 'PASSED 5'),
  variable('takes the value given', 'N: {default: 2}', `row_count: {filter: 'id < \${var.N}'}`, 'PASSED 3', { N: 4 }),
  variable('takes a text given', 'N: {default: A}', `row_count: {filter: "s = '\${var.N}'"}`, 'PASSED 1', { N: 'B' }),
  variable(
    'needs no default when given',
    'N: {type: string, required: true}',
    `row_count: {filter: 'id < \${var.N}'}`,
    'PASSED 3',
    { N: 4 },
  ),
  variable(
    'keeps its number where it stands alone',
    'N: {type: number, default: 6}',
    `row_count: {threshold: {must_be: '\${var.N}'}}`,
    'PASSED 6',
  ),
  variable(
    'keeps a decimal where it stands alone',
    'N: {default: 5.5}',
    `row_count: {threshold: {must_be_greater_than: '\${var.N}'}}`,
    'PASSED 6',
  ),
  variable(
    'keeps a number given where it stands alone',
    'N: {default: 1}',
    `row_count: {threshold: {must_be: '\${ var.N }'}}`,
    'PASSED 6',
    { N: 6 },
  ),
  variable(
    'writes a number of the file as it reads it',
    'N: {default: 0x10}',
    `row_count: {filter: 'id < \${var.N} - 14'}`,
    'PASSED 1',
  ),
  variable(
    'writes a whole number with decimals as such',
    'N: {default: 2.0}',
    `metric: {query: "select length('\${var.N}')", threshold: {must_be: 3}}`,
    'PASSED 3',
  ),
  variable(
    'writes a decimal as Python does',
    'N: {default: 1e3}, M: {default: 1e-5}, L: {default: 1_0.50}',
    `metric: {query: "select length('\${var.N} \${var.M} \${var.L}')", threshold: {must_be: 17}}`,
    'PASSED 17',
  ),
  variable(
    'divides as it is written',
    'N: {default: 2.0}',
    `metric: {query: "select 7 / \${var.N}", threshold: {must_be: 3.5}}`,
    'PASSED 3.5',
  ),
  variable(
    'writes a large number in digits',
    'N: {default: 9007199254740993}',
    `metric: {query: "select \${var.N}", threshold: {must_be: 9007199254740993}}`,
    'PASSED 9007199254740993',
  ),
  variable(
    'may have a default made of others',
    `A: {default: id}, B: {default: "\${var.A} < 3"}`,
    `row_count: {filter: '\${var.B}'}`,
    'PASSED 2',
  ),
  variable(
    'may have a default made of one that comes later',
    `B: {default: "\${var.A} < 3"}, A: {default: id}`,
    `row_count: {filter: '\${var.B}'}`,
    'PASSED 2',
  ),
  variable(
    'is put into a query',
    'N: {default: 9}',
    `failed_rows: {query: "select 1 from s.t where n = \${var.N}"}`,
    'FAILED 2',
  ),
  variable('is put into an expression', 'N: {default: 9}', `failed_rows: {expression: "n = \${var.N}"}`, 'FAILED 2'),
  variable('of a list of columns is put in', 'C: {default: n}', `duplicate: {columns: ["\${var.C}", d]}`, 'FAILED 1'),
  column('is put into a list of values', `s invalid: {valid_values: ["\${var.A}", B, "9", ""]}`, 'PASSED 0', {
    top: 'variables: {A: {default: A}}\n',
  }),
  column('keeps its number in a list of values', `n invalid: {valid_values: ["\${var.A}", 2, 9, -5]}`, 'PASSED 0', {
    top: 'variables: {A: {default: 1}}\n',
  }),
  column('is put into a format', `s invalid: {valid_format: {regex: "^\${var.A}?$", name: a}}`, 'FAILED 2', {
    top: 'variables: {A: {default: A}}\n',
  }),
  column('is put into a bound', `n invalid: {valid_max: "\${var.A}"}`, 'FAILED 2', {
    top: 'variables: {A: {default: 5}}\n',
  }),
  column(
    'is put into the name of the reference',
    `s invalid: {valid_reference_data: {dataset: "ds/db/s/\${var.T}", column: "\${var.C}"}}`,
    'FAILED 2',
    {
      top: 'variables: {T: {default: r}, C: {default: c}}\n',
    },
  ),
  contract(
    'is put into the name of a column',
    `variables: {C: {default: s}}\ncolumns:\n  - {name: "\${var.C}", checks: [{missing: }]}\n`,
    'FAILED 1',
  ),
  contract(
    'is put into the dataset filter',
    `variables: {C: {default: s}}\nfilter: \${var.C} = 'A'\ncolumns: []\nchecks: [{row_count: }]\n`,
    'PASSED 2',
  ),
  dataset(
    'soda.DATA_TIMESTAMP is the clock, in seconds of UTC',
    `row_count: {filter: "ts < '\${soda.DATA_TIMESTAMP}'::timestamptz - interval '25 hours'"}`,
    'PASSED 4',
  ),
  dataset(
    'soda.DATA_TIMESTAMP is written with its zone',
    `metric: {query: "select length('\${soda.DATA_TIMESTAMP}')", threshold: {must_be: 25}}`,
    'PASSED 25',
  ),
  dataset(
    'soda.NOW is written like it',
    `metric: {query: "select length('\${soda.NOW}')", threshold: {must_be: 25}}`,
    'PASSED 25',
  ),
  dataset(
    'soda.NOW is the time of the run',
    `metric: {query: "select count(*) where '\${soda.NOW}' > '2025'", threshold: {must_be: 0}}`,
    'PASSED 0',
    {
      differs: ['clock-of-the-run', 'FAILED 1'],
    },
  ),
];
