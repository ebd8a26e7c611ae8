import { describe, expect, it } from 'vitest';
import { pseudonym, pseudonymSalt } from './pseudonym.ts';
import { testContext } from './testing.ts';

describe('the pseudonym of an employee', () => {
  // printf '59019' | openssl dgst -sha256 -hmac 'sel-de-test'
  it.each([
    ['59019', 'sal_685511786c8f7ca6'],
    [' 59019 ', 'sal_685511786c8f7ca6'],
    ['É-7', 'sal_03b05e277a4304df'],
  ])('of %j is what openssl computes', (id, key) => expect(pseudonym('sel-de-test', id)).toBe(key));

  it('changes with the salt', () => expect(pseudonym('autre', '59019')).not.toBe(pseudonym('sel-de-test', '59019')));

  it.each([{}, { P12_PSEUDO_SALT: '' }, { P12_PSEUDO_SALT: ' ' }])('needs a salt, and says how to make one', (env) => {
    expect(() => pseudonymSalt(testContext({ env }))).toThrow(
      expect.objectContaining({ code: 'SALT_MISSING', hint: expect.stringContaining('openssl rand -hex 32') }),
    );
  });
});
