import { afterAll, beforeAll, expect, it } from 'vitest';
import { type TestDatabase, testDatabase } from '../test/database.ts';
import { schemaQuery, toActualColumn } from './schema.ts';
import { evaluateCase, withTables } from './testing.ts';

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

it('the schema check tells the same to a role that must not use the schema', async () => {
  const role = `grant_less_${process.pid}`;
  await test.db.query(`create role ${role}`);
  try {
    const columns = await withTables(test.db, 'create table t (a int)', async (tx) => {
      await tx.query(`set local role ${role}`);
      return (await tx.query(schemaQuery({ schema: 's', name: 't' }))).rows.map(toActualColumn);
    });
    expect(columns).toMatchObject([{ name: 'a', dataType: 'integer' }]);
  } finally {
    await test.db.query(`drop role ${role}`);
  }
});

it('the schema check tells that all is as it should be, or that there is nothing', async () => {
  expect(await words('{name: a}, {name: b}, {name: c}')).toBe('3 columns as in the contract');
  expect(await words('{name: a}', 'create table other (a int)')).toBe('the relation has no column, or does not exist');
});
