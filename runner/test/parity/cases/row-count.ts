import { type Case, column, dataset, EMPTY } from './case.ts';

export const ROW_COUNT: readonly Case[] = [
  dataset('wants a row when nothing is said', 'row_count:', 'PASSED 6'),
  dataset('fails on an empty table', 'row_count:', 'FAILED 0', { setup: EMPTY }),
  dataset('counts the rows of the dataset filter, where NULL drops a row', 'row_count:', 'PASSED 4', {
    top: 'filter: n > 0\n',
  }),
  dataset('counts the rows of its own filter', 'row_count: {filter: n > 1}', 'PASSED 3'),
  dataset('keeps to both filters', 'row_count: {filter: id < 6}', 'PASSED 3', { top: 'filter: n > 0\n' }),
  dataset('counts 0 where the filter leaves none', "row_count: {filter: 'false'}", 'FAILED 0'),
  dataset('counts 0 where the filter is NULL', "row_count: {filter: 'null'}", 'FAILED 0'),
  dataset('takes an empty filter for none', "row_count: {filter: ''}", 'PASSED 6'),
  dataset('takes a blank filter for none', "row_count: {filter: ' '}", 'PASSED 6'),
  dataset('takes an empty threshold for none', 'row_count: {threshold: }', 'PASSED 6'),
  dataset(
    'only warns at level warn, with its default comparison',
    'row_count: {filter: id < 0, threshold: {level: warn}}',
    'WARN 0',
  ),
  dataset('may state nothing in its threshold', 'row_count: {threshold: {}}', 'PASSED 6'),
  dataset('takes a comparison in place of its default', 'row_count: {threshold: {must_be: 0}}', 'PASSED 0', {
    setup: EMPTY,
  }),
  column('may stand under a column', 'n row_count:', 'PASSED 6'),
  column('under a column counts its missing values too', 'n row_count:', 'PASSED 6', { column: 'missing_values: [9]' }),
  column('under a column keeps to its filter', 'n row_count: {filter: n is null}', 'PASSED 1'),
  dataset('counts the rows of a view', 'row_count:', 'PASSED 2', { setup: 'create view t as values (1), (2)' }),
  dataset('counts the rows of a materialized view', 'row_count:', 'PASSED 2', {
    setup: 'create materialized view t as values (1), (2)',
  }),
  dataset('counts the rows of all partitions', 'row_count:', 'PASSED 2', {
    setup: `create table t (a int) partition by range (a);
      create table t1 partition of t for values from (0) to (5); create table t2 partition of t for values from (5) to (9);
      insert into t values (1), (6)`,
  }),
  dataset('counts the rows of inheriting tables', 'row_count:', 'PASSED 2', {
    setup:
      'create table t (a int); create table child () inherits (t); insert into t values (1); insert into child values (2)',
  }),
  dataset('counts rows without any column', 'row_count:', 'PASSED 3', {
    setup: 'create table t (); insert into t select from generate_series(1, 3)',
  }),
];
