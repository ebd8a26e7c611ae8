import { describe, expect, it } from 'vitest';
import { openNodes } from './plan-record.ts';

const planned = { a: { named: true, at: 100 }, b: { named: false, at: 100 } };
const open = (...results: (readonly [id: string, status: string, at: number])[]): readonly string[] => [
  ...openNodes(
    planned,
    results.map(([id, status, at]) => ({ id, status, at })),
  ).keys(),
];

describe('what a run leaves open', () => {
  it('is all that it planned when it died before its first result', () => {
    expect(open()).toEqual(['a', 'b']);
    expect(openNodes(planned, []).get('b')).toBe(false);
  });

  it.each(['error', 'failed', 'upstream_failed', 'skipped', 'cancelled'])('is what ended as %s', (status) => {
    expect(open(['a', status, 150], ['b', 'success', 150])).toEqual(['a']);
  });

  it('is not what was built or needed no building, to the millisecond', () => {
    expect(open(['a', 'success', 100], ['b', 'unchanged', 150])).toEqual([]);
  });

  it('is what a run that goes on under its id planned again and did not reach', () => {
    expect(open(['a', 'success', 50], ['b', 'success', 150])).toEqual(['a']);
  });

  it('is nothing that it had not planned', () => {
    expect(open(['a', 'success', 150], ['b', 'success', 150], ['c', 'error', 150])).toEqual([]);
  });
});
