import { describe, expect, it } from 'vitest';
import { createStopwatch } from './timings.ts';

describe('the stopwatch', () => {
  it('gives each stage the time since the one before, and sums those of one name', () => {
    let now = 0;
    const watch = createStopwatch(() => now);
    for (const [stage, time] of [
      ['start', 60],
      ['load', 90],
      ['record', 95],
      ['build', 100],
      ['record', 101.5],
    ] as const) {
      now = time;
      watch.lap(stage);
    }
    expect(watch.laps()).toEqual({ start: 60, load: 30, record: 6.5, build: 5 });
    expect(Object.keys(watch.laps())).toEqual(['start', 'load', 'record', 'build']);
  });
});
