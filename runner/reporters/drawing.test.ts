import { describe, expect, it } from 'vitest';
import type { TextResult } from '../adapters/types.ts';
import { toObjects } from './json.ts';
import { drawNarrow, drawTable } from './table.ts';
import { drawFault } from './terminal.ts';

const result = (columns: readonly (readonly [string, number])[], ...rows: (string | null)[][]): TextResult => ({
  columns: columns.map(([name, type]) => ({ name, type })),
  rows,
  rowCount: rows.length,
});

describe('the rows of a fault', () => {
  const rows = {
    columns: ['id', 'note'],
    rows: [
      ['1', null],
      ['22', ' '],
      ['3', 'x\ny'],
    ],
    total: 1234,
  };
  const draw = (screen: number): string => drawFault({ code: 'X', message: 'm', rows }, (_style, text) => text, screen);

  it('are a table that says how many there are, and tells NULL from an empty text', () => {
    expect(draw(80)).toBe(`X
  m
  rows: the first 3 of 1,234 (all of them: --rows 0)
    id  note
    ──  ────
    1   NULL
    22  ' '
    3   x y`);
  });

  it('stand side by side where the screen is narrow', () => {
    const wide = { columns: ['id', 'a', 'b', 'c'], rows: [['1', 'aaaaaaaaaa', 'bbbbbbbbbb', 'cccccccccc']] };
    expect(drawFault({ code: 'X', message: 'm', rows: wide }, (_style, text) => text, 30)).toBe(`X
  m
  rows:
    id  1
    ──  ──────────
    a   aaaaaaaaaa
    b   bbbbbbbbbb
    c   cccccccccc`);
  });
});

describe('an answer in JSON', () => {
  it('has numeric as text, days and instants in ISO form, and plain types as themselves', () => {
    const columns = [
      ['i', 23],
      ['l', 20],
      ['big', 20],
      ['n', 1700],
      ['f', 701],
      ['inf', 701],
      ['b', 16],
      ['d', 1082],
      ['t', 1184],
      ['ts', 1114],
      ['j', 3802],
      ['x', 25],
      ['z', 25],
    ] as const;
    const row = [
      '1',
      '2',
      '9007199254740993',
      '146633.50',
      '0.5',
      'Infinity',
      't',
      '2026-11-24',
      '2026-11-24 12:00:00.5+01',
      '2026-11-24 12:00:00',
      '{"a": [1]}',
      'é',
      null,
    ];
    expect(toObjects(result(columns, row))).toEqual([
      {
        i: 1,
        l: 2,
        big: '9007199254740993',
        n: '146633.50',
        f: 0.5,
        inf: 'Infinity',
        b: true,
        d: '2026-11-24',
        t: '2026-11-24T12:00:00.5+01:00',
        ts: '2026-11-24T12:00:00',
        j: { a: [1] },
        x: 'é',
        z: null,
      },
    ]);
  });
});

describe('a table', () => {
  const kpi = result(
    [
      ['scenario', 25],
      ['cost', 1700],
    ],
    ['reference', '146633.50'],
    ['other', '1.00'],
  );

  it('aligns numbers to the right and text to the left', () => {
    expect(drawTable(kpi)).toBe(
      'scenario        cost\n─────────  ─────────\nreference  146633.50\nother           1.00',
    );
  });

  it('stands on its side when it is too wide for the screen', () => {
    const wide = result(
      [
        ['scenario', 25],
        ['a_rather_long_name', 1700],
        ['another_long_name', 1700],
      ],
      ['x', '1', '22'],
    );
    expect(drawNarrow(wide, 30)).toBe(
      'scenario             x\n──────────────────  ──\na_rather_long_name   1\nanother_long_name   22',
    );
    expect(drawNarrow(wide, 60)).toBe(drawTable(wide));
  });
});

describe('a fault', () => {
  it('is drawn with its place, its line, what was expected and the next step', () => {
    const fault = {
      code: 'TEMPLATE_ERROR',
      message: 'no',
      file: 'models/a.sql',
      line: 2,
      column: 6,
      source: 'from x',
      expected: 'y',
      found: 'x',
      hint: 'do',
    };
    expect(drawFault(fault, (_style, text) => text)).toBe(
      'TEMPLATE_ERROR models/a.sql:2:6\n  no\n  | from x\n  |      ^\n  expected: y\n  found:    x\n  → do',
    );
  });

  it('draws of a long line what stands around the column, a tab as one place, and the call of the macro', () => {
    const source = `\t${'x'.repeat(200)}HERE${'y'.repeat(200)}`;
    const fault = { code: 'X', message: 'no', file: 'a.sql', line: 1, source, column: source.indexOf('HERE') + 1 };
    const drawn = drawFault({ ...fault, through: 'called at b.sql:2:1' }, (_style, text) => text).split('\n');
    expect(drawn[2]?.length).toBeLessThan(170);
    expect(drawn[2]?.slice(drawn[3]?.indexOf('^')).startsWith('HERE')).toBe(true);
    expect(drawn[4]).toBe('  called at b.sql:2:1');
    expect(drawFault({ ...fault, source: '\tab', column: 3 }, (_style, text) => text)).toContain('|  ab\n  |   ^');
  });
});
