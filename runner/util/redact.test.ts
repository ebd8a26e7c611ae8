import { describe, expect, it } from 'vitest';
import { createRedactor } from './redact.ts';

const SECRET = 'p@ss/wörd "1+2"';
const redactor = createRedactor();
redactor.hide([SECRET, 'other-secret-value', 'short']);

describe('a secret', () => {
  it.each([
    ['as it is', SECRET],
    ['in an address', encodeURIComponent(SECRET)],
    ['in JSON', JSON.stringify(SECRET).slice(1, -1)],
  ])('is replaced %s', (_, written) => {
    expect(redactor.redact(`a ${written}, b ${written}!`)).toBe('a ***, b ***!');
  });

  it.each([
    ['', ''],
    ['user:', '@host'],
    ['ab', 'c'],
    ['a', ''],
  ])('is replaced in base64 between "%s" and "%s"', (before, after) => {
    for (const encoding of ['base64', 'base64url'] as const) {
      const written = Buffer.from(`${before}${SECRET}${after}`).toString(encoding);
      const shown = redactor.redact(written);
      expect(shown).toMatch(/^.{0,8}\*\*\*.{0,8}$/);
      expect(Buffer.from(shown, encoding).toString()).not.toContain('wörd');
    }
  });

  it('that is shorter than eight characters is left, and so is all else', () => {
    expect(redactor.redact('a short text')).toBe('a short text');
    expect(createRedactor().redact('a short text')).toBe('a short text');
  });

  it('within another one goes with it, and one beside it for itself', () => {
    const nested = createRedactor();
    nested.hide(['inner-secret', 'outer-inner-secret-outer']);
    expect(nested.redact('outer-inner-secret-outer inner-secret')).toBe('*** ***');
  });

  it('is replaced in the texts of JSON, not in its numbers or names', () => {
    const figures = createRedactor();
    figures.hide(['12345678']);
    const value = { 12345678: 12345678, text: ['key 12345678'] };
    expect(JSON.stringify(value, figures.replacer)).toBe('{"12345678":12345678,"text":["key ***"]}');
  });
});
