import { expect, it } from 'vitest';
import { RunnerError } from '../errors.ts';
import { parseProjectConfig } from './config.ts';

const parsed = (review: string): ReturnType<typeof parseProjectConfig> =>
  parseProjectConfig(`name: shop\nvars: {few: 2, word: two}\nreview:\n${review}`, 'project.yml');

it('a review names its figures, outcomes, the size of a small group, and whose values a figure adds up', () => {
  const yml = `  figures: [total]
  outcomes: [{model: right, column: has_it, motive: why}, {title: Days off, model: day, column: has_any}]
  small_group: few
  members: {model: member, person: id, of: {total: m.unit = f.unit}}`;
  expect(parsed(yml).review).toEqual({
    figures: ['total'],
    outcomes: [
      { title: 'right', model: 'right', column: 'has_it', motive: 'why', line: 5 },
      { title: 'Days off', model: 'day', column: 'has_any', line: 5 },
    ],
    smallGroup: 2,
    members: { model: 'member', person: 'id', of: { total: 'm.unit = f.unit' } },
    line: 3,
  });
  expect(parsed('  small_group: 0').review).toEqual({ figures: [], outcomes: [], smallGroup: 0, line: 3 });
});

it.each([
  ['  figures: [total]', '"review" has no "small_group"', 3],
  ['  small_group: word', 'wrong value for "small_group" of "review"', 4],
  ['  small_group: many', 'wrong value for "small_group" of "review"', 4],
  ['  small_group: -1', 'wrong value for "small_group" of "review"', 4],
  ['  small_group: few\n  figure: [total]', '"figure" is not a key of "review"', 5],
  ['  small_group: few\n  outcomes:\n    - {model: right}', '"review.outcomes.0" has no "column"', 6],
  ['  small_group: few\n  members: {model: member, of: {}}', '"review.members" has no "person"', 5],
])('%j is refused with its line', (yml, message, line) => {
  expect.assertions(1);
  try {
    parsed(yml);
  } catch (error) {
    expect(error instanceof RunnerError ? error.faults[0] : error).toMatchObject({ message, line });
  }
});
