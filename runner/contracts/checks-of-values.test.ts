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

describe('row_count', () => {
  checks('dataset', [
    ['wants a row when nothing is said', 'row_count:', 'PASSED 6'],
    ['fails on an empty table', 'row_count:', 'FAILED 0', { setup: EMPTY }],
    [
      'counts the rows of the dataset filter, where NULL drops a row',
      'row_count:',
      'PASSED 4',
      { top: 'filter: n > 0\n' },
    ],
    ['counts the rows of its own filter', 'row_count: {filter: n > 1, threshold: {must_be: 3}}', 'PASSED 3'],
    ['counts 0 where the filter leaves none', "row_count: {filter: 'false'}", 'FAILED 0'],
    [
      'only warns at level warn, with its default comparison',
      "row_count: {filter: 'false', threshold: {level: warn}}",
      'WARN 0',
    ],
  ]);
  checks('column', [['may stand under a column', 'n row_count:', 'PASSED 6']]);
});

describe('missing', () => {
  checks('column', [
    ['counts NULL, not the empty text', 's missing:', 'FAILED 1'],
    ['counts the listed values too', "s missing: {missing_values: ['', '9']}", 'FAILED 3'],
    ['counts what a format matches', "s missing: {missing_format: {regex: '^$', name: empty}}", 'FAILED 2'],
    ['reads dates as dates', 'd missing: {missing_values: [2024-01-01]}', 'FAILED 2'],
    ['reads true as a boolean and yes as a text', 'b missing: {missing_values: [true]}', 'FAILED 5'],
    ['reads 0x9 and 0_9 as numbers', 'n missing: {missing_values: [0x9, 0_9]}', 'FAILED 3'],
    ['doubles the quotes of a text', 's missing: {missing_values: ["it\'s"]}', 'FAILED 1'],
    [
      'can be in percent of the rows',
      's missing: {threshold: {metric: percent, must_be_less_than: 17}}',
      'PASSED 16.666666666666668',
    ],
    ['is 0 percent of no rows', 's missing: {threshold: {metric: percent, must_be: 0}}', 'PASSED 0', { setup: EMPTY }],
    ['counts within its filter', 's missing: {filter: id <> 3}', 'PASSED 0'],
    [
      'looks at the expression that stands for the column',
      's missing: {column_expression: "nullif(s, \'A\')"}',
      'FAILED 3',
    ],
    ['inherits the values of the column', 's missing:', 'FAILED 2', { column: "    missing_values: ['']\n" }],
    [
      'drops all of them when it states its own',
      "s missing: {missing_format: {regex: '^A$', name: a}}",
      'FAILED 3',
      { column: "    missing_values: ['']\n" },
    ],
  ]);
});

describe('invalid', () => {
  checks('column', [
    ['counts what is not listed, and never NULL', "s invalid: {valid_values: ['A', 'B']}", 'FAILED 2'],
    ['leaves missing values out', "s invalid: {valid_values: [A, B], missing_values: ['', '9']}", 'PASSED 0'],
    ['counts any clause that is broken', "s invalid: {invalid_values: ['B'], valid_min_length: 1}", 'FAILED 2'],
    ['takes the bounds as valid', 'n invalid: {valid_min: -5, valid_max: 9}', 'PASSED 0'],
    ['counts what lies beyond a bound', 'n invalid: {valid_min: 0, valid_max: 2}', 'FAILED 3'],
    ['measures the length of texts', 's invalid: {valid_length: 1}', 'FAILED 1'],
    ['matches a format anywhere and by case', "s invalid: {valid_format: {regex: 'a', name: small}}", 'FAILED 5'],
    [
      'counts what an invalid format matches',
      "s invalid: {invalid_format: {regex: '^[A-Z]$', name: capital}}",
      'FAILED 3',
    ],
    [
      'is in percent of all rows, the missing included',
      's invalid: {valid_values: [A], threshold: {metric: percent, must_be: 50}}',
      'PASSED 50',
    ],
    ['finds every value invalid where none is valid', 's invalid: {valid_values: []}', 'FAILED 5'],
    ['finds none where none is refused', 's invalid: {invalid_values: []}', 'PASSED 0'],
    ['never fires with a null among the refused values', 's invalid: {invalid_values: [null, A]}', 'PASSED 0'],
    ['is not disturbed by a null among the valid ones', 's invalid: {valid_values: [null, A]}', 'FAILED 3'],
    ['inherits the rules of the column', 's invalid:', 'FAILED 2', { column: '    valid_values: [A, B]\n' }],
    [
      'drops all of them when it states its own',
      's invalid: {invalid_values: [B]}',
      'FAILED 1',
      { column: '    valid_values: [A, B]\n' },
    ],
    [
      'inherits missing values apart from validity',
      's invalid: {valid_values: [A, B]}',
      'FAILED 1',
      { column: "    missing_values: ['']\n" },
    ],
  ]);
});

describe('invalid by reference data', () => {
  const reference = 'valid_reference_data: {dataset: ds/db/s/r, column: c}';
  checks('column', [
    ['counts what the reference does not hold', `s invalid: {${reference}}`, 'FAILED 2'],
    [
      'counts each row once, however often the reference holds a value',
      `s invalid: {${reference}, missing_values: ['', '9']}`,
      'PASSED 0',
    ],
    [
      'keeps to the dataset filter and its own',
      `s invalid: {${reference}, filter: id < 5}`,
      'FAILED 1',
      { top: 'filter: id > 1\n' },
    ],
    [
      'is in percent of the rows of the filter',
      `s invalid: {${reference}, filter: id < 5, threshold: {metric: percent, must_be: 25}}`,
      'PASSED 25',
    ],
    [
      'counts a row once per match when combined with another rule',
      `s invalid: {${reference}, invalid_values: [A]}`,
      'FAILED 6',
    ],
    [
      'looks at the expression that stands for the column',
      `s invalid: {${reference}, column_expression: lower(s)}`,
      'FAILED 5',
    ],
    [
      'is refused when the filter names a column of both tables',
      `s invalid: {${reference}, filter: s <> '9'}`,
      'NOT_EVALUATED',
    ],
    [
      'is refused without its table',
      's invalid: {valid_reference_data: {dataset: ds/db/s/nothing, column: c}}',
      'NOT_EVALUATED',
    ],
  ]);
});

describe('duplicate', () => {
  checks('column', [
    ['counts the surplus rows of a column, NULL aside', 's duplicate:', 'FAILED 1'],
    [
      'counts A, A, A as 2',
      's duplicate:',
      'FAILED 2',
      { setup: "create table t (s text); insert into t values ('A'), ('A'), ('A')" },
    ],
    ['leaves missing values out', 's duplicate: {missing_values: [A]}', 'PASSED 0'],
    ['is in percent of the values present', 's duplicate: {threshold: {metric: percent, must_be: 20}}', 'PASSED 20'],
    ['counts within its filter', 's duplicate: {filter: id < 6}', 'PASSED 0'],
    ['takes no account of validity', 's duplicate: {valid_values: [B]}', 'FAILED 1'],
  ]);
  checks('dataset', [
    ['tells rows apart by several columns', 'duplicate: {columns: [n, d]}', 'FAILED 1'],
    ['finds no duplicate where one column differs', 'duplicate: {columns: [n, s]}', 'PASSED 0'],
    [
      'takes NULL as a value like another',
      'duplicate: {columns: [n]}',
      'FAILED 1',
      { setup: 'create table t (n int); insert into t values (null), (null)' },
    ],
    [
      'confuses values that hold ||, as Soda does',
      'duplicate: {columns: [a, b]}',
      'FAILED 1',
      { setup: "create table t (a text, b text); insert into t values ('x||y', 'z'), ('x', 'y||z')" },
    ],
    [
      'is in percent of all rows',
      'duplicate: {columns: [n, d], threshold: {metric: percent, must_be_less_than: 17}}',
      'PASSED 16.666666666666668',
    ],
    [
      'is 0 percent of no rows',
      'duplicate: {columns: [n], threshold: {metric: percent, must_be: 0}}',
      'PASSED 0',
      { setup: EMPTY },
    ],
  ]);
});
