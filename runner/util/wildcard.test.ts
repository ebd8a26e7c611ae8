import { describe, expect, it } from 'vitest';
import { pathWildcard, wildcard } from './wildcard.ts';

describe('a wildcard', () => {
  it.each([
    ['stg_*', 'stg_orders', true],
    ['stg_*', 'my_stg_orders', false],
    ['*', '', true],
    ['*a*b*', 'xxaxxbxx', true],
    ['*a*b', 'xxaxxbxx', false],
    ['?', 'é', true],
    ['?', '', false],
    ['[bc]', 'b', true],
    ['[!bc]', 'b', false],
    ['[!bc]', 'x', true],
    ['[a-c]1', 'b1', true],
    ['[c-a]', 'b', false],
    ['[]]', ']', true],
    ['a[b', 'a[b', true],
    ['a.c', 'abc', false],
    ['(a|b)$', '(a|b)$', true],
    ['A', 'a', false],
  ])('%s over %s: %s', (pattern, text, expected) => {
    expect(wildcard(pattern)(text)).toBe(expected);
  });

  it('ends on a pattern made of stars as on any other', () => {
    expect(wildcard(`${'*a'.repeat(2_000)}*b`)('a'.repeat(4_000))).toBe(false);
  });
});

describe('a wildcard over paths', () => {
  it.each([
    ['models/mid', 'models/mid/b.sql', true],
    ['models/mi', 'models/mid/b.sql', false],
    ['./models/mid/', 'models/mid/b.sql', true],
    ['models\\mid\\b.sql', 'models/mid/b.sql', true],
    ['models/*.sql', 'models/mid/b.sql', false],
    ['models/*/b.sql', 'models/mid/b.sql', true],
    ['models/**/b.sql', 'models/a/b/c/b.sql', true],
    ['models/**/b.sql', 'models/b.sql', true],
    ['**/b.sql', 'models/mid/b.sql', true],
    ['models/**/**/c.sql', 'models/mid/b.sql', false],
    ['.', 'models/mid/b.sql', true],
    ['../models', 'models/mid/b.sql', false],
  ])('%s over %s: %s', (pattern, path, expected) => {
    expect(pathWildcard(pattern)(path)).toBe(expected);
  });
});
