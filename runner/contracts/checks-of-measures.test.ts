import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestDatabase, testDatabase } from '../test/database.ts';
import { type CheckCase, EMPTY, outcomeOfCheck } from './testing.ts';

let test: TestDatabase;
beforeAll(async () => {
  test = await testDatabase();
});
afterAll(() => test.drop());

/** One test a case. */
function checks(place: 'dataset' | 'column', cases: readonly CheckCase[]): void {
  for (const [title, ...check] of cases) {
    const [, expected] = check;
    it(title, async () => expect(await outcomeOfCheck(test.db, place, check)).toBe(expected));
  }
}

describe('aggregate', () => {
  checks('column', [
    ['sums', 'n aggregate: {function: sum, threshold: {must_be: 16}}', 'PASSED 16'],
    [
      'averages, whatever the case of its name',
      'n aggregate: {function: AVG, threshold: {must_be: 3.2}}',
      'PASSED 3.2',
    ],
    ['measures lengths', 's aggregate: {function: avglength, threshold: {must_be: 0.8}}', 'PASSED 0.8'],
    [
      'has no value without rows',
      'n aggregate: {function: sum, threshold: {must_be: 0}}',
      'NOT_EVALUATED',
      { setup: EMPTY },
    ],
    ['has no value over dates', 'd aggregate: {function: min, threshold: {must_be: 0}}', 'NOT_EVALUATED'],
    [
      'drops missing values',
      'n aggregate: {function: sum, missing_values: [9], threshold: {must_be: -2}}',
      'PASSED -2',
    ],
    [
      'drops nothing but NULL for validity alone',
      'n aggregate: {function: sum, valid_min: 0, threshold: {must_be: 16}}',
      'PASSED 16',
    ],
    [
      'with both, drops only what is missing and invalid',
      'n aggregate: {function: sum, missing_values: [9, -5], valid_min: 0, threshold: {must_be: 21}}',
      'PASSED 21',
    ],
    [
      'also when the validity is inherited',
      'n aggregate: {function: sum, missing_values: [9], threshold: {must_be: 16}}',
      'PASSED 16',
      { column: '    valid_min: 0\n' },
    ],
  ]);
});

describe('metric', () => {
  checks('dataset', [
    [
      'evaluates an expression over the filtered dataset',
      'metric: {expression: count(*), threshold: {must_be: 2}}',
      'PASSED 2',
      { top: 'filter: n = 9\n' },
    ],
    [
      'takes no account of its own filter',
      'metric: {expression: count(*), filter: id = 1, threshold: {must_be: 6}}',
      'PASSED 6',
    ],
    [
      'compares an expression as a double',
      'metric: {expression: "0.1::numeric", threshold: {must_be: 0.1}}',
      'PASSED 0.1',
    ],
    [
      'compares the numeric of a query exactly with the double',
      'metric: {query: "select 0.1::numeric", threshold: {must_be: 0.1}}',
      'FAILED 0.1',
    ],
    [
      'compares the float of a query as a double',
      'metric: {query: "select 0.1::float8", threshold: {must_be: 0.1}}',
      'PASSED 0.1',
    ],
    [
      'compares large integers exactly',
      'metric: {query: select 9007199254740993, threshold: {must_be: 9007199254740992}}',
      'FAILED 9007199254740993',
    ],
    ['takes a boolean as 1 or 0', 'metric: {query: select true, threshold: {must_be: 1}}', 'PASSED 1'],
    [
      'reads the first field of the first row',
      'metric: {query: "select 3, 4 union all select 5, 6", threshold: {must_be: 3}}',
      'PASSED 3',
    ],
    ['has no value without a row', 'metric: {query: select 1 where false, threshold: {must_be: 1}}', 'NOT_EVALUATED'],
    [
      'has no value for NULL',
      'metric: {expression: "sum(n) filter (where false)", threshold: {must_be: 1}}',
      'NOT_EVALUATED',
    ],
    ['has no value for a text', 'metric: {query: "select \'3\'", threshold: {must_be: 3}}', 'NOT_EVALUATED'],
    [
      'has no value for NaN',
      'metric: {query: "select \'NaN\'::numeric", threshold: {must_not_be: 3}}',
      'NOT_EVALUATED',
    ],
  ]);
});

describe('failed_rows', () => {
  checks('dataset', [
    ['counts the rows that its expression holds for, NULL aside', 'failed_rows: {expression: n < 2}', 'FAILED 2'],
    ['keeps to its filter', 'failed_rows: {expression: n < 2, filter: id > 1}', 'FAILED 1'],
    [
      'is in percent of the filtered rows',
      'failed_rows: {expression: n < 2, filter: id > 2, threshold: {metric: percent, must_be: 25}}',
      'PASSED 25',
    ],
    [
      'counts the rows of a query, which no filter reaches',
      'failed_rows: {query: "select 1 from s.t where n < 2", filter: "false"}',
      'FAILED 2',
      { top: "filter: 'false'\n" },
    ],
    [
      'bears a semicolon and a comment behind a query',
      'failed_rows: {query: "select \';\' where 1 = 2; -- none"}',
      'PASSED 0',
    ],
    [
      "bears the query's own CTE and order",
      'failed_rows: {query: "with x as (select 1 as a) select * from x order by a"}',
      'FAILED 1',
    ],
    ['counts the rows of a keys_query alike', 'failed_rows: {keys_query: select id from s.t where n < 0}', 'FAILED 1'],
    ['counts what can only be run as it is', 'failed_rows: {query: show server_version}', 'FAILED 1'],
    [
      'is in percent of the rows tested',
      'failed_rows: {query: select 1, rows_tested_query: select 4, threshold: {metric: percent, must_be: 25}}',
      'PASSED 25',
    ],
    [
      'is 0 percent of 0 rows tested',
      'failed_rows: {query: select 1, rows_tested_query: select 0, threshold: {metric: percent, must_be: 0}}',
      'PASSED 0',
    ],
    [
      'has no value when the rows tested are NULL',
      'failed_rows: {query: select 1, rows_tested_query: select null, threshold: {metric: percent, must_be: 0}}',
      'NOT_EVALUATED',
    ],
  ]);
});

describe('freshness', () => {
  checks('dataset', [
    ['is the age in hours of the latest time', 'freshness: {column: ts, threshold: {must_be: 24}}', 'PASSED 24'],
    ['may be in days', 'freshness: {column: ts, threshold: {unit: day, must_be: 1}}', 'PASSED 1'],
    ['keeps to its filter', 'freshness: {column: ts, filter: id = 1, threshold: {must_be: 72}}', 'PASSED 72'],
    [
      'takes a date as its midnight in UTC, negative when to come',
      'freshness: {column: d, filter: id = 2, threshold: {unit: minute, must_be: -39720}}',
      'PASSED -39720',
    ],
    [
      'reads an ISO text',
      'freshness: {column: s, threshold: {must_be: 10}}',
      'PASSED 10',
      { setup: "create table t (s text); insert into t values ('2024-01-04T00:00:00')" },
    ],
    [
      'fails without rows, at level warn too',
      'freshness: {column: ts, threshold: {level: warn, must_be_less_than: 2}}',
      'FAILED',
      { setup: EMPTY },
    ],
    ['fails on what is no time', 'freshness: {column: n, threshold: {must_be_less_than: 2}}', 'FAILED'],
    ['fails when its query is refused', 'freshness: {column: nothing, threshold: {must_be_less_than: 2}}', 'FAILED'],
  ]);
});
