import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { RunnerError } from '../errors.ts';
import type { SourceTable } from '../project/types.ts';
import { migrate } from '../state/migrations.ts';
import { type TestDatabase, testDatabase } from '../test/database.ts';
import { hashOf } from '../util/hash.ts';
import { type Landing, type LandingTarget, land } from './land.ts';
import type { LoaderContext, RawRow } from './types.ts';

let test: TestDatabase;
let target: LandingTarget;
const RAW = { schema: 'raw', name: 'shop_orders' };
const orders: SourceTable = {
  system: 'shop',
  table: 'orders',
  description: '',
  mode: 'replace',
  loader: 'x',
  env: {},
  vars: [],
  columns: ['product', 'note'],
};
const context: LoaderContext = {
  projectDir: '/nowhere',
  source: 'shop.orders',
  columns: orders.columns,
  env: () => undefined,
  vars: {},
  asOf: '2026-11-24',
  lastOriginHash: null,
  notice: () => undefined,
};
const rows = (...cells: (string | null)[][]): RawRow[] =>
  cells.map((row, index) => ({ number: index + 2, cells: row }));
const load = (content: Iterable<RawRow> | AsyncIterable<RawRow>, source = orders): Promise<Landing> =>
  land(target, source, { origin: 'a test', rows: content }, context);
const query = async (sql: string) => (await test.db.query(sql)).rows;

beforeAll(async () => {
  test = await testDatabase();
  await migrate(test.config, 'ops');
});
beforeEach(async () => {
  await test.db.query('drop schema if exists raw cascade; delete from ops.batch');
  target = { db: test.db, raw: RAW, stateSchema: 'ops', runId: 'run' };
});
afterAll(() => test?.drop());

describe('landing a source', () => {
  it('keeps every cell as it came, with its batch, row and time', async () => {
    const odd = 'tab\there, back\\slash,\nnew line, \\N, "é" 🏃';
    const { batch } = await load(rows([odd, null], ['', 'x']));
    expect(batch?.rowCount).toBe(2);
    expect(await query('select row_number, product, note, batch_id::text from raw.shop_orders order by 1')).toEqual([
      ['2', odd, null, batch?.batchId],
      ['3', '', 'x', batch?.batchId],
    ]);
    expect(await query('select source, origin, row_count, as_of, run_id from ops.batch')).toEqual([
      ['shop.orders', 'a test', '2', '2026-11-24', 'run'],
    ]);
  });

  it('lands nothing when the rows are those in force, and a new batch beside the old one when they are not', async () => {
    const first = await load(rows(['a', null]));
    expect((await load(rows(['a', null]))).batch).toBeNull();
    const second = await load(rows(['b', null]));
    expect(second.batch?.version).not.toBe(first.batch?.version);
    expect(await query('select product from raw.shop_orders order by batch_id')).toEqual([['a'], ['b']]);
    expect((await load(rows(['a', null]))).batch?.version).toBe(first.batch?.version);
  });

  it('tells NULL from an empty text, and one order of rows from another', async () => {
    const versions = [rows(['a', null], ['b', '']), rows(['a', ''], ['b', null]), rows(['b', ''], ['a', null])];
    const landed: (string | undefined)[] = [];
    for (const content of versions) landed.push((await load(content)).batch?.version);
    expect(new Set(landed).size).toBe(3);
  });

  it('leaves nothing of a load that fails on the way', async () => {
    await load(rows(['a', null]));
    async function* breaking(): AsyncGenerator<RawRow> {
      for (let number = 1; number <= 20_000; number += 1) yield { number, cells: [`row ${number}`, null] };
      throw Object.assign(new Error('line is torn'), {
        code: 'TORN',
        place: 'file:20001',
        expected: 'a line',
        found: 'half a line',
      });
    }
    const refusal = await load(breaking()).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(RunnerError);
    expect(refusal).toMatchObject({
      exitCode: 1,
      faults: [{ code: 'TORN', file: 'file:20001', expected: 'a line', found: 'half a line' }],
    });
    expect(await query('select product from raw.shop_orders')).toEqual([['a']]);
    expect(await query("select count(*) from pg_class where relname like 'shop_orders_%' and relkind = 'r'")).toEqual([
      ['1'],
    ]);
  });

  it('keeps the part that came, and says what is missing', async () => {
    const append = { ...orders, mode: 'append' as const };
    let asked = 0;
    const content = rows(['a', null]);
    async function* part(): AsyncGenerator<RawRow> {
      for (const row of content) yield row;
      asked += 1;
    }
    const shortfall = (): Error | undefined =>
      asked === 0
        ? undefined
        : Object.assign(new Error('1 of 2 answers'), { code: 'HALF', place: 'host', hint: 'Again.' });
    const landing = await land(target, append, { origin: 'a test', rows: part(), shortfall }, context);
    expect(landing.batch?.rowCount).toBe(1);
    expect(landing.shortfall).toMatchObject({
      exitCode: 1,
      faults: [{ code: 'HALF', file: 'host', message: 'source shop.orders: 1 of 2 answers', hint: 'Again.' }],
    });
    expect(await query('select product from raw.shop_orders')).toEqual([['a']]);
  });

  it('withdraws rows by an empty batch, but does not begin with one', async () => {
    expect((await load([])).batch).toBeNull();
    await load(rows(['a', null]));
    expect((await load([])).batch?.rowCount).toBe(0);
    expect((await load([])).batch).toBeNull();
  });

  it('adds to what an appended source holds', async () => {
    const append = { ...orders, mode: 'append' as const };
    const first = await load(rows(['a', null]), append);
    expect((await load([], append)).batch).toBeNull();
    const second = await load(rows(['a', null]), append);
    expect(second.batch?.version).not.toBe(first.batch?.version);
    expect(await query('select count(*) from raw.shop_orders')).toEqual([['2']]);
  });

  it('does not mix two loads at once', async () => {
    const many = (name: string): RawRow[] =>
      Array.from({ length: 5_000 }, (_, index) => ({ number: index, cells: [name, null] }));
    const landings = await Promise.all([load(many('a')), load(many('b'))]);
    expect(landings.every(({ batch }) => batch?.rowCount === 5_000)).toBe(true);
    expect(await query('select count(distinct product), count(*) from raw.shop_orders group by batch_id')).toEqual([
      ['1', '5000'],
      ['1', '5000'],
    ]);
  });

  it('keeps batches whole, in order and as they were hashed, whoever lands beside and after them', async () => {
    const odd = 'tab\there, back\\slash,\r\nnew line, \\N, "é" 🏃';
    const content = (name: number): RawRow[] =>
      Array.from({ length: 300 }, (_, index) => ({
        number: index + 2,
        cells: [`${odd} ${name}`, index % 2 ? null : ''],
      }));
    for (let round = 0; round < 3; round += 1)
      await Promise.all([0, 1, 2, 3].map((name) => load(content(10 * round + name), { ...orders, mode: 'append' })));
    // Written anew in SQL from what the table holds now.
    const escaped = (column: string): string =>
      `coalesce(replace(replace(replace(replace(${column}, '\\', '\\\\'), chr(9), '\\t'), chr(10), '\\n'), chr(13), '\\r'), '\\N')`;
    const recomputed = `select encode(sha256(convert_to('product' || chr(9) || 'note' || chr(10) || string_agg(
        row_number || chr(9) || ${escaped('product')} || chr(9) || ${escaped('note')} || chr(10), '' order by row_number), 'UTF8')), 'hex')
      from raw.shop_orders o where o.batch_id = b.batch_id`;
    const landed = await query(
      `select content_hash, (${recomputed}), version, lag(loaded_at) over (order by batch_id) > loaded_at from ops.batch b order by batch_id`,
    );
    expect(landed).toHaveLength(12);
    let version: string | null = null;
    for (const [kept, found, chained, isEarlier] of landed) {
      expect(found).toBe(kept);
      version = hashOf([version, kept ?? null]);
      expect(chained).toBe(version);
      expect(isEarlier).not.toBe('t');
    }
  });

  it('gives the table a column that its configuration has gained', async () => {
    await load(rows(['a', null]));
    const wider = { ...orders, columns: ['product', 'note', 'size'] };
    await land(
      target,
      wider,
      { origin: 'a test', rows: rows(['b', null, 'XL']) },
      {
        ...context,
        columns: wider.columns,
      },
    );
    expect(await query('select product, size from raw.shop_orders order by batch_id')).toEqual([
      ['a', null],
      ['b', 'XL'],
    ]);
  });
});
