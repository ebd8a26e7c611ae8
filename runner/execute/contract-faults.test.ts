import { expect, it } from 'vitest';
import type { CheckResult, ContractResult } from '../contracts/types.ts';
import type { Node } from '../graph/types.ts';
import { graphOf } from '../test/projects.ts';
import { contractFaults } from './contract-faults.ts';

const graph = graphOf({ 'models/orders.sql': 'select 1 as n' });
const node = graph.nodes.get(graph.idOf('orders')) as Node;
const check = (path: string, line: number, fields: Partial<CheckResult>): CheckResult => ({
  ...{ path, type: 'failed_rows', column: null, name: path, outcome: 'FAILED', value: '1', threshold: 'must be 0' },
  ...{ message: '1 failed row', kept: '1 failed row', sample: null, line },
  ...fields,
});

it('an error is told with its check, and once, though another path begins like its own', () => {
  const refused = 'column "gone" does not exist';
  const checks = [
    check('checks.failed_rows', 3, {}),
    check('checks.failed_rows.x', 4, { outcome: 'PASSED' }),
    check('checks.metric', 5, { outcome: 'NOT_EVALUATED', value: null, message: refused }),
  ];
  const errors = [`line 4, checks.failed_rows.x: column "nope" does not exist`, `line 5, checks.metric: ${refused}`];
  const contract: ContractResult = { engine: 'runner', status: 'ERROR', checks, errors };
  expect(contractFaults(node, contract, false).map(({ code, message }) => `${code} ${message}`)).toEqual([
    'CHECK_FAILED orders: checks.failed_rows: 1 failed row',
    `CHECK_NOT_EVALUATED orders: checks.metric: ${refused}`,
    'CONTRACT_ERROR orders: line 4, checks.failed_rows.x: column "nope" does not exist',
  ]);
});

it('an error in a second query of a check that failed is told beside its verdict', () => {
  const errors = ['line 3, checks.failed_rows: rows_tested_query returned "x", which is not a number'];
  const contract = { engine: 'runner', status: 'ERROR', checks: [check('checks.failed_rows', 3, {})], errors } as const;
  expect(contractFaults(node, contract, false).map(({ code }) => code)).toEqual(['CHECK_FAILED', 'CONTRACT_ERROR']);
});
