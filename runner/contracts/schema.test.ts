import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestDatabase, testDatabase } from '../test/database.ts';
import { evaluateCase } from './testing.ts';
import type { CheckResult } from './types.ts';

let test: TestDatabase;
beforeAll(async () => {
  test = await testDatabase();
});
afterAll(() => test.drop());

const TABLE = 'create table t (a int, b text, c numeric(5, 2))';

async function check(columns: string, options = '', setup = TABLE): Promise<CheckResult | undefined> {
  return (await evaluateCase(test.db, { setup, contract: `columns: [${columns}]\nchecks:\n  - schema: ${options}\n` }))
    .checks[0];
}

describe('the schema check', () => {
  it('passes when columns, types and order are those of the contract', async () => {
    const result = await check(
      '{name: a, data_type: INT}, {name: b}, {name: c, data_type: decimal, numeric_precision: 5, numeric_scale: 2}',
    );
    expect(result).toMatchObject({ outcome: 'PASSED', value: '0', message: '3 columns as in the contract' });
  });

  it('lists what is missing, extra, of another type and out of order', async () => {
    const result = await check(
      '{name: z}, {name: c, data_type: numeric, numeric_scale: 3}, {name: A}, {name: a, data_type: text}',
    );
    expect(result).toMatchObject({ outcome: 'FAILED', value: '5' });
    expect(result?.message).toBe(
      'missing: z, A. extra: b. of another type: c is numeric scale 2, expected numeric scale 3; a is integer, expected text. order: found a, c, expected c, a',
    );
  });

  it('fails for the order alone, with the value 0', async () => {
    expect(await check('{name: b}, {name: a}, {name: c}')).toMatchObject({ outcome: 'FAILED', value: '0' });
  });

  it('allows another order and extra columns when told', async () => {
    expect(
      await check('{name: c}, {name: a}', '{allow_extra_columns: true, allow_other_column_order: true}'),
    ).toMatchObject({ outcome: 'PASSED' });
  });

  it('is not touched by a filter or a threshold', async () => {
    expect(await check('{name: a}', '{threshold: {level: warn}, filter: nothing}')).toMatchObject({
      outcome: 'FAILED',
      value: '2',
    });
  });

  it('sees views, materialized views and partitioned tables alike, and no dropped column', async () => {
    const kinds = [
      'create view t as select 1 as a',
      'create materialized view t as select 1 as a',
      'create table t (a int) partition by range (a)',
      'create table t (z int, a int); alter table t drop column z',
    ];
    for (const kind of kinds)
      expect(await check('{name: a, data_type: integer}', '', kind)).toMatchObject({ outcome: 'PASSED' });
  });

  it('has no verdict when nothing is found', async () => {
    expect(await check('{name: a}', '', 'create table other (a int)')).toMatchObject({ outcome: 'NOT_EVALUATED' });
  });
});

/** Type of the table, type of the contract, whether they are the same. */
const TYPES: readonly (readonly [actual: string, stated: string, same: boolean])[] = [
  ['timestamptz', 'timestamp with time zone', true],
  ['timestamptz', 'timestamptz', false],
  ['timestamp', 'timestamp', true],
  ['time', 'time without time zone', true],
  ['time', 'time', false],
  ['bool', 'boolean', true],
  ['bool', 'bool', false],
  ['float8', 'double precision', true],
  ['float8', 'float', false],
  ['varchar(20)', 'varchar', true],
  ['varchar(20)', 'varchar(20)', false],
  ['text', 'varchar', false],
  ['char(3)', 'char', true],
  ['char(3)', 'bpchar', false],
  ['int[]', 'ARRAY', true],
  ['int[]', 'integer[]', false],
  ['name', 'ARRAY', true],
  ['s.mood', 'mood', true],
  ['s.small', 'integer', true],
  ['uuid', 'uuid', true],
  ['varchar(7)', 'varchar, character_maximum_length: 7', true],
  ['s.short', 'varchar, character_maximum_length: 7', false],
  ['timestamptz', 'timestamp with time zone, datetime_precision: 6', false],
  ['timestamp(3)', 'timestamp, datetime_precision: 3', true],
  ['text', 'text, character_maximum_length: 5', false],
];

describe('a type of the contract', () => {
  const made = "create type mood as enum ('a'); create domain small as int; create domain short as varchar(7)";
  it.each(TYPES)('%s in the table, %s in the contract: %s', async (actual, stated, same) => {
    const column = `{name: a, data_type: '${stated.replace(',', "',")}${stated.includes(',') ? '' : "'"}}`;
    const result = await check(column, '', `${made}; create table t (a ${actual})`);
    expect(result?.outcome).toBe(same ? 'PASSED' : 'FAILED');
  });
});
