import { describe, expect, it } from 'vitest';
import { parseContract } from './parse.ts';
import { ofSoda } from './soda-verdict.ts';
import type { ContractResult } from './types.ts';

const contract = parseContract(
  'dataset: ds/db/s/t\ncolumns:\n  - {name: a, checks: [{missing: }, {aggregate: {function: max, threshold: {must_be: 1}}}]}\n',
  'soda/s/t.yml',
);
const OPEN = { hidesWords: false, hidesValue: () => false, mayBePersonal: () => false };
const [missing = '', max = ''] = contract.checks.map(({ path }) => path);

describe("Soda's verdict", () => {
  it('is told with the name, the threshold and the line that the contract gives each check', () => {
    const check = { path: missing, outcome: 'FAILED', value: '2', message: 'missing_count: 2' } as const;
    const result = ofSoda(contract, { status: 'FAILED', checks: [check], errors: [] }, OPEN);
    expect(result.checks[0]).toMatchObject({ outcome: 'FAILED', value: '2', threshold: 'must be 0', line: 3 });
    expect(result.checks[0]?.message).toBe('missing_count: 2');
  });

  it('holds the checks that it did not come to as not evaluated, with the error that kept it', () => {
    const { status, checks } = ofSoda(contract, { status: 'ERROR', checks: [], errors: ['no such key'] }, OPEN);
    expect(status).toBe('ERROR');
    expect(checks.map(({ outcome, message }) => `${outcome} ${message}`)).toEqual([
      'NOT_EVALUATED no such key',
      'NOT_EVALUATED no such key',
    ]);
  });

  it('names nobody where the contract may read personal data', () => {
    const checks = [
      { path: missing, outcome: 'NOT_EVALUATED', value: null, message: 'invalid input: "Ann"' },
      { path: max, outcome: 'FAILED', value: '98765', message: 'max: 98765' },
    ] as const;
    const privacy = { ...OPEN, hidesWords: true, hidesValue: () => true };
    const result: ContractResult = ofSoda(contract, { status: 'ERROR', checks, errors: ['bad "Ann"'] }, privacy);
    expect(JSON.stringify(result)).not.toMatch(/Ann|98765/);
    expect(result.checks[1]).toMatchObject({ outcome: 'FAILED', value: '***', threshold: 'must be 1' });
    expect(result.errors).toEqual(['bad "***"']);
  });

  it.each([
    ["Metric query returned str 'Ann', not a number", 'Metric query returned str ***, not a number'],
    ['Metric query returned datetime.date(1977, 2, 4)', 'Metric query returned datetime.date***'],
    ['requested character too large: 4777000', 'requested character too large: ***'],
    ['invalid XML document\nDETAIL: Ann', 'invalid XML document'],
  ])('tells %j without the value that it quotes', (error, words) => {
    const privacy = { ...OPEN, hidesWords: true };
    expect(ofSoda(contract, { status: 'ERROR', checks: [], errors: [error] }, privacy).errors).toEqual([words]);
  });
});
