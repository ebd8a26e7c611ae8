import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Contract } from '../contracts/types.ts';
import { type TestDatabase, testDatabase } from '../test/database.ts';
import type { AlertedRows } from './alert.ts';
import { alertedRows } from './alerted-rows.ts';

let test: TestDatabase;
beforeAll(async () => {
  test = await testDatabase();
  await test.db.query(
    `create table public.order_line as select 'apple' as product;
     create view public.torn as select (1 / 0)::text as product from public.order_line`,
  );
});
afterAll(() => test?.drop());

const contract = { columns: [{ name: 'product', personal: null }] } as unknown as Contract;
const rows = (name: string, db: TestDatabase['db'] | null = test.db, column = 'product'): Promise<AlertedRows> =>
  alertedRows(
    db ?? undefined,
    { model: name, title: name, columns: [column], examples: 3 },
    { relation: { schema: 'public', name }, contract },
  );
const counted = (count: number | '?'): object => ({ count, columns: [], examples: [] });

it('rows are counted and some of them shown', async () => {
  expect(await rows('order_line')).toMatchObject({ count: 1, columns: ['product'], examples: [['apple']] });
});

it('rows whose examples can’t be read are counted only', async () => {
  expect(await rows('order_line', test.db, 'gone')).toMatchObject(counted(1));
  expect(await rows('torn')).toMatchObject(counted(1));
});

it('rows that can’t even be counted keep nothing from being told', async () => {
  expect(await rows('gone')).toMatchObject(counted('?'));
  expect(await rows('order_line', null)).toMatchObject(counted('?'));
});
