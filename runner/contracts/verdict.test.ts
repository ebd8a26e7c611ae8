import { describe, expect, it } from 'vitest';
import { ageIn } from './measure.ts';
import { parseContract } from './parse.ts';
import { aggregateQuery, planContract } from './plan.ts';
import { parseTime } from './scalar.ts';
import { readStatement } from './statement.ts';
import type { Check, Quantity, Threshold } from './types.ts';
import { compareExactly, contractStatus, describeThreshold } from './verdict.ts';

function rowCount(threshold: string): Check & { readonly threshold: Threshold } {
  const text = `dataset: ds/db/s/t\ncolumns: []\nchecks:\n  - row_count: {threshold: {${threshold}}}\n`;
  const check = parseContract(text, 'c.yml').checks[0];
  if (check?.type !== 'row_count') throw new Error('no row_count');
  return check;
}

it('a threshold is told in words', () => {
  expect(describeThreshold(rowCount('level: fail'))).toBe('must be greater than 0');
  expect(describeThreshold(rowCount('must_be_between: {greater_than: 1, less_than_or_equal: 5}, level: warn'))).toBe(
    'must be greater than 1 and less than or equal to 5 (warn)',
  );
  expect(describeThreshold(rowCount('must_be_not_between: {greater_than: 5, less_than: 1}'))).toBe(
    'must be less than 1 or greater than 5',
  );
  expect(describeThreshold(rowCount('must_be_greater_than_or_equal: 9, level: warn, additional: {must_be: 6}'))).toBe(
    'must be greater than or equal to 9 (warn); must be 6 (fail)',
  );
});

describe('numbers', () => {
  it.each<[Quantity, Quantity, number]>([
    [0.1, '0.1', 1],
    [0.1, '0.1000000000000000055511151231257827021181583404541015625', 0],
    ['9007199254740993', 9007199254740992, 1],
    ['-1.50', -1.5, 0],
    ['1e3', 1000, 0],
    ['1e-3', '0.001', 0],
    [-5, '3', -1],
  ])('%s is compared with %s by their exact values', (a, b, order) => {
    expect(compareExactly(a, b)).toBe(order);
  });
});

describe('times', () => {
  it.each([
    ['2024-01-01 10:00:00+00', '2024-01-01T10:00:00.000Z'],
    ['2024-01-01 10:00:00.5+05:30', '2024-01-01T04:30:00.500Z'],
    ['2024-01-01 10:00:00', '2024-01-01T10:00:00.000Z'],
    ['2024-01-01', '2024-01-01T00:00:00.000Z'],
    ['2024-02-30', null],
    ['0001-01-01', '0001-01-01T00:00:00.000Z'],
    ['2024-01-01T10:00:00.5Z', '2024-01-01T10:00:00.000Z'],
    ['infinity', null],
    ['12', null],
  ])('%s', (text, expected) => {
    const time = parseTime(text);
    expect(time === null ? null : new Date(time).toISOString()).toBe(expected);
  });

  it('are apart in whole seconds', () => {
    expect(ageIn('minute', 0, 900)).toBe(0);
    expect(ageIn('minute', 0, 90_000)).toBe(1.5);
    expect(ageIn('hour', 900, 0)).toBe(-1 / 3600);
  });
});

describe('a query of a contract', () => {
  it.each([
    ["select ';' as a;", "select ';' as a"],
    ['select 1; -- the end', 'select 1'],
    ["select $$;$$, \"a;b\", E'\\';' /* ; */", "select $$;$$, \"a;b\", E'\\';' /* ; */"],
  ])('%s is one statement', (query, sql) => {
    expect(readStatement(query)).toEqual({ sql, refusal: null });
  });

  it.each([
    'select 1; select 2',
    ' -- why\ncommit',
    '/* */ rollback',
    'END',
    '/*/**/*/ commit',
    "select 1 /* E' */; commit; --'",
    'select 1 as a$b$; commit; --$b$',
  ])('%s does not run', (query) => {
    expect(readStatement(query).refusal).not.toBeNull();
  });
});

describe('a contract', () => {
  it('asks one query for all metrics of the table, each once', () => {
    const text = `dataset: ds/other/s/t
filter: a > 0
checks:
  - row_count:
  - failed_rows: {expression: a = b}
columns:
  - {name: a, checks: [{missing: }, {missing: {qualifier: pct, threshold: {metric: percent, must_be: 0}}}]}
`;
    const { rows, metrics } = planContract(parseContract(text, 'c.yml'), { schema: 's', name: 't' });
    expect(aggregateQuery(rows, metrics, true)).toBe(
      `with "_soda_filtered_dataset" as (select * from "s"."t" where (a > 0))
select
  count(*) as "m_0",
  count(*) filter (where (a = b)) as "m_1",
  count(*) filter (where ("a" is null)) as "m_2"
from "_soda_filtered_dataset"`,
    );
  });

  it('has the status of its worst check, and of any error before all', () => {
    const status = (...outcomes: readonly ('PASSED' | 'FAILED' | 'WARN' | 'NOT_EVALUATED' | 'EXCLUDED')[]): string =>
      contractStatus(
        outcomes.map((outcome) => ({ outcome })),
        [],
      );
    expect(status()).toBe('PASSED');
    expect(status('PASSED', 'WARN', 'NOT_EVALUATED')).toBe('WARNED');
    expect(status('WARN', 'FAILED')).toBe('FAILED');
    expect(status('PASSED', 'EXCLUDED')).toBe('UNKNOWN');
    expect(contractStatus([{ outcome: 'FAILED' }], ['refused'])).toBe('ERROR');
  });
});
