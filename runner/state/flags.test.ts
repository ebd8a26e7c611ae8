import { expect, it } from 'vitest';
import { caseOf } from './flags.ts';

const flags = (raised: string) =>
  ['S', 'G', 'P', 'E'].map((name) => ({ name, raised: raised.includes(name), description: `${name} means` }));

it.each([
  ['', 0, 'no flag is raised'],
  ['P', 1, 'P: P means'],
  ['G', 2, 'G: G means'],
  ['GP', 3, 'G: G means; P: P means'],
  ['S', 4, 'S: S means'],
  ['SP', 5, 'S: S means; P: P means'],
  ['SG', 6, 'S: S means; G: G means'],
  ['SGP', 7, 'S: S means; G: G means; P: P means'],
  ['E', 0, 'E: E means'],
  ['GE', 2, 'G: G means; E: E means'],
])('the flags "%s" make case %i of S G P', (raised, number, why) => {
  expect(caseOf(flags(raised), ['S', 'G', 'P'])).toEqual({ number, why, raised: [...raised] });
});
