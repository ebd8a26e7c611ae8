import { expect, it } from 'vitest';
import { table } from '../reporters/testing.ts';
import { said } from '../state/explain.ts';
import { drawExplained } from './explain-text.ts';

it('what is not shown is counted in words that fit the number', () => {
  const diff = (lines: number): string => Array.from({ length: lines }, (_, index) => `+ line ${index}`).join('\n');
  const parents = (count: number) => Array.from({ length: count }, (_, index) => said('parent', { name: `p${index}` }));
  const drawn = (lines: number, count: number): string =>
    drawExplained([{ node: table('m'), reasons: [said('body', { diff: diff(lines) }), ...parents(count)] }], 1);
  expect(drawn(13, 4)).toMatch(/^1 of 1 node would run[\s\S]*… and 1 more line\n[\s\S]*… and 1 more parent$/);
  expect(drawn(14, 5)).toMatch(/… and 2 more lines\n[\s\S]*… and 2 more parents$/);
});
