import { expect, it } from 'vitest';
import { parseContract } from '../contracts/parse.ts';
import { contractSqlFaults } from './contract-sql.ts';

const faults = async (rest: string): Promise<readonly (string | undefined)[]> =>
  (await contractSqlFaults(parseContract(`dataset: a/b/c/d\n${rest}`, 'd.yml'))).map(
    ({ line, message, found }) => `${line} ${message} | ${found}`,
  );

it('tells every piece of SQL in a contract that is none, and what stands from there on', async () => {
  const text = `filter: "a = (1"
checks:
  - failed_rows: {name: x, expression: a b c}
  - failed_rows: {qualifier: 1, name: y, query: "select a,\\nfrom t", filter: and}
columns:
  - {name: k, column_expression: "k)", checks: [missing: ]}
`;
  expect(await faults(text)).toEqual([
    'undefined filter of the contract: syntax error at end of input | a = (1',
    '4 expression of check "x": syntax error at or near "b" | b c',
    '5 filter of check "y": syntax error at or near "and" | and',
    '5 query of check "y": syntax error at or near "from" | from t',
    '7 column_expression of check "missing values of k": syntax error at or near ")" | k)',
  ]);
});

it('has nothing against what PostgreSQL can read', async () => {
  const query = 'with t as (values (1)) select * from t -- all';
  expect(await faults(`filter: a > 1 /* new */\ncolumns: []\nchecks:\n  - failed_rows: {query: "${query}"}\n`)).toEqual(
    [],
  );
});

it('tells a query that is a comment alone', async () => {
  const queries = '{query: "-- select 1", rows_tested_query: "/* none */"}';
  expect(await faults(`columns: []\nchecks:\n  - failed_rows: ${queries}\n`)).toEqual([
    '4 query of check "failed rows": there is no query | -- select 1',
    '4 rows_tested_query of check "failed rows": there is no query | /* none */',
  ]);
});

it('tells what is not one query, or hides the bracket behind it', async () => {
  const text = `filter: a > 1 -- new
checks:
  - failed_rows: {qualifier: 1, name: x, expression: "a); commit; select (b"}
  - failed_rows: {qualifier: 2, name: y, query: "/*/**/*/ commit"}
  - metric: {name: z, query: "select 1; select 2", threshold: {must_be: 1}}
columns: []
`;
  expect(await faults(text)).toEqual([
    'undefined filter of the contract: a comment at its end hides what comes behind it | a > 1 -- new',
    '4 expression of check "x": a second statement follows the query | commit; select (b',
    '5 query of check "y": TRANSACTION is no query | commit',
    '6 query of check "z": a second statement follows the query | select 2',
  ]);
});
