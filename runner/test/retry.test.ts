import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Ended, ROOT, type Workplace, workplace } from './cli.ts';

let shop: Workplace;
const ORDERS = { ORDERS: 'sources/orders.txt', SHOP_TOKEN: 'a-real-one' };
const edit = (file: string, change: (text: string) => string): void => {
  writeFileSync(join(shop.dir, file), change(readFileSync(join(shop.dir, file), 'utf8')));
};
const breakIt = (file: string): void => edit(file, (text) => `${text} where 1 / 0 = 1\n`);
const mend = (file: string): void => edit(file, (text) => text.replace(' where 1 / 0 = 1\n', ''));
const retry = (...args: string[]) => shop.runner(['retry', ...args]);
/** `name status`, of the nodes in a run's last lines, in alphabetical order. */
const ended = ({ stdout }: Ended): readonly string[] =>
  [...stdout.matchAll(/^ +\d+\/\d+ (ok|unchanged|ERROR|FAILED|not run|skipped) +\w+ +\w+\.(\w+)/gm)]
    .map(([, status, name]) => `${name} ${status}`)
    .sort();
const lastRun = () =>
  shop.rows('select command, status, date_reference::text from runs.run order by started_at desc limit 1');

beforeAll(async () => {
  shop = await workplace(
    join(ROOT, 'runner/test/fixtures/shop'),
    ['project.yml', 'models', 'seeds', 'macros', 'sources', 'soda'],
    ORDERS,
  );
});
afterAll(() => shop?.close());

describe('runner retry', () => {
  it('has nothing to do on a target where nothing was ever built', async () => {
    const { code, stdout } = await retry();
    expect(code).toBe(0);
    expect(stdout).toContain('Nothing to retry: no run has had anything to build on this target.');
    expect(await shop.rows("select to_regclass('runs.run')")).toEqual([[null]]);
  });

  it('builds what failed and what was kept from running for it, and nothing else, with the day and variables of that run', async () => {
    edit('models/marts/question.sql', (text) => `${text} where '{{ var("wanted") }}' = 'yes'\n`);
    edit('models/marts/order_line.sql', (text) => `${text} and 1 / 0 = 1\n`);
    const first = await shop.runner(['pipeline', '--as-of', '2026-03-10', '--vars', 'wanted=yes']);
    expect(first.code).toBe(1);
    expect(ended(first)).toEqual([
      'oracle_answers ok',
      'order_line ERROR',
      'product ok',
      'question ok',
      'rate ok',
      'revenue not run',
      'revenue_log not run',
      'run_log not run',
      'stg_orders ok',
    ]);
    edit('models/marts/order_line.sql', (text) => text.replace(' and 1 / 0 = 1\n', ''));
    const second = await retry();
    expect(second.stderr).toBe('');
    expect(second.code).toBe(0);
    expect(second.stdout).toMatch(/retrying 4 of the 9 nodes of pipeline /);
    expect(ended(second)).toEqual(['order_line ok', 'revenue ok', 'revenue_log ok', 'run_log ok']);
    expect(await lastRun()).toEqual([['retry', 'success', '2026-03-10']]);
  });

  it('has nothing to do a second time, and makes no run of it', async () => {
    const runs = await shop.rows('select count(*) from runs.run');
    const { code, stdout } = await retry();
    expect(code).toBe(0);
    expect(stdout).toMatch(/Nothing to retry: all that retry \S+ built ended well\./);
    expect(await shop.rows('select count(*) from runs.run')).toEqual(runs);
  });

  it('goes on failing until the cause is mended, and takes another day or variable that is given', async () => {
    breakIt('models/marts/product.sql');
    const given = ['--as-of', '2026-03-10', '--vars', 'wanted=yes'];
    expect((await shop.runner(['build', '--select', 'product', 'rate', ...given])).code).toBe(1);
    const second = await retry();
    expect(second.code).toBe(1);
    expect(ended(second)).toEqual(['product ERROR']);
    mend('models/marts/product.sql');
    const third = await retry('--as-of', '2026-03-12', '--vars', 'wanted=no');
    expect(ended(third)).toEqual(['product ok']);
    expect(await lastRun()).toEqual([['retry', 'success', '2026-03-12']]);
    expect((await retry()).stdout).toContain('Nothing to retry');
  });

  it('keeps the full refresh of the run, unless --no-full-refresh is given', async () => {
    edit(
      'models/marts/product.sql',
      (text) => `{{ config(materialized='incremental', unique_key='product') }}\n${text}`,
    );
    const given = ['--vars', 'wanted=yes'];
    expect((await shop.runner(['build', '--select', 'product', ...given])).code).toBe(0);
    const stale = "insert into marts.product values ('stale', 5)";
    const count = () => shop.rows("select count(*) from marts.product where product = 'stale'");
    for (const [args, rows] of [
      [['--no-full-refresh'], '1'],
      [[], '0'],
    ] as const) {
      await shop.db.query(stale);
      breakIt('models/marts/product.sql');
      expect((await shop.runner(['build', '--select', 'product', '--full-refresh', ...given])).code).toBe(1);
      mend('models/marts/product.sql');
      expect((await retry(...args)).code).toBe(0);
      expect(await count()).toEqual([[rows]]);
    }
  });

  it('builds what a run that was killed had not reached, and nothing that it had', async () => {
    edit('sources/orders.txt', (text) => `${text}7|melon|1.00|2026-03-01\n`);
    edit('sources/oracle.mjs', (text) => `if (process.env.KILLED) process.kill(process.pid, 'SIGKILL');\n${text}`);
    const given = ['--vars', 'wanted=yes', '--threads', '1'];
    expect((await shop.runner(['load', ...given])).code).toBe(0);
    await shop.process(['build', '--select', 'stg_orders+', 'rate', ...given], { KILLED: '1' });
    const before = await shop.rows(
      `select name from runs.node_result join (select run_id from runs.run order by started_at desc limit 1) as r using (run_id) order by 1`,
    );
    expect(before).toContainEqual(['question']);
    expect(before).not.toContainEqual(['product']);
    expect((await lastRun())[0]?.slice(0, 2)).toEqual(['build', 'running']);
    const second = await retry();
    expect(second.code).toBe(0);
    const reached = new Set(before.map(([name]) => name));
    const expected = ['order_line', 'product', 'question', 'rate', 'revenue', 'revenue_log', 'run_log', 'stg_orders'];
    expect(ended(second)).toEqual(
      [...expected.filter((name) => !reached.has(name)), 'oracle_answers'].sort().map((name) => `${name} ok`),
    );
    expect(await shop.rows("select count(*) from marts.product where product = 'melon'")).toEqual([['1']]);
    expect(await shop.rows("select count(*) from runs.run where status = 'running'")).toEqual([['0']]);
    expect((await retry()).stdout).toContain('Nothing to retry');
  });

  it('lands again what a pipeline could not read, before it builds what reads it', async () => {
    edit('sources/orders.txt', (text) => `${text}broken\n`);
    edit('models/marts/revenue.sql', (text) => text.replace('count(*) as orders', 'count(*) + 0 as orders'));
    const given = ['--vars', 'wanted=yes'];
    expect((await shop.runner(['pipeline', ...given])).code).toBe(1);
    const still = await retry();
    expect(still.code).toBe(1);
    expect(still.stderr).toContain('ORDER_INVALID');
    expect(still.stdout).toContain('not run: source shop.orders did not succeed');
    edit('sources/orders.txt', (text) => text.replace('broken\n', '8|lime|1.00|2026-03-01\n'));
    const mended = await retry();
    expect(mended.stderr).toBe('');
    expect(mended.code).toBe(0);
    expect(mended.stdout).toMatch(/shop.orders +\d rows landed/);
    expect(ended(mended)).toContain('revenue ok');
  });

  it('leaves out a node that is no longer in the project, and says so', async () => {
    writeFileSync(join(shop.dir, 'models/marts/extra.sql'), 'select 1 / 0 as x\n');
    const given = ['--vars', 'wanted=yes'];
    breakIt('models/marts/product.sql');
    await shop.runner(['build', '--select', 'extra', 'product', ...given]);
    mend('models/marts/product.sql');
    rmSync(join(shop.dir, 'models/marts/extra.sql'));
    const { code, stdout } = await retry();
    expect(code).toBe(0);
    expect(stdout).toContain('no longer in the project: extra');
    expect(stdout).toMatch(/ok +incremental +marts\.product/);
  });

  it('waits for no run that holds the target', async () => {
    breakIt('models/marts/product.sql');
    await shop.runner(['build', '--select', 'product', '--vars', 'wanted=yes']);
    mend('models/marts/product.sql');
    await shop.db.connection(async (session) => {
      await session.query("select pg_advisory_lock(hashtextextended('runner of shop', 0))");
      expect((await retry()).code).toBe(3);
      await session.query('select pg_advisory_unlock_all()');
    });
  });
});
