import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { TextResult } from '../adapters/types.ts';
import { type LineageArgs, lineage } from './lineage.ts';
import type { Reporter } from './types.ts';

/** The command on the shop of the fixtures; what it answers is a text, or rows. */
async function run(args: Partial<LineageArgs>): Promise<string | TextResult> {
  let said: string | TextResult = '';
  const answer = (given: string | TextResult): void => {
    said = given;
  };
  const common = { threads: 1, failFast: false, argv: '', signal: new AbortController().signal };
  const projectDir = join(import.meta.dirname, '../test/fixtures/shop');
  const defaults = { column: '', direction: 'both', conditions: false, output: 'text' } as const;
  await lineage({ ...common, projectDir, ...defaults, ...args }, { text: answer, answer } as unknown as Reporter);
  return said;
}

it('draws what a column is made of, and what is made of it', async () => {
  expect(await run({ column: 'order_line.amount' })).toBe(`order_line.amount
  from
  ├─ stg_orders.amount · computed
  │  └─ shop.orders.amount · copy
  └─ rate.rate · computed
  read by
  └─ revenue.revenue · aggregate
     ├─ run_log.revenue · aggregate
     └─ revenue_log.revenue · copy`);
});

it('draws all columns of a model, and what decides on its rows when that is asked for', async () => {
  expect(await run({ column: 'order_line', direction: 'up', depth: 1, conditions: true })).toBe(`order_line.order_id
  from
  └─ stg_orders.order_id · copy
order_line.product
  from
  └─ stg_orders.product · copy
order_line.amount
  from
  ├─ stg_orders.amount · computed
  └─ rate.rate · computed
order_line.ordered_on
  from
  └─ stg_orders.ordered_on · copy
rows of order_line
  from
  ├─ rate.currency
  └─ stg_orders.ordered_on`);
});

it('draws what a column of a source goes into, rows that it decides on among them', async () => {
  expect(await run({ column: 'shop.orders.product', direction: 'down', conditions: true })).toBe(`shop.orders.product
  read by
  └─ stg_orders.product · copy
     ├─ order_line.product · copy
     │  ├─ revenue.product · copy
     │  │  └─ revenue_log.product · copy
     │  └─ rows of revenue
     ├─ question.product · copy
     └─ rows of question`);
});

it('says of a column that it comes from none and is read by none', async () => {
  expect(await run({ column: 'run_log.run_id' })).toBe(`run_log.run_id
  from no column: a constant, or a count of rows
  read by no column`);
});

it('answers a script with a row for each step', async () => {
  const { columns, rows } = (await run({ column: 'revenue', direction: 'up', depth: 1, output: 'json' })) as TextResult;
  expect(columns.map(({ name }) => name)).toEqual([
    'direction',
    'depth',
    'from',
    'from_column',
    'how',
    'to',
    'to_column',
    'unresolved',
  ]);
  expect(rows).toEqual([
    ['up', '1', 'order_line', 'product', 'copy', 'revenue', 'product', '[]'],
    ['up', '1', 'order_line', 'amount', 'aggregate', 'revenue', 'revenue', '[]'],
    ['up', '0', null, null, null, 'revenue', 'orders', '[]'],
  ]);
});

it('draws a flowchart for Mermaid', async () => {
  const asked = { column: 'revenue.revenue', depth: 1, conditions: true, output: 'mermaid' } as const;
  expect(await run(asked)).toBe(`flowchart LR
  subgraph n0["revenue"]
    c0["revenue"]
    c3["rows"]
  end
  subgraph n1["order_line"]
    c1["amount"]
    c2["product"]
  end
  subgraph n2["run_log"]
    c4["revenue"]
  end
  subgraph n3["revenue_log"]
    c5["revenue"]
  end
  c1 -- aggregate --> c0
  c2 -. rows .-> c3
  c0 -- aggregate --> c4
  c0 --> c5
  classDef asked stroke-width:3px
  class c0 asked`);
});

it.each([
  ['marts.order_line.amount', 'order_line.amount'],
  ['landed.shop_orders.product', 'shop.orders.product'],
  ['ORDER_LINE.Amount', 'order_line.amount'],
  ['Marts.Order_line', 'order_line'],
])('finds what psql calls %s', async (column, name) => {
  expect(await run({ column, depth: 1 })).toBe(await run({ column: name, depth: 1 }));
});

it.each([
  ['revenu.revenue', 'no model, seed or source has that name', 'Did you mean "revenue"?'],
  ['revenue.revnue', 'revenue has no such column', 'Did you mean "revenue.revenue"?'],
  ['shop.order.amount', 'no model, seed or source has that name', 'Did you mean "shop.orders"?'],
  ['rate.x', 'rate has no such column', 'It has: currency, rate, since.'],
])('names what is near where there is no %s', async (column, message, hint) => {
  await expect(run({ column })).rejects.toMatchObject({ faults: [{ code: 'LINEAGE_UNKNOWN', message, hint }] });
});
