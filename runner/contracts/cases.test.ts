import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestDatabase, testDatabase } from '../test/database.ts';
import { CASES } from '../test/parity/cases/all.ts';
import { ours } from '../test/parity/engines.ts';
import { REASONS } from '../test/parity/reasons.ts';
import { withTables } from './testing.ts';

let test: TestDatabase;
beforeAll(async () => {
  test = await testDatabase();
});
afterAll(() => test.drop());

describe.each(Object.entries(CASES))('%s', (_theme, cases) => {
  it.each(cases.map((example) => [example.title, example] as const))('%s', async (_title, example) => {
    const { verdict, faults } = await withTables(test.db, example.setup, (tx) => ours(tx, example));
    expect(verdict).toBe(example.says);
    expect(faults.map(({ code, line, message }) => `${code} ${line}: ${message}`)).toEqual(
      example.fault === null ? [] : [expect.stringContaining(example.fault)],
    );
  });
});

describe('a difference between the two engines', () => {
  const page = readFileSync(new URL('../../docs/decisions/0014-two-engines-one-verdict.md', import.meta.url), 'utf8');
  const differing = Object.values(CASES).flatMap((cases) => cases.flatMap(({ differs }) => differs ?? []));

  it.each(REASONS)('%s is shown by a case and stands among the decisions', (reason) => {
    expect(differing.map((difference) => difference.reason)).toContain(reason);
    expect(page).toContain(`\n| \`${reason}\` `);
  });
});
