import { describe, expect, it } from 'vitest';
import { RunnerError } from '../errors.ts';
import { parseContract } from './parse.ts';
import { CLOCK, faultsIn } from './testing.ts';
import { atTime } from './variables.ts';

const HEAD = 'dataset: ds/db/s/t\ncolumns: []\n';
const dataset = (check: string): string => `${HEAD}checks:\n  - ${check}\n`;
const column = (check: string): string => `dataset: ds/db/s/t\ncolumns:\n  - name: a\n    checks:\n      - ${check}\n`;

describe('a contract', () => {
  it('is read with its checks in the order of dataset, then columns', () => {
    const contract = parseContract(
      `dataset: ds/db/s/t
description: What it is
grain: one row per a
owner: team
tags: [x, y]
declassify: [{columns: a, personal: identity, as: flag, reason: 2024-01-01 is a reason}]
check_attributes: {level: 1}
columns:
  - name: a
    data_type: text
    description: "A \${var.unknown} in a description is only text"
    personal: identity
    checks:
      - missing: {name: a is there, attributes: {own: 2}}
checks:
  - schema:
`,
      'soda/s/t.yml',
    );
    expect(contract).toMatchObject({
      file: 'soda/s/t.yml',
      dataset: 'ds/db/s/t',
      description: 'What it is',
      grain: 'one row per a',
      owner: 'team',
      tags: ['x', 'y'],
      declassify: [{ columns: ['a'], kinds: ['identity'], as: 'flag', reason: '2024-01-01 is a reason', line: 6 }],
    });
    expect(contract.columns).toMatchObject([{ name: 'a', dataType: 'text', personal: ['identity'], line: 9 }]);
    expect(contract.checks).toMatchObject([
      { path: 'checks.schema', line: 16 },
      { path: 'columns.a.checks.missing', name: 'a is there', attributes: { level: 1, own: 2 }, line: 14 },
    ]);
  });

  it('is a plain value that survives JSON', () => {
    const contract = parseContract(column('invalid: {valid_values: [9007199254740993, 2024-01-01]}'), 'c.yml');
    expect(JSON.parse(JSON.stringify(contract))).toEqual(contract);
  });

  it('is the same whenever it is read, and knows the time when it is evaluated, in seconds of UTC', () => {
    const text = `${dataset(`row_count: {filter: '\${soda.NOW} \${ soda.DATA_TIMESTAMP }'}`)}  - freshness: {column: d, now_variable: now, threshold: {must_be: 0}}
variables: {now: {default: '\${soda.NOW}'}}
`;
    const { checks } = atTime(parseContract(text, 'c.yml'), CLOCK);
    const time = '2024-01-04T10:00:00+00:00';
    expect(checks).toMatchObject([{ filter: `${time} ${time}` }, { now: time }]);
  });

  it('may merge a map that another one names', () => {
    const text = `${HEAD}checks:\n  - row_count: &many {threshold: {must_be: 6}}\n  - row_count: {<<: *many, qualifier: b}\n`;
    expect(parseContract(text, 'c.yml').checks).toMatchObject([
      { path: 'checks.row_count' },
      { path: 'checks.row_count.b', threshold: { comparison: { operator: 'must_be', value: 6 } } },
    ]);
  });

  it('needs no check', () => {
    expect(faultsIn(HEAD)).toEqual([]);
    expect(faultsIn('dataset: ds/db/s/t\nkind: contract\ncolumns:\n  - name: a\n')).toEqual([]);
  });
});

describe('a fault', () => {
  it('tells its place, what was expected, what was found and the next step', () => {
    try {
      parseContract(dataset('duplicate: {colums: [a]}'), 'soda/s/t.yml');
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(RunnerError);
      expect(error).toMatchObject({
        exitCode: 2,
        faults: [
          { code: 'CONTRACT_KEY_MISSING', file: 'soda/s/t.yml', line: 4, column: 5, expected: 'columns: [a, b]' },
          {
            code: 'CONTRACT_KEY_UNKNOWN',
            line: 4,
            column: 17,
            source: '  - duplicate: {colums: [a]}',
            found: 'colums',
            hint: 'Did you mean "columns"?',
          },
        ],
      });
    }
  });

  it.each([
    ['numeric(10, 2)', 'numeric, numeric_precision: 10, numeric_scale: 2'],
    ['varchar(20)', 'varchar, character_maximum_length: 20'],
    ['timestamptz(3)', 'timestamp with time zone, datetime_precision: 3'],
    ['bit(3)', 'bit'],
    ['integer[]', 'ARRAY'],
    ['BOOL', 'boolean'],
  ])('of type %s says to write %s', (type, expected) => {
    const text = `dataset: ds/db/s/t\ncolumns: [{name: a, data_type: '${type}'}]\n`;
    expect(() => parseContract(text, 'c.yml')).toThrow(
      expect.objectContaining({ faults: [expect.objectContaining({ expected: `data_type: ${expected}` })] }),
    );
  });

  it('does not hide the others', () => {
    const text =
      'dataset: ds/db/s/t\ncolumns:\n  - name: a\n    datatype: text\n    checks:\n      - missing: {tresh: 1}\n  - nam: b\n';
    expect(faultsIn(text)).toEqual([
      'CONTRACT_KEY_UNKNOWN 4: "datatype" is not a key of a column',
      'CONTRACT_KEY_UNKNOWN 6: "tresh" is not a key of check "missing"',
      'CONTRACT_KEY_UNKNOWN 7: "nam" is not a key of a column',
      'CONTRACT_KEY_MISSING 7: a column has no "name"',
    ]);
  });
});
