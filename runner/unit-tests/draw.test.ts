import { describe, expect, it } from 'vitest';
import { openCase } from '../test/unit-test-case.ts';
import { compareRows, keyOf } from './compare.ts';
import { countDifference, drawDifference } from './draw.ts';
import type { Difference, Row } from './types.ts';

const [TEXT, NUMERIC] = [25, 1700];
const COLUMNS = [
  { name: 'id', type: TEXT },
  { name: 'amount', type: NUMERIC },
  { name: 'why', type: TEXT },
];
const compare = (missing: readonly Row[], extra: readonly Row[], key: readonly string[] = []): Difference =>
  compareRows(COLUMNS, missing, extra, key);

describe('the difference of two sets of rows', () => {
  it('pairs rows of one key, however much else differs, and rows of other keys never', () => {
    const difference = compare(
      [
        ['a', '1', 'x'],
        ['b', '1', 'x'],
      ],
      [
        ['c', '1', 'x'],
        ['a', '2', 'y'],
      ],
      ['id'],
    );
    expect(difference.changed).toEqual([
      { expected: ['a', '1', 'x'], found: ['a', '2', 'y'], same: [true, false, false] },
    ]);
    expect([difference.missing, difference.extra]).toEqual([[['b', '1', 'x']], [['c', '1', 'x']]]);
  });

  it('pairs rows by what agrees when there is no key, the nearest first', () => {
    const difference = compare(
      [['a', '1', 'x']],
      [
        ['a', '2', 'y'],
        ['a', '1', 'y'],
      ],
    );
    expect(difference.changed.map(({ found }) => found)).toEqual([['a', '1', 'y']]);
    expect(difference.extra).toEqual([['a', '2', 'y']]);
  });

  it('takes rows that agree in NULL alone for strangers, and 5 and 5.00 for one number', () => {
    expect(compare([[null, '1', null]], [[null, '2', null]]).changed).toEqual([]);
    expect(compare([['a', '5', 'x']], [['a', '5.00', 'y']]).changed[0]?.same).toEqual([true, true, false]);
    expect(compare([['a', '50', 'x']], [['a', '5', 'x']]).changed[0]?.same).toEqual([true, false, true]);
  });

  it('is drawn as a table of changed, missing and extra rows', () => {
    const difference = compare(
      [
        ['a', '1', 'x'],
        ['b', null, ''],
      ],
      [
        ['a', '2', 'x'],
        ['c', '3', 'a\nb'],
      ],
      ['id'],
    );
    expect(drawDifference(difference).split('\n')).toEqual([
      '           id  amount  why',
      '~ changed  a   1 ≠ 2   x',
      "- missing  b   NULL    ''",
      '+ extra    c   3       a b',
    ]);
    expect(countDifference(difference)).toBe('1 row changed, 1 missing, 1 extra');
  });

  it('shows the first rows of many, and how many more there are', () => {
    const rows = Array.from({ length: 23 }, (_, index): Row => [`r${index}`, null, null]);
    expect(drawDifference(compare([], rows)).split('\n').at(-1)).toBe('  … and 3 more');
  });
});

describe('the key of a model', () => {
  const model = (m: string): ReturnType<typeof openCase>['node'] =>
    openCase({ sql: 'select 1 as id', tests: '[{name: t, expect: []}]', contracts: { m } }).node;

  it('is the first that its contract keeps unique, all of whose columns are compared', () => {
    const node = model(
      '{name: id, data_type: text, checks: [duplicate: ]}, {name: amount}\nchecks: [{duplicate: {columns: [id, amount]}}]',
    );
    expect(keyOf(node, ['id', 'amount'])).toEqual(['id', 'amount']);
    expect(keyOf(node, ['id'])).toEqual(['id']);
    expect(keyOf(node, ['amount'])).toEqual([]);
  });
});
