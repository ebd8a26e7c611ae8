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

  it('are as many as asked for, or all', async () => {
    expect((await sampleOf(onCode('invalid: {valid_values: []}'), { sampleRows: 1 }))?.rows).toHaveLength(1);
    expect((await sampleOf(onCode('invalid: {valid_values: []}'), { sampleRows: 0 }))?.rows).toHaveLength(7);
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

  const rowOf = async (contract: string, options = {}): Promise<string | undefined> => {
    const sample = await sampleOf(contract, options);
    return sample?.columns.map((column, index) => `${column}=${sample.rows[0]?.[index]}`).join(' ');
  };
  const query = (sql: string): string => `failed_rows: {query: ${JSON.stringify(sql)}}`;

  it.each([
    ['under another name', 'select id, name as x from s.t where id = 1', 'id=1 x=***'],
    ['under the name of another column', 'select name as id from s.t where id = 1', 'id=***'],
    ['through a WITH query', 'with w as (select name as id from s.t where id = 1) select * from w', 'id=***'],
    ['made into something else', 'select upper(name) as x from s.t where id = 1', 'x=***'],
    ['counted', 'select count(name) as n from s.t', 'n=***'],
    ['in a row as a whole', 'select t from s.t where id = 1', 't=***'],
    ['in a statement that runs as it is', 'select id, name as x from s.t where id = 1 for update', 'id=1 x=***'],
  ])('are masked in the rows of a query: %s', async (_how, sql, row) => {
    expect(await rowOf(personal(query(sql)))).toBe(row);
  });

  it('are told from the others by where they come from, also of a column with another name', async () => {
    expect(await rowOf(personal(query('select id as number from s.t where id = 1')))).toBe('number=1');
  });

  describe('of another relation', () => {
    const columns = [
      { name: 'c', personal: 'identity' },
      { name: 'd', personal: null },
    ];
    const others = [{ relation: { schema: 's', name: 'codes' }, contract: { columns } as never }];
    const own = (sql: string): string => `checks:\n  - ${query(sql)}\ncolumns: [{name: id}]\n`;
    const setup = `${SETUP}; create table codes2 as select code as c, 1 as d from codes; drop table codes; alter table codes2 rename to codes; create table landed as select * from t`;
    const row = async (sql: string): Promise<unknown> => {
      const { checks } = await evaluateCase(test.db, { setup, contract: own(sql), options: { others } });
      return checks[0]?.sample?.rows[0];
    };

    it('are masked by what its contract says', async () => {
      expect(await row("select c as id, d as x from s.codes where c = 'A'")).toEqual(['***', '1']);
    });

    it('are masked where they are computed from it, unless the contract names the result', async () => {
      expect(await row('select max(c) as top, count(*) as id from s.codes')).toEqual(['***', '2']);
    });

    it('are masked where it has no contract, and so is what is computed from them', async () => {
      expect(await row('select name, upper(name) as x, 7 as id from s.landed where id = 1')).toEqual([
        '***',
        '***',
        '7',
      ]);
    });

    it('are not suspected where it is not read', async () => {
      expect(await row('select upper(name) as x from s.t where id = 1')).toEqual(['ANN']);
    });
  });

  it('show that they are NULL', async () => {
    expect((await sampleOf(personal('failed_rows: {expression: name is null}')))?.rows).toEqual([['2', null, '***']]);
  });
});
