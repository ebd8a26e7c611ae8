import { expect, it } from 'vitest';
import { maskValues, withoutValues } from './mask-values.ts';

it.each([
  ['invalid input syntax for type integer: "secret"', 'invalid input syntax for type integer: "***"'],
  ['value "secret" is out of range for type integer', 'value "***" is out of range for type integer'],
  ['invalid value "secret" for "YYYY"', 'invalid value "***" for "YYYY"'],
  ['the latest value is "secret", which is not a time', 'the latest value is "***", which is not a time'],
  ['Key (id)=(secret) already exists.', 'Key (id)=(***) already exists.'],
  ['column "id" does not exist', 'column "id" does not exist'],
])('what quotes a value is kept without it: %s', (text, kept) => {
  expect(maskValues(text)).toBe(kept);
});

it('the runner’s own words are kept as they are', () => {
  const message = '1 of 2 unit tests failed: "one is small"';
  expect(withoutValues({ code: 'UNIT_TEST_FAILED', message })).toBe(message);
});
