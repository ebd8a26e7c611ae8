import { type Case, column, contract, EMPTY } from './case.ts';

export const MISSING: readonly Case[] = [
  column('counts NULL, not the empty text', 's missing:', 'FAILED 1'),
  column('passes where nothing is missing', 'id missing:', 'PASSED 0'),
  column('counts the listed values too', "s missing: {missing_values: ['', '9']}", 'FAILED 3'),
  column('counts what a format matches', "s missing: {missing_format: {regex: '^$', name: empty}}", 'FAILED 2'),
  column(
    'counts a value once that is both listed and matched',
    "s missing: {missing_values: [''], missing_format: {regex: '^$', name: empty}}",
    'FAILED 2',
  ),
  column('is not disturbed by NULL in its list', 'n missing: {missing_values: [null, 9]}', 'FAILED 3'),
  column('with nothing but NULL in its list counts NULL', 'n missing: {missing_values: [null]}', 'FAILED 1'),
  column('tells texts apart by case and blanks', "s missing: {missing_values: [a, 'A ']}", 'FAILED 1'),
  column('reads dates as dates', 'd missing: {missing_values: [2024-01-01]}', 'FAILED 2'),
  column('reads a date in quotes as the server does', "d missing: {missing_values: ['2024-01-01']}", 'FAILED 2'),
  column('reads true as a boolean', 'b missing: {missing_values: [true]}', 'FAILED 5'),
  column('reads yes as a text, which the server takes for true', 'b missing: {missing_values: [yes]}', 'FAILED 5'),
  column('reads 0x9 and 0_9 as numbers', 'n missing: {missing_values: [0x9, 0_9]}', 'FAILED 3'),
  column('reads a number in quotes as the server does', "n missing: {missing_values: ['9']}", 'FAILED 3'),
  column('compares a float with a number', 'f missing: {missing_values: [0.1, -1]}', 'FAILED 3'),
  column('doubles the quotes of a text', "s missing: {missing_values: [\"it's\", '']}", 'FAILED 3', {
    setup: "create table t (s text); insert into t values ('it''s'), (''), (null)",
  }),
  column('takes a backslash as it stands', "s missing: {missing_values: ['\\n', 'a\\']}", 'FAILED 2', {
    setup: "create table t (s text); insert into t values ('\\n'), ('a\\'), (E'\\n')",
  }),
  column('takes a percent sign as it stands', "s missing: {missing_values: ['%', '%s', '100 %']}", 'FAILED 3', {
    setup: "create table t (s text); insert into t values ('%'), ('%s'), ('100 %'), ('x')",
  }),
  column('compares Unicode by code points', 's missing: {missing_values: ["é", "👩‍🚀"]}', 'FAILED 2', {
    setup: "create table t (s text); insert into t values (U&'\\00e9'), (U&'e\\0301'), ('👩‍🚀')",
  }),
  column('pads what it compares with char(n)', 's missing: {missing_values: [x]}', 'FAILED 1', {
    setup: "create table t (s char(3)); insert into t values ('x'), ('xy')",
  }),
  column('compares numeric with any scale', 'n missing: {missing_values: [1.5, 2]}', 'FAILED 2', {
    setup: 'create table t (n numeric(6, 3)); insert into t values (1.5), (2), (3)',
  }),
  column('compares integers beyond 2^53 exactly', 'n missing: {missing_values: [9007199254740993]}', 'FAILED 1', {
    setup: 'create table t (n bigint); insert into t values (9007199254740992), (9007199254740993)',
  }),
  column('finds NaN by its text', "n missing: {missing_values: ['NaN']}", 'FAILED 1', {
    setup: "create table t (n float8); insert into t values ('NaN'), (1)",
  }),
  column(
    'finds a uuid by its text',
    "u missing: {missing_values: ['00000000-0000-0000-0000-000000000000']}",
    'FAILED 1',
    {
      setup: "create table t (u uuid); insert into t values ('00000000-0000-0000-0000-000000000000')",
    },
  ),
  column('finds the label of an enum', 'm missing: {missing_values: [none]}', 'FAILED 1', {
    setup:
      "create type mood as enum ('none', 'good'); create table t (m mood); insert into t values ('none'), ('good')",
  }),
  column('finds a timestamp without zone', "ts missing: {missing_values: ['2024-01-01 10:00:00']}", 'FAILED 1', {
    setup: "create table t (ts timestamp); insert into t values ('2024-01-01 10:00'), ('2024-01-02')",
  }),
  column('finds a timestamp with fractions', "ts missing: {missing_values: ['2024-01-01T10:00:00.25']}", 'FAILED 1', {
    setup: "create table t (ts timestamp); insert into t values ('2024-01-01 10:00:00.25'), ('2024-01-02')",
  }),
  column(
    'finds a timestamp of another zone',
    "ts missing: {missing_values: ['2024-01-01T12:00:00+02:00']}",
    'FAILED 4',
  ),
  column('matches a format anywhere and by case', 's missing: {missing_format: {regex: "a", name: a}}', 'FAILED 2', {
    setup: "create table t (s text); insert into t values ('bar'), ('BAR'), (null)",
  }),
  column(
    'takes a quote in a format as it stands',
    's missing: {missing_format: {regex: "^\'$", name: quote}}',
    'FAILED 1',
    {
      setup: "create table t (s text); insert into t values (''''), ('''''')",
    },
  ),
  column(
    'takes two quotes in a format for two',
    's missing: {missing_format: {regex: "^\'\'$", name: quotes}}',
    'FAILED 1',
    {
      setup: "create table t (s text); insert into t values (''''), ('''''')",
    },
  ),
  column(
    'takes backslashes in a format as they stand',
    "s missing: {missing_format: {regex: '^\\s*$', name: blank}}",
    'FAILED 3',
    {
      setup: "create table t (s text); insert into t values (''), ('  '), ('x'), (E'\\t')",
    },
  ),
  column(
    'takes a percent sign in a format as it stands',
    "s missing: {missing_format: {regex: '^%s?$', name: percent}}",
    'FAILED 2',
    {
      setup: "create table t (s text); insert into t values ('%'), ('%s'), ('x')",
    },
  ),
  column(
    'knows embedded options of a format',
    "s missing: {missing_format: {regex: '(?i)^n/a$', name: na}}",
    'FAILED 2',
    {
      setup: "create table t (s text); insert into t values ('N/A'), ('n/a'), ('x')",
    },
  ),
  column(
    'can be in percent of the rows',
    's missing: {threshold: {metric: percent, must_be_less_than: 17}}',
    'PASSED 16.666666666666668',
  ),
  column('is 0 percent of no rows', 's missing: {threshold: {metric: percent, must_be: 0}}', 'PASSED 0', {
    setup: EMPTY,
  }),
  column(
    'is 0 percent where its filter leaves no row',
    "s missing: {filter: 'false', threshold: {metric: percent, must_be: 0}}",
    'PASSED 0',
  ),
  column(
    'is in percent of the rows of its filter',
    's missing: {filter: id < 4, threshold: {metric: percent, must_be_greater_than: 33}}',
    'PASSED 33.333333333333336',
  ),
  column('counts within its filter', 's missing: {filter: id <> 3}', 'PASSED 0'),
  column('counts within a filter that is NULL for some', 's missing: {filter: n > 0 or n is null}', 'FAILED 1'),
  column(
    'looks at the expression that stands for the column',
    's missing: {column_expression: "nullif(s, \'A\')"}',
    'FAILED 3',
  ),
  column('looks at the expression of the column', 's missing:', 'FAILED 3', {
    column: 'column_expression: "nullif(s, \'A\')"',
  }),
  column('prefers its own expression to that of the column', 's missing: {column_expression: s}', 'FAILED 1', {
    column: 'column_expression: "nullif(s, \'A\')"',
  }),
  column('takes a blank expression for none', "s missing: {column_expression: ' '}", 'FAILED 1'),
  column('inherits the values of the column', 's missing:', 'FAILED 2', { column: "missing_values: ['']" }),
  column('inherits the format of the column', 's missing:', 'FAILED 3', {
    column: 'missing_format: {regex: "^A", name: a}',
  }),
  column(
    'drops all of them when it states its own',
    "s missing: {missing_format: {regex: '^A$', name: a}}",
    'FAILED 3',
    {
      column: "missing_values: ['']",
    },
  ),
  column('is refused a list of another type', 's missing: {missing_values: [1]}', 'ERROR: NOT_EVALUATED'),
  column('is refused a value that its type cannot have', 'n missing: {missing_values: [x]}', 'ERROR: NOT_EVALUATED'),
  column(
    'is refused a format over numbers',
    "n missing: {missing_format: {regex: '1', name: one}}",
    'ERROR: NOT_EVALUATED',
  ),
  column(
    'is refused a format that is none',
    "s missing: {missing_format: {regex: '(', name: open}}",
    'ERROR: NOT_EVALUATED',
  ),
  column('takes no account of validity', 's missing:', 'FAILED 1', { column: 'valid_values: [A]' }),
  column('cannot be asked of a column that is not there', 'gone missing:', 'ERROR: NOT_EVALUATED'),
  column(
    'can be asked of an expression under a column that is not there',
    'gone missing: {column_expression: s}',
    'FAILED 1',
  ),
  contract(
    'can be asked twice with two qualifiers',
    'columns:\n  - {name: s, checks: [{missing: {qualifier: a}}, {missing: {qualifier: b, missing_values: [A]}}]}\n',
    'FAILED 1, FAILED 3',
  ),
];
