import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestDatabase, testDatabase } from '../test/database.ts';
import { parseContract } from './parse.ts';
import { evaluateCase } from './testing.ts';
import type { ContractResult } from './types.ts';

let test: TestDatabase;
beforeAll(async () => {
  test = await testDatabase();
});
afterAll(() => test.drop());

/** `staff` is personal by its contract, `landed` has none, and that of `codes` says that nothing in it is. */
const SETUP = `
  create table t (id int, name text, pay int, born date, extra int);
  insert into t values (1, 'Ann', 98765, date '1990-09-08', 98765);
  create table staff as table t; create table landed as table t; create table codes as select 98765 as code`;
const OTHERS = [
  ['staff', 'name, personal: identity'],
  ['codes', 'code'],
].map(([name = '', column]) => {
  const contract = parseContract(`dataset: a/b/s/${name}\ncolumns: [{name: ${column}}]\n`, `soda/s/${name}.yml`);
  return { relation: { schema: 's', name }, contract };
});

interface Checked {
  /** Of the dataset. */
  readonly check?: string;
  readonly id?: string;
  readonly pay?: string;
}

/** A contract that names all columns but `extra`, of which `pay` and `born` are personal, or none is. */
function result(isPersonal: boolean, { check, id, pay }: Checked): Promise<ContractResult> {
  const tag = isPersonal ? ', personal: secret' : '';
  const checks = (one: string | undefined): string => (one ? `, checks: [${one}]` : '');
  const contract = `columns: [{name: id${checks(id)}}, {name: name}, {name: pay${checks(pay)}${tag}}, {name: born${tag}}]
${checks(check).slice(2)}
`;
  return evaluateCase(test.db, { setup: SETUP, contract, options: { others: OTHERS } });
}

const RULE = 'threshold: {must_be: 3}';
const query = (sql: string): string => `metric: {query: "${sql}", ${RULE}}`;

describe('a value that may be that of a person', () => {
  const personal: readonly (readonly [string, Checked])[] = [
    ['an extreme', { pay: `aggregate: {function: max, ${RULE}}` }],
    ['a sum, which may be of one person', { pay: `aggregate: {function: sum, filter: id = 1, ${RULE}}` }],
    ['an expression', { pay: `metric: {expression: max(pay), ${RULE}}` }],
    ['an expression beside another column', { id: `metric: {expression: max("pay"), ${RULE}}` }],
    [
      'an expression in the place of another column',
      { id: `aggregate: {function: max, column_expression: pay, ${RULE}}` },
    ],
    ['a column that the contract does not name', { check: `metric: {expression: max(extra), ${RULE}}` }],
    ['the age of a date', { check: 'freshness: {column: born, threshold: {must_be_less_than: 3}}' }],
    ['a query', { check: query('select pay from s.t where id = 1') }],
    ['a query that gives the column another name', { check: query('select c from s.t as x (a, b, c)') }],
  ];

  it.each(personal)('is not told, its verdict and threshold are: %s', async (_what, checked) => {
    const { checks, errors } = await result(true, checked);
    expect(errors).toEqual([]);
    expect(checks).toMatchObject([
      { outcome: 'FAILED', value: '***', threshold: expect.stringMatching(/3( hours)?$/) },
    ]);
    expect(JSON.stringify(checks)).not.toMatch(/98765|1990/);
  });

  it.each(['staff', 'landed'])('is not told of %s by a contract without personal columns', async (relation) => {
    const { checks } = await result(false, { check: query(`select max(pay) from s.${relation}`) });
    expect(checks).toMatchObject([{ outcome: 'FAILED', value: '***', threshold: 'must be 3' }]);
    expect(JSON.stringify(checks)).not.toContain('98765');
  });
});

describe('what can tell of nobody', () => {
  const TESTED = 'rows_tested_query: select count(*) from s.staff';
  it.each<readonly [string, Checked, string]>([
    ['rows', { check: 'row_count: ' }, '1'],
    ['missing values', { pay: 'missing: ' }, '0'],
    ['invalid values', { pay: 'invalid: {valid_max: 3}' }, '1'],
    ['duplicates', { pay: 'duplicate: ' }, '0'],
    ['failed rows', { check: `failed_rows: {query: select id from s.t, ${TESTED}}` }, '1'],
    ['an average of another column', { id: `aggregate: {function: avg, ${RULE}}` }, '1'],
    ['an expression of other columns', { check: `metric: {expression: count(distinct name), ${RULE}}` }, '1'],
    ['a query of what is not personal', { check: query('select max(code) from s.codes') }, '98765'],
  ])('is told: %s', async (_what, checked, value) => {
    expect((await result(true, checked)).checks).toMatchObject([{ value }]);
    expect((await result(false, checked)).checks).toMatchObject([{ value }]);
  });

  it('is everything in a project without personal columns', async () => {
    const contract = `columns: []\nchecks: [{${query('select max(pay) from s.staff')}}]\n`;
    expect((await evaluateCase(test.db, { setup: SETUP, contract })).checks[0]?.value).toBe('98765');
  });
});

describe('words that quote a value', () => {
  const raise = `${SETUP}; create function raised() returns int language plpgsql as
    $$begin raise exception 'Ann is unknown'; end$$`;
  const refused = async (expression: string, tag: string): Promise<string | undefined> => {
    const contract = `columns: [{name: name${tag}}]\nchecks: [{failed_rows: {expression: "${expression}"}}]\n`;
    const { checks, errors } = await evaluateCase(test.db, { setup: raise, contract });
    return [checks[0]?.message, checks[0]?.kept, ...errors].join(' | ');
  };

  it('are told and not kept', async () => {
    const said = 'invalid input syntax for type integer: "Ann"';
    const kept = 'invalid input syntax for type integer: "***"';
    expect(await refused('name::int > 0', '')).toBe(`${said} | ${kept} | line 3, checks.failed_rows: ${said}`);
  });

  it('are not told either where the contract has personal columns', async () => {
    const kept = 'invalid input syntax for type integer: "***"';
    expect(await refused('name::int > 0', ', personal: identity')).toBe(
      `${kept} | ${kept} | line 3, checks.failed_rows: ${kept}`,
    );
  });

  it('are not kept where a function has raised them in its own words', async () => {
    const kept = 'SQL_P0001: what the SQL raised is not kept, it may name a value';
    expect(await refused('s.raised() > 0', '')).toBe(
      `Ann is unknown | ${kept} | line 3, checks.failed_rows: Ann is unknown`,
    );
    expect(await refused('s.raised() > 0', ', personal: identity')).not.toContain('Ann');
  });

  it.each(['staff', 'landed'])('are not told where a query may read personal data, such as %s', async (relation) => {
    const { checks, errors } = await result(false, { check: query(`select name from s.${relation}`) });
    expect([checks[0]?.message, ...errors]).toEqual([
      'the query returned "***", not a finite number',
      'line 3, checks.metric: the query returned "***", not a finite number',
    ]);
  });
});
