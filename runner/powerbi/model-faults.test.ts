import { expect, it } from 'vitest';
import { parseProjectConfig } from '../project/config.ts';
import type { SemanticModelConfig } from '../project/semantic-types.ts';
import { modelFaults } from './model-faults.ts';

const COLUMN = {
  dataType: 'bigint',
  characterMaximumLength: null,
  numericPrecision: null,
  numericScale: null,
  datetimePrecision: null,
  description: null,
  personal: null,
  tags: [],
  line: 1,
};
const TABLES = [
  { name: 'orders', schema: 'shop', description: undefined, key: undefined, columns: [{ ...COLUMN, name: 'amount' }] },
  { name: 'my shops', schema: 'shop', description: undefined, key: 'id', columns: [{ ...COLUMN, name: 'id' }] },
];

function read(text: string): SemanticModelConfig {
  const { semanticModel } = parseProjectConfig(
    `name: shop\nsemantic_model:\n  select: [orders]\n${text}`,
    'project.yml',
  );
  if (!semanticModel) throw new Error('there is none');
  return semanticModel;
}

const told = (text: string): readonly string[] =>
  modelFaults(TABLES, read(text)).map(({ line, message, hint }) => `${line} ${message}: ${hint}`);

it('a measure whose table, format, columns and measures are there is right', () => {
  const text = `
  formats: {money: {format: '0.00'}}
  measures:
    Sum: {table: orders, format: money, expression: "SUM ( orders[amount] )"}
    Twice: {table: my shops, expression: "[Sum] * 2 + COUNT ( 'my shops'[id] ) & \\"orders[not read]\\" -- orders[nor this]"}`;
  expect(told(text)).toEqual([]);
});

it('names that lead nowhere are told with their line and a near name', () => {
  const text = `
  relationships: [{from: orders.shop, to: my shops.id}]
  measures:
    Sum: {table: order, format: money, expression: "SUM ( orders[amounts] ) + [Som]"}`;
  expect(told(text)).toEqual([
    '5 a relationship names orders.shop, which is not there: Tables are those that select takes, and those of calculated.',
    '7 measure Sum names order, which is not there: Did you mean "orders"?',
    '7 measure Sum names money, which is not there: Tables are those that select takes, and those of calculated.',
    '7 measure Sum names orders.amounts, which is not there: Did you mean "orders.amount"?',
    '7 measure Sum names [Som], which is not there: Did you mean "[Sum]"?',
  ]);
});
