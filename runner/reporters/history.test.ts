import { describe, expect, it } from 'vitest';
import type { NodeHistory, PlacedHistory } from '../commands/test-history.ts';
import type { CheckPoint } from '../state/check-history.ts';
import { drawHistory } from './history.ts';
import { sparkline } from './sparkline.ts';
import { painter } from './style.ts';
import { table } from './testing.ts';

const MARKS: Readonly<Record<string, CheckPoint['outcome']>> = { '✗': 'FAILED', '!': 'WARN', '?': 'NOT_EVALUATED' };

/** `3✗`: a value and how it was judged, one a run; `-` where there was none, nothing where the run did not ask. */
function check(name: string, values: string, more: Partial<PlacedHistory> = {}): PlacedHistory {
  const points = values.split(' ').flatMap((text, index): CheckPoint[] => {
    const [, value = '', mark = ''] = /^([^✗!?]*)(.?)$/.exec(text) ?? [];
    if (text === '_') return [];
    return [
      {
        runId: `r${index}`,
        label: `run-${index}`,
        command: 'build',
        day: '2026-03-10',
        startedAt: new Date(Date.UTC(2026, 2, 10, 10, index)).toISOString(),
        engine: 'runner',
        outcome: MARKS[mark] ?? 'PASSED',
        value: value === '-' ? null : value,
        threshold: 'must be 0',
        message: '',
      },
    ];
  });
  return { nodeId: 'n', path: name, type: 'missing', name, line: 1, points, ...more };
}

function draw(checks: readonly PlacedHistory[], screen = 100, more: Partial<NodeHistory> = {}): readonly string[] {
  const node = { ...table('orders'), contract: { file: 'soda/orders.yml' } } as never;
  const others = more.unrecorded ? [] : [{ node, checks: [check('of another', '4 4 4')], unrecorded: [] }];
  return drawHistory([{ node, checks, unrecorded: [], ...more }, ...others], painter(false), screen).split('\n');
}

describe('the history of checks', () => {
  it('tells what is wrong first, then what warns, what was wrong, what moved, and counts the rest', () => {
    const lines = draw([
      check('steady', '0 0 0'),
      check('moved', '1 2 3'),
      check('mended', '0 2✗ 0'),
      check('warns', '0 0 1!'),
      check('broken', '0 - 2✗'),
      check('steady too', '7 7 7'),
    ]);
    expect(lines).toEqual([
      'marts.orders  soda/orders.yml · 3 runs',
      '  check   threshold  trend  range  #1   #2   #3',
      '  ──────  ─────────  ─────  ─────  ───  ───  ───',
      '  broken  must be 0  ▁·█    0…2     0    –    2✗',
      '  warns   must be 0  ▁▁█    0…1     0    0    1!',
      '  mended  must be 0  ▁█▁    0…2     0    2✗   0',
      '  moved   must be 0  ▁▅█    1…3     1    2    3',
      '  2 checks steady',
      '',
      '1 other contract: 1 check steady',
      '',
      '    run at            for         run    command  engine',
      '──  ────────────────  ──────────  ─────  ───────  ──────',
      '#1  2026-03-10 10:00  2026-03-10  run-0  build    runner',
      '#2  2026-03-10 10:01  2026-03-10  run-1  build    runner',
      '#3  2026-03-10 10:02  2026-03-10  run-2  build    runner',
      '✗ failed  ! warned  ? not evaluated',
    ]);
  });

  it('has no list of runs where all was the same each time', () => {
    expect(draw([check('steady', '0 0')])).toEqual(['2 contracts: 2 checks steady']);
  });

  it('of one contract alone shows all its checks', () => {
    expect(draw([check('steady', '0 0'), check('broken', '0 1✗')], 100, { unrecorded: [] }).slice(1, 5)).toEqual([
      '  check   threshold  trend  range  #1   #2',
      '  ──────  ─────────  ─────  ─────  ───  ───',
      '  broken  must be 0  ▁█     0…1     0    1✗',
      '  steady  must be 0  ▁▁     0       0    0',
    ]);
  });

  it('cuts long names before it leaves out runs', () => {
    const [, , , line] = draw(
      [check('a name of a check that takes more than its part of the screen', '1 2 3 4 5')],
      90,
    );
    expect(line).toBe('  a name of a check that takes mo…  must be 0  ▁▃▅▆█  1…5     1    2    3    4    5');
  });

  it('shows the latest values where the screen is narrow, and the trend of all', () => {
    const lines = draw([check('moved', '1 2 3 4 5 6')], 44);
    expect(lines.slice(1, 5)).toEqual([
      '  check  threshold  trend   range  #5   #6',
      '  ─────  ─────────  ──────  ─────  ───  ───',
      '  moved  must be 0  ▁▂▄▅▇█  1…6     5    6',
      '  the values of 4 older runs have no room here: --output json',
    ]);
  });

  it('of many runs is drawn at once, with the trend of the latest', () => {
    const checks = Array.from({ length: 20 }, (_, n) => check(`check ${n}`, Array(200).fill(`${n}✗`).join(' ')));
    const lines = draw(checks);
    expect(lines[3]).toContain('▁'.repeat(24));
    expect(lines).toContainEqual(expect.stringMatching(/^ {2}the values of 1\d\d older runs have no room here/));
  });

  it('leaves a gap where a run did not ask, and counts the checks that the contract has no more', () => {
    const lines = draw([check('some', '1 _ 3'), check('new', '_ 1 2'), check('old', '1 1✗ _', { line: null })]);
    expect(lines[3]).toMatch(/^ {2}some .* 1 +3$/);
    expect(lines[4]).toMatch(/^ {2}new .* 1 +2$/);
    expect(lines[5]).toBe('  1 check no longer in the contract: --output json');
  });

  it('names the checks that no run has recorded', () => {
    expect(draw([check('a', '0')], 100, { unrecorded: ['b', 'c'] })).toContain('  2 checks not recorded yet: b, c');
  });
});

describe('a sparkline', () => {
  it.each([
    [[0, 1, 7], '▁▂█'],
    [[5, 5], '▁▁'],
    [[-1, Number.NaN, 1], '▁·█'],
    [[Number.NaN], ''],
    [[], ''],
  ])('of %j is %s', (numbers, line) => {
    expect(sparkline(numbers)).toBe(line);
  });
});
