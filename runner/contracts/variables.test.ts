import { describe, expect, it } from 'vitest';
import { parseContract } from './parse.ts';
import { CLOCK, faultsIn } from './testing.ts';
import type { Check } from './types.ts';
import type { VariableValue } from './variables.ts';

function firstCheck(
  check: string,
  declared: string,
  given: Readonly<Record<string, VariableValue>> = {},
): Check | undefined {
  const text = `dataset: ds/db/s/t\ncolumns: []\nvariables: {${declared}}\nchecks:\n  - ${check}\n`;
  return parseContract(text, 'c.yml', { variables: given, clock: CLOCK }).checks[0];
}

describe('a variable', () => {
  it('is replaced in a text, with spaces inside its braces or not', () => {
    expect(firstCheck(`row_count: {filter: 'id < \${ var.N } and x = \${var.N}'}`, 'N: {default: 3}')?.filter).toBe(
      'id < 3 and x = 3',
    );
  });

  it('keeps its type where it stands alone', () => {
    const check = firstCheck(`row_count: {threshold: {must_be: '\${var.N}'}}`, 'N: {type: number, default: 7}', {
      N: 6,
    });
    expect(check).toMatchObject({ threshold: { comparison: { value: 6 } } });
  });

  it('is refused as a number when its value is a text', () => {
    const text = `dataset: ds/db/s/t\ncolumns: []\nvariables: {N: {default: '6'}}\nchecks:\n  - row_count: {threshold: {must_be: '\${var.N}'}}\n`;
    expect(faultsIn(text)).toEqual([
      'CONTRACT_VALUE 5: wrong value for "must_be" of the threshold of check "row_count"',
    ]);
  });

  it('may have a default made of others', () => {
    expect(
      firstCheck(`row_count: {filter: '\${var.B}'}`, `A: {default: x}, B: {default: '\${var.A} < 1'}`)?.filter,
    ).toBe('x < 1');
  });

  it('soda.NOW and soda.DATA_TIMESTAMP are the clock, in seconds of UTC', () => {
    expect(firstCheck(`row_count: {filter: '\${soda.NOW} \${soda.DATA_TIMESTAMP}'}`, '')?.filter).toBe(
      '2024-01-04T10:00:00+00:00 2024-01-04T10:00:00+00:00',
    );
  });

  it('may name the time of a freshness check without being declared', () => {
    const check = firstCheck('freshness: {column: a, now_variable: AT, threshold: {must_be: 1}}', '', {
      AT: '2024-01-05',
    });
    expect(check).toMatchObject({ type: 'freshness', now: '2024-01-05' });
  });
});

describe('refused:', () => {
  const head = 'dataset: ds/db/s/t\ncolumns: []\n';
  it.each([
    [
      'one that is not declared',
      `${head}filter: a < \${var.N}\n`,
      'CONTRACT_VARIABLE_UNKNOWN 3: variable "var.N" is not declared',
    ],
    [
      'one of soda that does not exist',
      `${head}filter: a < \${soda.NEVER}\n`,
      'CONTRACT_VARIABLE_UNKNOWN 3: variable "soda.NEVER" is not declared',
    ],
    [
      'one of the environment',
      `${head}filter: a < \${env.N}\n`,
      'CONTRACT_VARIABLE_UNKNOWN 3: a contract does not read the environment',
    ],
    [
      'one without value and default',
      `${head}variables: {N: {type: number}}\n`,
      'CONTRACT_VARIABLE_VALUE 3: variable "N" has no value and no default',
    ],
    [
      'one without anything',
      `${head}variables:\n  N:\n`,
      'CONTRACT_VARIABLE_VALUE 4: variable "N" has no value and no default',
    ],
    [
      'one defined by itself',
      `${head}variables: {N: {default: 'x\${var.N}'}}\n`,
      'CONTRACT_VARIABLE_VALUE 3: variable "N" is defined by itself',
    ],
    [
      'a mistyped key of one',
      `${head}variables: {N: {default: 1, requird: true}}\n`,
      'CONTRACT_KEY_UNKNOWN 3: "requird" is not a key of variable "N"',
    ],
    ['variables as a list', `${head}variables: [a]\n`, 'CONTRACT_VALUE 3: "variables" is not a map'],
  ])('%s', (_title, contract, fault) => {
    expect(faultsIn(contract)).toEqual([fault]);
  });
});
