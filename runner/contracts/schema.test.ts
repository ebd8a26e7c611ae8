import { afterAll, beforeAll, expect, it } from 'vitest';
import { type TestDatabase, testDatabase } from '../test/database.ts';
import { evaluateCase } from './testing.ts';

let test: TestDatabase;
beforeAll(async () => {
  test = await testDatabase();
});
afterAll(() => test.drop());

async function words(columns: string, setup = 'create table t (a int, b text, c numeric(5, 2))'): Promise<string> {
  const contract = `columns: [${columns}]\nchecks: [{schema: }]\n`;
  return (await evaluateCase(test.db, { setup, contract })).checks[0]?.message ?? '';
}

it('the schema check tells what is missing, extra, of another type and out of order', async () => {
  expect(
    await words('{name: z}, {name: c, data_type: numeric, numeric_scale: 3}, {name: A}, {name: a, data_type: text}'),
  ).toBe(
    'missing: z, A. extra: b. of another type: c is numeric scale 2, expected numeric scale 3; a is integer, expected text. order: found a, c, expected c, a',
  );
});

it('the schema check tells that all is as it should be, or that there is nothing', async () => {
  expect(await words('{name: a}, {name: b}, {name: c}')).toBe('3 columns as in the contract');
  expect(await words('{name: a}', 'create table other (a int)')).toBe('the relation has no column, or does not exist');
});
