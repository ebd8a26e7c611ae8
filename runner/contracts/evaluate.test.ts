import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestDatabase, testDatabase } from '../test/database.ts';
import { EMPTY, SETUP } from '../test/parity/cases/case.ts';
import { evaluateContract } from './evaluate.ts';
import { parseContract } from './parse.ts';
import { aggregateQuery, planContract } from './plan.ts';
import { CLOCK, evaluateCase, outcomes, undone, withTables } from './testing.ts';
import { blocksPublish } from './verdict.ts';

let test: TestDatabase;
beforeAll(async () => {
  test = await testDatabase();
});
afterAll(() => test.drop());

describe('one contract', () => {
  it('gives each check its path, its place in the file and its words', async () => {
    const contract =
      "columns:\n  - name: s\n    checks:\n      - invalid:\n          qualifier: letters\n          valid_values: [A, B, '']\n";
    const { checks, status } = await evaluateCase(test.db, { setup: SETUP, contract });
    expect(status).toBe('FAILED');
    expect(checks[0]).toMatchObject({
      path: 'columns.s.checks.invalid.letters',
      type: 'invalid',
      column: 's',
      name: 'invalid values of s (letters)',
      outcome: 'FAILED',
      value: '1',
      threshold: 'must be 0',
      message: '1 invalid of 6 rows',
      line: 5,
    });
  });

  it('passes without any check, when the relation can be read', async () => {
    const result = await evaluateCase(test.db, { setup: SETUP, contract: 'columns: []\n' });
    expect(result).toEqual({ engine: 'runner', status: 'PASSED', checks: [], errors: [] });
  });

  it('does not pass by a query that is a comment alone', async () => {
    const contract = 'columns: []\nchecks:\n  - failed_rows: {query: "-- select 1"}\n';
    const result = await evaluateCase(test.db, { setup: SETUP, contract });
    expect(result.checks).toMatchObject([{ outcome: 'NOT_EVALUATED', message: 'there is no query' }]);
    expect(result.status).toBe('ERROR');
  });

  it('has no verdict when a query is not let to its end', async () => {
    const setup = `${SETUP}; set local statement_timeout = '100ms'`;
    const contract =
      'columns: []\nchecks:\n  - failed_rows: {query: "select id from s.t where pg_sleep(60) is not null"}\n';
    await expect(evaluateCase(test.db, { setup, contract })).rejects.toMatchObject({ sqlstate: '57014' });
  });

  it('gives an empty table its usual verdicts', async () => {
    const contract = `checks:
  - row_count:
  - failed_rows: {expression: n < 0}
  - metric: {expression: sum(n), threshold: {must_be: 0}}
columns:
  - {name: s, checks: [{missing: }, {invalid: {valid_values: [A]}}, {duplicate: }]}
`;
    const result = await evaluateCase(test.db, { setup: EMPTY, contract });
    expect(result.status).toBe('FAILED');
    expect(outcomes(result)).toEqual({
      'checks.row_count': 'FAILED 0',
      'checks.failed_rows': 'PASSED 0',
      'checks.metric': 'NOT_EVALUATED',
      'columns.s.checks.missing': 'PASSED 0',
      'columns.s.checks.invalid': 'PASSED 0',
      'columns.s.checks.duplicate': 'PASSED 0',
    });
  });

  it('is unknown, and forbids publishing, when a check has no value', async () => {
    const contract = 'columns: []\nchecks:\n  - metric: {expression: sum(n), threshold: {must_be: 0}}\n';
    const result = await evaluateCase(test.db, { setup: EMPTY, contract });
    expect(result).toMatchObject({ status: 'UNKNOWN', errors: [] });
    expect(blocksPublish(result)).toBe(true);
  });

  it('allows publishing with a warning', async () => {
    const result = await evaluateCase(test.db, {
      setup: SETUP,
      contract: 'columns: []\nchecks:\n  - row_count: {threshold: {level: warn, must_be: 5}}\n',
    });
    expect(result.status).toBe('WARNED');
    expect(blocksPublish(result)).toBe(false);
  });
});

describe('what the server refuses', () => {
  const contract = `checks:
  - schema: {allow_extra_columns: true}
  - row_count:
  - failed_rows: {qualifier: own, query: select 1 where false}
  - failed_rows: {qualifier: broken, query: select nothing}
columns:
  - name: id
    checks:
      - missing:
  - name: gone
    checks:
      - missing:
`;

  it('leaves the checks of their own query a verdict, and names the cause to the others', async () => {
    const result = await evaluateCase(test.db, { setup: SETUP, contract });
    expect(outcomes(result)).toEqual({
      'checks.schema': 'FAILED 1',
      'checks.row_count': 'NOT_EVALUATED',
      'checks.failed_rows.own': 'PASSED 0',
      'checks.failed_rows.broken': 'NOT_EVALUATED',
      'columns.id.checks.missing': 'NOT_EVALUATED',
      'columns.gone.checks.missing': 'NOT_EVALUATED',
    });
    expect(result.errors).toEqual([
      'line 13, columns.gone.checks.missing: column "gone" does not exist',
      'line 6, checks.failed_rows.broken: column "nothing" does not exist',
    ]);
    expect(result.checks[1]?.message).toContain('because of columns.gone.checks.missing (line 13)');
    expect(result.checks[5]?.message).toBe('column "gone" does not exist');
  });

  it('makes the contract an error that forbids publishing', async () => {
    const result = await evaluateCase(test.db, { setup: SETUP, contract });
    expect(result.status).toBe('ERROR');
    expect(blocksPublish(result)).toBe(true);
  });

  it('is told once when the relation itself is not there', async () => {
    const result = await evaluateCase(test.db, {
      setup: 'select 1',
      contract: 'columns: []\nchecks: [{schema: }, {row_count: }]\n',
    });
    expect(outcomes(result)).toEqual({ 'checks.schema': 'NOT_EVALUATED 0', 'checks.row_count': 'NOT_EVALUATED' });
    expect(result.errors).toEqual(['relation "s.t" does not exist']);
  });

  it('is told of a view that fails while it is read, though its schema is right', async () => {
    const result = await evaluateCase(test.db, {
      setup: 'create view t as select 1 / (a - a) as a from (values (1), (2)) v (a) where 1 / (a - a) > 0',
      contract: 'columns: [{name: a, data_type: integer}]\nchecks: [{schema: }, {row_count: }]\n',
    });
    expect(outcomes(result)).toEqual({ 'checks.schema': 'PASSED 0', 'checks.row_count': 'NOT_EVALUATED' });
    expect(result.errors).toEqual(['division by zero']);
  });
});

describe('a table so large that the server would have workers scan it', () => {
  const setup = `${SETUP}; set local min_parallel_table_scan_size = 0; set local parallel_setup_cost = 0`;
  const contract = `filter: id <> 2
checks:
  - row_count:
  - duplicate: {columns: [n, d]}
  - duplicate: {qualifier: s, columns: [s], filter: id > 1, threshold: {metric: percent}}
columns:
  - {name: n, checks: [{duplicate: }, {duplicate: {qualifier: but, missing_values: [9]}}]}
  - {name: s, column_expression: lower(s), checks: [{duplicate: }]}
`;

  it('has the same values as a small one, though distinct values are counted apart', async () => {
    const large = await evaluateCase(test.db, { setup, contract });
    expect(outcomes(large)).toEqual({
      'checks.row_count': 'PASSED 5',
      'checks.duplicate': 'FAILED 1',
      'checks.duplicate.s': 'PASSED 0',
      'columns.n.checks.duplicate': 'FAILED 1',
      'columns.n.checks.duplicate.but': 'PASSED 0',
      'columns.s.checks.duplicate': 'FAILED 1',
    });
    expect(large).toEqual(await evaluateCase(test.db, { setup: SETUP, contract }));
  });

  it('is told which check has no value when one is refused', async () => {
    const wrong = contract.replace('[n, d]', '[n, nowhere]');
    const large = await evaluateCase(test.db, { setup, contract: wrong });
    expect(large.errors).toEqual([expect.stringContaining('column "nowhere" does not exist')]);
    expect(large).toEqual(await evaluateCase(test.db, { setup: SETUP, contract: wrong }));
  });

  it('is measured by several workers at once', async () => {
    const relation = { schema: 's', name: 't' };
    const { rows, metrics } = planContract(parseContract(`dataset: ds/db/s/t\n${contract}`, 'c.yml'), relation);
    const explained = (apart: boolean): Promise<string> =>
      withTables(test.db, setup, async (tx) =>
        String((await tx.query(`explain ${aggregateQuery(rows, metrics, apart)}`)).rows),
      );
    expect(await explained(true)).toMatch(/Parallel Append.*Partial Aggregate/s);
    expect(await explained(false)).not.toContain('Partial Aggregate');
  });
});

describe('the transaction around it', () => {
  const relation = { schema: 'public', name: 'kept' };

  it('shows its uncommitted rows to the checks and is still usable after a refused query', async () => {
    const contract = parseContract(
      'dataset: a/b/public/kept\ncolumns: []\nchecks:\n  - row_count: {threshold: {must_be: 2}}\n  - metric: {query: select nothing, threshold: {must_be: 1}}\n',
      'kept.yml',
    );
    await test.db.transaction(async (tx) => {
      await tx.query('create table public.kept (a int); insert into public.kept values (1), (2)');
      const result = await evaluateContract(tx, contract, { relation, clock: CLOCK });
      expect(outcomes(result)['checks.row_count']).toBe('PASSED 2');
      await tx.query('insert into public.kept values (3)');
    });
    expect((await test.db.query('select count(*) from public.kept')).rows).toEqual([['3']]);
  });

  it('keeps nothing that a query of the contract writes, and lets none end it', async () => {
    const queries = [
      'delete from public.kept returning a',
      'commit',
      'select 1; commit',
      "select 'x' /* ; */; rollback",
    ];
    const list = queries.map((query, index) => `  - failed_rows: {qualifier: q${index}, query: "${query}"}\n`).join('');
    const contract = parseContract(`dataset: a/b/public/kept\ncolumns: []\nchecks:\n${list}`, 'kept.yml');
    const result = await undone(test.db, async (tx) => {
      await tx.query('insert into public.kept values (4)');
      return evaluateContract(tx, contract, { relation, clock: CLOCK });
    });
    expect(Object.values(outcomes(result))).toEqual(['FAILED 4', 'NOT_EVALUATED', 'NOT_EVALUATED', 'NOT_EVALUATED']);
    expect((await test.db.query('select count(*) from public.kept')).rows).toEqual([['3']]);
  });
});
