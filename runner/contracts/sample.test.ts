import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestDatabase, testDatabase } from '../test/database.ts';
import { evaluateCase } from './testing.ts';
import type { Sample } from './types.ts';

let test: TestDatabase;
beforeAll(async () => {
  test = await testDatabase();
});
afterAll(() => test.drop());

const SETUP = `
  create table t (id int, name text, code text);
  insert into t values (1, 'Ann', 'A'), (2, null, 'B'), (3, 'Cy', 'X'), (4, 'Dee', 'X'), (5, 'Eve', null), (6, 'Fay', 'Y'), (7, 'Guy', 'Z'), (8, 'Hal', 'W');
  create table codes (code text); insert into codes values ('A'), ('B')`;

async function sampleOf(contract: string, options = {}): Promise<Sample | null | undefined> {
  return (await evaluateCase(test.db, { setup: SETUP, contract, options })).checks[0]?.sample;
}

/** A contract with one check under `code`. */
function onCode(check: string, more = ''): string {
  return `columns:\n  - name: id\n  - name: name\n  - name: code\n    checks:\n      - ${check}\n${more}`;
}

describe('offending rows', () => {
  it('are up to five, with all their columns', async () => {
    const sample = await sampleOf(onCode('invalid: {valid_values: []}'));
    expect(sample?.columns).toEqual(['id', 'name', 'code']);
    expect(sample?.rows).toHaveLength(5);
    expect(sample?.rows[0]).toEqual(['1', 'Ann', 'A']);
  });

  it('are as many as asked for, or none', async () => {
    expect((await sampleOf(onCode('invalid: {valid_values: []}'), { sampleRows: 1 }))?.rows).toHaveLength(1);
    expect(await sampleOf(onCode('invalid: {valid_values: []}'), { sampleRows: 0 })).toBeNull();
  });

  it('are not given for a check that passed', async () => {
    expect(await sampleOf(onCode('missing: {filter: id < 5}'))).toBeNull();
  });

  it('keep to the filter of the check and of the dataset', async () => {
    const sample = await sampleOf(onCode('missing: {missing_values: [X, Y], filter: id <> 3}', 'filter: id < 6\n'));
    expect(sample?.rows.map(([id]) => id)).toEqual(['4', '5']);
  });

  it('are all the rows of a duplicate', async () => {
    expect((await sampleOf(onCode('duplicate:')))?.rows.map(([id]) => id)).toEqual(['3', '4']);
    expect(
      (await sampleOf('columns: []\nchecks:\n  - duplicate: {columns: [code]}\n'))?.rows.map(([id]) => id),
    ).toEqual(['3', '4']);
  });

  it('are those that the reference does not hold', async () => {
    const rule = 'valid_reference_data: {dataset: a/b/s/codes, column: code}';
    const sample = await sampleOf(onCode(`invalid: {${rule}, column_expression: upper(code)}`), {
      rowNumbers: true,
    });
    expect(sample?.columns).toEqual(['row_number', 'id', 'name', 'code']);
    expect(sample?.rows.map(([row]) => row)).toEqual(['3', '4', '6', '7', '8']);
  });

  it('are those of an expression, at level warn too', async () => {
    const sample = await sampleOf(
      'columns: []\nchecks:\n  - failed_rows: {expression: id > 7, threshold: {level: warn}}\n',
    );
    expect(sample).toEqual({ columns: ['id', 'name', 'code'], rows: [['8', 'Hal', 'W']] });
  });

  it('are the rows of the query itself, also of one that can only be run as it is', async () => {
    const check = (query: string): string => `columns: []\nchecks:\n  - failed_rows: {query: ${query}}\n`;
    expect(await sampleOf(check('select id from s.t where id > 7;'))).toEqual({ columns: ['id'], rows: [['8']] });
    expect((await sampleOf(check('show server_encoding')))?.rows).toEqual([['UTF8']]);
  });

  it('have their place in the table when asked, whatever the filter', async () => {
    const sample = await sampleOf(onCode('missing: {missing_values: [Y]}', 'filter: id > 4\n'), {
      rowNumbers: true,
    });
    expect(sample).toEqual({
      columns: ['row_number', 'id', 'name', 'code'],
      rows: [
        ['5', '5', 'Eve', null],
        ['6', '6', 'Fay', 'Y'],
      ],
    });
  });
});

describe('personal values', () => {
  const personal = (check: string): string =>
    `checks:\n  - ${check}\ncolumns:\n  - name: id\n  - {name: name, personal: identity}\n`;

  it('are masked, and so are the columns that such a contract does not name', async () => {
    const sample = await sampleOf(personal('failed_rows: {expression: id = 1}'), {
      rowNumbers: true,
    });
    expect(sample).toEqual({ columns: ['row_number', 'id', 'name', 'code'], rows: [['1', '1', '***', '***']] });
  });

  it('are masked in the rows of a query under their name', async () => {
    const sample = await sampleOf(
      personal('failed_rows: {query: "select name, length(name) as size from s.t where id = 1"}'),
    );
    expect(sample).toEqual({ columns: ['name', 'size'], rows: [['***', '3']] });
  });

  it('show that they are NULL', async () => {
    expect((await sampleOf(personal('failed_rows: {expression: name is null}')))?.rows).toEqual([['2', null, '***']]);
  });
});
