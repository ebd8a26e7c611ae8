import { describe, expect, it } from 'vitest';
import { RunnerError } from '../errors.ts';
import { parseUnitTests } from './unit-tests.ts';

const FILE = 'models/marts/orders.tests.yml';
const parse = (text: string) => parseUnitTests(text, FILE);

function faults(text: string): readonly string[] {
  try {
    parse(text);
    return [];
  } catch (error) {
    if (!(error instanceof RunnerError)) throw error;
    return error.faults.map(
      ({ code, line, message, hint }) => `${code} ${line}: ${message}${hint ? ` → ${hint}` : ''}`,
    );
  }
}

describe('a file of unit tests', () => {
  it('is named after its model and keeps every value as it is written', () => {
    const { model, tests } = parse(
      '- name: t\n  as_of: 2026-01-31\n  vars: {n: 1.5, on: true, list: [1, x]}\n  given:\n    p: [{a: 1.10, b: yes, c: 007, d: TRUE, e: ~, f: 2026-01-01, g: "", h: 1e3}]\n  expect: []\n',
    );
    expect(model).toBe('orders');
    expect(tests[0]).toMatchObject({
      name: 't',
      line: 1,
      asOf: '2026-01-31',
      vars: { n: 1.5, on: true, list: [1, 'x'] },
    });
    expect(tests[0]?.given.p?.rows[0]).toEqual({
      line: 5,
      cells: { a: '1.10', b: 'yes', c: '007', d: 'true', e: null, f: '2026-01-01', g: '', h: '1e3' },
    });
    expect(tests[0]?.expect.rows).toEqual([]);
  });

  it('takes lists and maps for JSON, lists also for arrays', () => {
    const [test] = parse('[{name: t, expect: [{j: {a: [1.10, "2", x, null, 007]}, l: [1.0, "a\\"b", null]}]}]').tests;
    expect(test?.expect.rows[0]?.cells).toEqual({
      j: { json: '{"a": [1.10, "2", "x", null, 7]}', array: null },
      l: { json: '[1.0, "a\\"b", null]', array: '{"1.0","a\\"b",NULL}' },
    });
  });

  it('takes a text block for a CSV, and knows the line of each row', () => {
    const [test] = parse(
      '- name: t\n  given:\n    p: |\n      a,  b\n      1,\n\n      2, "x, y"\n  expect: []\n',
    ).tests;
    expect(test?.given.p).toEqual({
      line: 3,
      columns: ['a', 'b'],
      rows: [
        { line: 5, cells: { a: '1', b: null } },
        { line: 7, cells: { a: '2', b: 'x, y' } },
      ],
    });
  });

  it('may share a day, variables and inputs, which a test may replace', () => {
    const { tests } = parse(
      'defaults: {as_of: 2026-01-01, vars: {a: 1, b: 1}, given: {p: [{x: 1}], q: []}}\ntests:\n  - {name: t, expect: []}\n  - {name: u, as_of: 2026-02-01, vars: {b: 2}, given: {p: []}, expect: []}\n',
    );
    expect(tests.map(({ asOf, vars, given }) => [asOf, vars, given.p?.rows.length, given.q?.rows.length])).toEqual([
      ['2026-01-01', { a: 1, b: 1 }, 1, 0],
      ['2026-02-01', { a: 1, b: 2 }, 0, 0],
    ]);
  });

  it('is refused with every fault and its line', () => {
    expect(
      faults(
        '- name: t\n  expct: []\n- expect: []\n- {name: u, expect: 5}\n- {name: u, expect: []}\n- {name: v, as_of: 2026-02-30, given: {p: {a: 1}}, expect: [1]}\n',
      ),
    ).toEqual([
      'CONFIG_INVALID 1: unit test 1 has no "expect" → Add it.',
      'CONFIG_INVALID 2: "expct" is not a key of unit test 1 → Did you mean "expect"?',
      'CONFIG_INVALID 3: unit test 2 has no "name" → Add it.',
      'CONFIG_INVALID 4: "2.expect" holds no rows → No row is written [].',
      'CONFIG_INVALID 5: two unit tests are named "u" → Rename one.',
      'CONFIG_INVALID 6: wrong value for "as_of" of unit test 5 → Write what is expected, or take it out.',
      'CONFIG_INVALID 6: "4.given.p" holds no rows → No row is written [].',
      'CONFIG_INVALID 6: "4.expect.0" is not a map → A key, a colon, a blank and its value; one a line.',
    ]);
    expect(faults('- name: [t\n')[0]).toMatch(/^YAML_SYNTAX/);
    expect(faults('[{name: t, expect: [{}]}]')).toEqual([
      'CONFIG_INVALID 1: the rows expected name no column → Name those that are to be compared; [] for no row.',
    ]);
    expect(faults('test: []\n')[0]).toContain('Did you mean "tests"?');
  });

  it.each([
    ['a,b\n1\n', 'row 1 of the CSV does not fit its header'],
    ['a,a\n', 'the header of the CSV is wrong'],
    ['a\n"x\n', 'Quote'],
  ])('with the CSV %j is refused', (csv, message) => {
    const block = csv.replace(/^(?=.)/gm, '    ');
    expect(faults(`- name: t\n  expect: |\n${block}`)[0]).toContain(message);
  });
});
