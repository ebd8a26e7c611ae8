import { expect, it } from 'vitest';
import { maskValues, withoutValues } from './mask-values.ts';

it.each([
  ['invalid input syntax for type integer: "secret"', 'invalid input syntax for type integer: "***"'],
  ['value "secret" is out of range for type integer', 'value "***" is out of range for type integer'],
  ['invalid value "secret" for "YYYY"', 'invalid value "***"'],
  ['time zone "secret" not recognized', 'time zone "***" not recognized'],
  [
    'syntaxe en entrée invalide pour le type integer : « secret »',
    'syntaxe en entrée invalide pour le type integer : «***»',
  ],
  ['ungültige Eingabesyntax für Typ integer: »secret«', 'ungültige Eingabesyntax für Typ integer: »***«'],
  ['neplatná syntaxe: „secret“.', 'neplatná syntaxe: „***“.'],
  ['invalid: "a" column "secret" b"', 'invalid: "***"'],
  ['invalid: "secret, cut short', 'invalid: "***'],
  ['relation "secret" does not exist', 'relation "***" does not exist'],
  ['the latest value is "secret", which is not a time', 'the latest value is "***", which is not a time'],
  ['Key (id)=(secret) already exists.', 'Key (id)=(***) already exists.'],
  ['column "id" does not exist', 'column "id" does not exist'],
  [
    'null value in column "id" of relation "t" violates not-null constraint',
    'null value in column "id" of relation "t" violates not-null constraint',
  ],
  ['duplicate key value violates unique constraint "pk"', 'duplicate key value violates unique constraint "pk"'],
  ['m: unit test "one": invalid: "secret"', 'm: unit test "one": invalid: "***"'],
])('what quotes a value is kept without it: %s', (text, kept) => {
  expect(maskValues(text)).toBe(kept);
});

it('the runner’s own words are kept as they are', () => {
  const message = '1 of 2 unit tests failed: "one is small"';
  expect(withoutValues({ code: 'UNIT_TEST_FAILED', message })).toBe(message);
});

it('an unknown name is kept where a template has it, and not where a row may have it', () => {
  const fault = { code: 'SQL_42P01', message: 'a: relation "Dupont" does not exist' };
  expect(withoutValues({ ...fault, line: 3 })).toBe(fault.message);
  expect(withoutValues(fault)).toBe('a: relation "***" does not exist');
});

it.each(['SQL_P0001', 'SQL_45000', 'SQL_U0001'])('of what a function raises only the code is kept: %s', (code) => {
  const kept = withoutValues({ code, message: 'a: Dupont is unknown' });
  expect(kept).toContain(code);
  expect(kept).not.toContain('Dupont');
});

it('a fault of the SQL as it is read is kept as it is', () => {
  const message = 'syntax error at or near "form"';
  expect(withoutValues({ code: 'SQL_SYNTAX', message })).toBe(message);
});
