import { type Case, column, dataset, EMPTY } from './case.ts';

export const DUPLICATE: readonly Case[] = [
  column('counts the surplus rows of a column, NULL aside', 's duplicate:', 'FAILED 1'),
  column('counts A, A, A as 2', 's duplicate:', 'FAILED 2', {
    setup: "create table t (s text); insert into t values ('A'), ('A'), ('A')",
  }),
  column('finds none in a key', 'id duplicate:', 'PASSED 0'),
  column('finds none among NULLs', 'n duplicate:', 'PASSED 0', {
    setup: 'create table t (n int); insert into t values (null), (null)',
  }),
  column('leaves missing values out', 's duplicate: {missing_values: [A]}', 'PASSED 0'),
  column(
    'leaves out what a format says is missing',
    "s duplicate: {missing_format: {regex: '^A', name: a}}",
    'PASSED 0',
  ),
  column('inherits missing values', 's duplicate:', 'PASSED 0', { column: 'missing_values: [A]' }),
  column(
    'is in percent of the values present',
    's duplicate: {threshold: {metric: percent, must_be: 20}}',
    'PASSED 20',
  ),
  column('is 0 percent of no value', 's duplicate: {threshold: {metric: percent, must_be: 0}}', 'PASSED 0', {
    setup: EMPTY,
  }),
  column(
    'is 0 percent where all is missing',
    's duplicate: {filter: s is null, threshold: {metric: percent, must_be: 0}}',
    'PASSED 0',
  ),
  column('counts within its filter', 's duplicate: {filter: id < 6}', 'PASSED 0'),
  column('keeps to both filters', 's duplicate: {filter: id > 1}', 'PASSED 0', { top: 'filter: id < 7\n' }),
  column('takes no account of validity', 's duplicate: {valid_values: [B]}', 'FAILED 1'),
  column('tells A and a apart', 's duplicate:', 'PASSED 0', {
    setup: "create table t (s text); insert into t values ('A'), ('a')",
  }),
  column(
    'looks at the expression that stands for the column',
    's duplicate: {column_expression: lower(s)}',
    'FAILED 1',
    {
      setup: "create table t (s text); insert into t values ('A'), ('a')",
    },
  ),
  column('takes 1.0 and 1.00 for the same number', 'n duplicate:', 'FAILED 1', {
    setup: 'create table t (n numeric); insert into t values (1.0), (1.00)',
  }),
  column('takes 0 and -0 for the same float, and NaN for itself', 'n duplicate:', 'FAILED 2', {
    setup: "create table t (n float8); insert into t values (0), ('-0'), ('NaN'), ('NaN')",
  }),
  column('tells composed and decomposed letters apart', 's duplicate:', 'PASSED 0', {
    setup: "create table t (s text); insert into t values (U&'\\00e9'), (U&'e\\0301')",
  }),
  column('keeps to a collation that is not by bytes', 's duplicate:', 'FAILED 1', {
    setup: `create collation nocase (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
      create table t (s text collate nocase); insert into t values ('A'), ('a')`,
  }),
  column('takes arrays as values', 'a duplicate:', 'FAILED 1', {
    setup: "create table t (a int[]); insert into t values ('{1,2}'), ('{1,2}'), ('{2,1}')",
  }),
  column('is refused for json, which has no equality', 'j duplicate:', 'ERROR: NOT_EVALUATED', {
    setup: 'create table t (j json)',
  }),
  dataset('tells rows apart by several columns', 'duplicate: {columns: [n, d]}', 'FAILED 1'),
  dataset('finds no duplicate where one column differs', 'duplicate: {columns: [n, s]}', 'PASSED 0'),
  dataset('takes a single column of the dataset too', 'duplicate: {columns: [s]}', 'FAILED 1'),
  dataset('takes NULL as a value like another', 'duplicate: {columns: [n]}', 'FAILED 1', {
    setup: 'create table t (n int); insert into t values (null), (null)',
  }),
  dataset('takes NULL beside a value as equal to itself', 'duplicate: {columns: [a, b]}', 'FAILED 1', {
    setup: 'create table t (a int, b int); insert into t values (1, null), (1, null), (null, 1)',
  }),
  dataset('confuses values that hold ||', 'duplicate: {columns: [a, b]}', 'FAILED 1', {
    setup: "create table t (a text, b text); insert into t values ('x||y', 'z'), ('x', 'y||z')",
  }),
  dataset('confuses NULL with its own mark', 'duplicate: {columns: [a, b]}', 'FAILED 1', {
    setup: "create table t (a text, b int); insert into t values ('__SODA_NULL__', 1), (null, 1)",
  }),
  dataset('tells the empty text and NULL apart', 'duplicate: {columns: [a, b]}', 'PASSED 0', {
    setup: "create table t (a text, b int); insert into t values ('', 1), (null, 1)",
  }),
  dataset('tells 1.0 and 1.00 apart', 'duplicate: {columns: [a, b]}', 'PASSED 0', {
    setup: 'create table t (a numeric, b int); insert into t values (1.0, 1), (1.00, 1)',
  }),
  dataset('tells what a collation takes for equal apart', 'duplicate: {columns: [s, i]}', 'PASSED 0', {
    setup: `create collation nocase (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
      create table t (s text collate nocase, i int); insert into t values ('A', 1), ('a', 1)`,
  }),
  dataset('takes json, since it compares texts', 'duplicate: {columns: [j, i]}', 'FAILED 1', {
    setup: `create table t (j json, i int); insert into t values ('{"a":1}', 1), ('{"a":1}', 1), ('{"a": 1}', 1)`,
  }),
  dataset(
    'is in percent of all rows',
    'duplicate: {columns: [n, d], threshold: {metric: percent, must_be_less_than: 17}}',
    'PASSED 16.666666666666668',
  ),
  dataset(
    'is 0 percent of no rows',
    'duplicate: {columns: [n], threshold: {metric: percent, must_be: 0}}',
    'PASSED 0',
    { setup: EMPTY },
  ),
  dataset('keeps to its filter', 'duplicate: {columns: [n, d], filter: id < 6}', 'PASSED 0'),
  dataset('keeps to a filter that leaves nothing', "duplicate: {columns: [n, d], filter: 'false'}", 'PASSED 0'),
  dataset('takes a column twice', 'duplicate: {columns: [n, n]}', 'FAILED 1'),
  dataset('takes columns that the contract does not name, in capitals', 'duplicate: {columns: [A, b c]}', 'FAILED 1', {
    setup: 'create table t ("A" int, "b c" int); insert into t values (1, 1), (1, 1)',
  }),
  dataset('is refused for a column that is not there', 'duplicate: {columns: [n, gone]}', 'ERROR: NOT_EVALUATED'),
  dataset('is refused for a name in the wrong case', 'duplicate: {columns: [N, d]}', 'ERROR: NOT_EVALUATED'),
];
