import { appendFileSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Ended, ROOT, type Workplace, workplace } from './cli.ts';

const DAY = '2026-03-10';
const MONTHLY =
  "-- one row\nselect count(*) as orders from {{ ref('stg_orders') }} where ordered_on < '{{ as_of | month_start }}'";
const LABELLED = "-- one row\nselect '{{ env('LABEL', 'none') }}' as label from {{ ref('rate') }} limit 1";
let shop: Workplace;

const path = (file: string): string => join(shop.dir, file);
const edit = (file: string, change: (text: string) => string): void => {
  writeFileSync(path(file), change(readFileSync(path(file), 'utf8')));
};
const replace = (file: string, from: string, to: string) => (): (() => void) => {
  const text = readFileSync(path(file), 'utf8');
  expect(text).toContain(from);
  writeFileSync(path(file), text.replace(from, to));
  return () => writeFileSync(path(file), text);
};
const move = (from: string, to: string) => (): (() => void) => {
  mkdirSync(join(path(to), '..'), { recursive: true });
  renameSync(path(from), path(to));
  return () => renameSync(path(to), path(from));
};
/** Names that would run, in alphabetical order. */
async function changed(args: readonly string[] = ['--as-of', DAY], env: Record<string, string> = {}): Promise<string> {
  const { stdout, stderr } = await shop.runner(['ls', '--select', 'changed', '--output', 'json', ...args], env);
  expect(stderr).toBe('');
  return (JSON.parse(stdout) as { name: string }[])
    .map(({ name }) => name)
    .sort()
    .join(' ');
}
const pipeline = (args: readonly string[] = [], env: Record<string, string> = {}): Promise<Ended> =>
  shop.runner(['pipeline', '--as-of', DAY, ...args], env);
const ending = ({ stdout }: Ended, label: string): string =>
  [...stdout.matchAll(new RegExp(` ${label} +\\w+ +\\w+\\.(\\w+)`, 'g'))]
    .map(([, name]) => name)
    .sort()
    .join(' ');

beforeAll(async () => {
  const parts = ['project.yml', 'models', 'seeds', 'macros', 'sources', 'soda'];
  shop = await workplace(join(ROOT, 'runner/test/fixtures/shop'), parts, { SHOP_TOKEN: 'a-real-one' });
  writeFileSync(path('.env'), 'ORDERS=sources/orders.txt\n');
  writeFileSync(path('models/marts/monthly.sql'), MONTHLY);
  writeFileSync(path('models/marts/labelled.sql'), LABELLED);
  expect((await pipeline()).code).toBe(0);
});
afterAll(() => shop?.close());

describe('nothing is changed by', () => {
  it.each([
    [
      'a comment in a model',
      replace('models/marts/order_line.sql', '-- one row per order', '/* said otherwise */ -- one row'),
    ],
    [
      'a model written on other lines',
      replace('models/marts/order_line.sql', 'select o.order_id, o.product,', 'SELECT\n  o.order_id,\n\n  o.product,'),
    ],
    ['a comment in a macro', replace('macros/amount_in.sql', '  round(', '{# of money #}\n  round(')],
    ['a comment in a contract', replace('soda/marts/order_line.yml', 'checks:', '# what must hold\nchecks:')],
    ['a model moved to another folder', move('models/marts/question.sql', 'models/marts/asked/question.sql')],
    ['a contract moved to another folder', move('soda/marts/rate.yml', 'soda/elsewhere/rate.yml')],
    ['quotes in a seed that need not be', replace('seeds/rate.csv', 'EUR,1.00', '"EUR","1.00"')],
    [
      'a macro that nothing calls',
      replace('macros/today.sql', '{% macro', '{# {% macro unused() %}{% endmacro %} #}{% macro'),
    ],
    ['a variable that nothing reads', replace('project.yml', 'vars: {', 'vars: { unused: 1, ')],
    ['a tag', replace('models/marts/revenue.sql', "tags=['kpi']", "tags=['other']")],
  ])('%s', async (_what, change) => {
    const back = change();
    const names = await changed();
    back();
    expect(names).toBe('');
  });

  it('another target: the fingerprints of two databases are equal, part by part', async () => {
    expect(await changed(['--as-of', DAY, '--target', 'elsewhere'])).toBe('');
    const kept = 'select node_id, parts::text from runs.node_state order by 1';
    const other = await workplace(shop.dir, ['project.yml', 'models', 'seeds', 'macros', 'sources', 'soda', '.env'], {
      SHOP_TOKEN: 'another-one',
    });
    const { code } = await other.runner(['pipeline', '--as-of', DAY, '--target', 'prod']);
    const rows = await other.rows(kept);
    await other.close();
    expect(code).toBe(0);
    expect(rows).toEqual(await shop.rows(kept));
  });
});

describe('exactly the descendants are changed by', () => {
  it.each([
    [
      'a literal',
      replace('models/marts/order_line.sql', "'r.rate'", "'r.rate + 1'"),
      'order_line revenue revenue_log run_log',
    ],
    [
      'a configuration',
      replace('models/marts/question.sql', '-- one', "{{ config(indexes=[{columns: ['product']}]) }}-- one"),
      'oracle.answers product question',
    ],
    ['the body of a macro', replace('macros/amount_in.sql', ', 2)', ', 1)'), 'order_line revenue revenue_log run_log'],
    [
      'a contract',
      replace('soda/marts/order_line.yml', 'valid_min: 0', 'valid_min: -1'),
      'order_line revenue revenue_log run_log',
    ],
    [
      'a seed',
      replace('seeds/rate.csv', 'USD,1.10', 'USD,1.20'),
      'labelled order_line rate revenue revenue_log run_log',
    ],
    ['a variable', replace('project.yml', 'currency: EUR', 'currency: USD'), 'order_line revenue revenue_log run_log'],
    [
      'the time zone of the project, which any SQL may read',
      replace('project.yml', 'name: shop', 'timezone: Asia/Tokyo\nname: shop'),
      'labelled monthly oracle.answers order_line product question rate revenue revenue_log run_log stg_orders',
    ],
  ])('%s', async (_what, change, names) => {
    const back = change();
    const found = await changed();
    back();
    expect(found).toBe(names);
  });

  it('a variable of the command line, and one of the environment that a model reads', async () => {
    expect(await changed(['--as-of', DAY, '--vars', 'currency=USD'])).toBe('order_line revenue revenue_log run_log');
    expect(await changed(['--as-of', DAY, '--vars', 'currency=EUR'])).toBe('');
    expect(await changed(['--as-of', DAY], { LABEL: 'spring' })).toBe('labelled');
    expect(await changed(['--as-of', DAY], { OTHER: 'spring' })).toBe('');
  });

  it('another day: what reads the day; a new month: what reads the month too', async () => {
    expect(await changed(['--as-of', '2026-03-11'])).toBe('order_line revenue');
    expect(await changed(['--as-of', '2026-04-10'])).toBe('monthly order_line revenue');
  });

  it('a batch that landed', async () => {
    appendFileSync(path('sources/orders.txt'), '4|plum|1.00|2026-03-01\n');
    await shop.runner(['load', '--as-of', DAY]);
    expect(await changed()).toBe(
      'monthly oracle.answers order_line product question revenue revenue_log run_log stg_orders',
    );
    expect((await pipeline()).code).toBe(0);
    expect(await changed()).toBe('');
  });
});

describe('early cut-off', () => {
  it('spares what reads a table whose rows came out the same, and says how many', async () => {
    edit('models/marts/order_line.sql', (text) => text.replace("'r.rate'", "'r.rate * 1'"));
    const ended = await pipeline();
    expect(ending(ended, 'ok')).toBe('order_line');
    expect(ending(ended, 'unchanged')).toBe('revenue revenue_log run_log');
    expect(ended.stdout).toContain('1 ok, 3 spared (what they read came out the same) · 0 rows written');
    expect(await changed()).toBe('');
  });

  it('asks no source for a table of requests that came out the same', async () => {
    edit('models/marts/question.sql', (text) => text.replace('distinct product', "distinct product || '' as product"));
    const ended = await pipeline();
    expect(ending(ended, 'ok')).toBe('question');
    expect(ended.stdout).toContain('2 spared');
  });

  it('spares nothing of what was written by hand: descendants were not built from it', async () => {
    await shop.db.query("update marts.rate set rate = 3 where currency = 'EUR'");
    edit('seeds/rate.csv', (text) => text.replace('EUR,1.00', 'EUR,3'));
    const ended = await pipeline();
    expect(ending(ended, 'ok')).toBe('labelled order_line rate revenue revenue_log run_log');
    expect(await shop.rows("select sum(revenue) from marts.revenue where product = 'pear'")).toEqual([['9.00']]);
    await shop.db.query("delete from marts.rate where currency = 'USD'");
    edit('seeds/rate.csv', (text) => text.replace(/USD.*\n/, ''));
    expect(ending(await pipeline(), 'ok')).toContain('order_line');
  });

  it('spares nothing of it either when a state was completed in between', async () => {
    await shop.db.query("update marts.rate set rate = 4 where currency = 'EUR'");
    edit('models/log/run_log.sql', (text) => text.replace("['today']", "['amount_in', 'today']"));
    expect((await shop.runner(['load', '--as-of', DAY])).code).toBe(0);
    expect(await shop.rows("select count(*) from runs.node_state where versions ? 'amount_in,today'")).not.toEqual([
      ['0'],
    ]);
    edit('seeds/rate.csv', (text) => text.replace('EUR,3', 'EUR,4'));
    expect(ending(await pipeline(), 'ok')).toContain('order_line');
  });

  it('leaves due what failed when its parent changed, though the parent comes out the same the next time', async () => {
    const mended = replace('models/marts/monthly.sql', 'count(*) as orders', '1 / (count(*) - 4) as orders')();
    mkdirSync(path('soda/staging'), { recursive: true });
    appendFileSync(path('sources/orders.txt'), '5|fig|2.00|2026-02-02\n');
    edit('models/marts/monthly.sql', (text) => text.replace('count(*) - 4', 'count(*) - 4'));
    const failed = await pipeline();
    expect(failed.code).toBe(1);
    expect(ending(failed, 'ERROR')).toBe('monthly');
    edit('models/staging/stg_orders.sql', (text) => text.replace('order_id::bigint', 'order_id::int::bigint'));
    expect(await changed()).toContain('monthly');
    mended();
    expect(ending(await pipeline(), 'ok')).toContain('monthly');
    expect(await changed()).toBe('');
  });
});
