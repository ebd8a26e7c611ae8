import { expect, it } from 'vitest';
import { sourceEnv, unsetVariables } from './source-env.ts';

const source = { env: { FILE: 'sample.csv', KEY: null, ROOT: null }, unless: { FILE: 'KEY' } };
const envOf =
  (values: Readonly<Record<string, string>>) =>
  (name: string): string | undefined =>
    values[name];

it.each([
  [{}, 'sample.csv', ['FILE']],
  [{ FILE: 'own.csv' }, 'own.csv', []],
  [{ KEY: 'k' }, undefined, []],
  [{ KEY: 'k', FILE: 'own.csv' }, 'own.csv', []],
])(
  'a default stands in for what is not set, unless the variable that makes it needless is (%j)',
  (values, read, unset) => {
    expect(sourceEnv(source, envOf(values), true)('FILE')).toBe(read);
    expect(unsetVariables(source, envOf(values))).toEqual(unset);
  },
);

it('no default stands in where the sample may not', () => {
  expect(sourceEnv(source, envOf({}), false)('FILE')).toBeUndefined();
  expect(sourceEnv(source, envOf({}), true)('KEY')).toBeUndefined();
});
