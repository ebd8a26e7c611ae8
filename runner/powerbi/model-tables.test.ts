import { expect, it } from 'vitest';
import { parseContract } from '../contracts/parse.ts';
import { RunnerError } from '../errors.ts';
import type { Node } from '../graph/types.ts';
import { modelTables } from './model-tables.ts';

function node(contract: string | undefined): Node {
  const file = 'soda/shop/orders.yml';
  return {
    name: 'orders',
    file: 'models/orders.sql',
    relation: { schema: 'shop', name: 'orders' },
    contract: contract && parseContract(`dataset: a/b/shop/orders\n${contract}`, file),
  } as unknown as Node;
}

it('the key is the first column that is always there and never twice', () => {
  const [table] = modelTables([
    node(`
description: Orders.
grain: one row per order
columns:
  - {name: some, data_type: text, checks: [{missing: {threshold: {must_be_less_than: 9}}}, {duplicate: }]}
  - {name: twice, data_type: text, checks: [{missing: }]}
  - {name: id, data_type: bigint, checks: [{missing: }, {duplicate: }]}
`),
  ]);
  expect(table?.key).toBe('id');
  expect(table?.description).toBe('Orders.\none row per order');
});

it('a table without a contract and a column of no type that the model has are told together', () => {
  const told = (): unknown => modelTables([node(undefined), node('columns:\n  - {name: place, data_type: point}\n')]);
  expect(told).toThrow(RunnerError);
  expect(told).toThrow('orders has no contract\ncolumn place of orders is of no type that a semantic model has');
});
