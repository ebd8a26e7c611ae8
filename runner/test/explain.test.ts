import { appendFileSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Explanation } from '../state/explain.ts';
import { ROOT, type Workplace, workplace } from './cli.ts';

const DAY = ['--as-of', '2026-03-10'];
let shop: Workplace;

interface Answer {
  readonly node: string;
  readonly would_run: boolean;
  readonly reasons: readonly Explanation[];
}
const file = (name: string): string => join(shop.dir, name);
/** Edits a file, explains, and puts it back. */
async function explained(
  name: string,
  change: (text: string) => string,
  args: readonly string[] = DAY,
): Promise<readonly Answer[]> {
  const text = readFileSync(file(name), 'utf8');
  expect(change(text)).not.toBe(text);
  writeFileSync(file(name), change(text));
  const { stdout, stderr } = await shop.runner(['explain', '--output', 'json', ...args]);
  writeFileSync(file(name), text);
  expect(stderr).toBe('');
  return JSON.parse(stdout) as readonly Answer[];
}
const reasonsOf = (answers: readonly Answer[], name: string): readonly Explanation[] =>
  answers.find(({ node }) => node === name)?.reasons ?? [];
const text = async (...args: string[]): Promise<string> => (await shop.runner(['explain', ...DAY, ...args])).stdout;

beforeAll(async () => {
  const parts = ['project.yml', 'models', 'seeds', 'macros', 'sources', 'soda'];
  shop = await workplace(join(ROOT, 'runner/test/fixtures/shop'), parts, { SHOP_TOKEN: 'a-real-one' });
  writeFileSync(file('.env'), 'ORDERS=sources/orders.txt\n');
  writeFileSync(
    file('models/marts/labelled.sql'),
    "select '{{ env('LABEL', 'none') }}' as label from {{ ref('rate') }}",
  );
  const rate = readFileSync(file('soda/marts/rate.yml'), 'utf8');
  writeFileSync(file('soda/marts/rate.yml'), rate.replace('{ name: since,', '{ name: since, personal: birth,'));
});
afterAll(() => shop?.close());

describe('runner explain', () => {
  it('says of a target that was never built that all is new, and makes nothing there', async () => {
    const [said, made] = [await text(), await shop.rows("select count(*) from pg_namespace where nspname = 'runs'")];
    expect((await shop.runner(['pipeline', ...DAY])).code).toBe(0);
    expect(made).toEqual([['0']]);
    expect(said).toMatch(/^10 of 10 nodes would run.*\n\nrate, [\w., ]+\n {2}never built\n$/);
  });

  it('says that nothing would run, and of a node that is named that it is unchanged', async () => {
    expect(await text()).toBe('Nothing changed: nothing would run.\n');
    expect(await text('--select', 'revenue')).toContain('revenue\n  unchanged\n');
    expect(await text('--output', 'json')).toBe('[]\n');
    const { stdout } = await shop.runner(['explain', ...DAY, '--select', 'revenue', '--output', 'json']);
    expect(JSON.parse(stdout)).toEqual([{ node: 'revenue', would_run: false, reasons: [] }]);
  });

  it('shows changed SQL as a short diff, and what follows from it', async () => {
    const answers = await explained('models/marts/order_line.sql', (sql) => sql.replace('<=', '<'));
    expect(answers.map(({ node }) => node)).toEqual(['order_line', 'revenue', 'run_log', 'revenue_log']);
    expect(reasonsOf(answers, 'order_line')).toEqual([
      {
        part: 'body',
        name: null,
        before: null,
        after: null,
        diff: [
          '  cross join rate as r',
          "- where r.currency = 'EUR' and o.ordered_on <= date '2026-03-10'",
          "+ where r.currency = 'EUR' and o.ordered_on < date '2026-03-10'",
        ].join('\n'),
      },
    ]);
    expect(reasonsOf(answers, 'revenue')).toMatchObject([
      { part: 'parent', name: 'order_line', after: 'may change: body' },
    ]);
    expect(reasonsOf(answers, 'run_log')).toMatchObject([
      { part: 'parent', name: 'revenue', after: 'may change: parent order_line' },
    ]);
  });

  it('names the macro whose text changed, with its diff', async () => {
    const answers = await explained('macros/amount_in.sql', (sql) => sql.replace(', 2)', ', 3)'));
    const [macro, body] = reasonsOf(answers, 'order_line');
    expect(macro).toMatchObject({ part: 'macro', name: 'amount_in' });
    expect(macro?.diff).toContain('-   round({{ column }} * {{ rate }}, 2)\n+   round({{ column }} * {{ rate }}, 3)');
    expect(body?.diff).toContain('+ round(o.amount * r.rate, 3) as amount,');
  });

  it('names the variable, the environment and the day with what they were and are', async () => {
    const [variable] = reasonsOf(
      await explained('project.yml', (yml) => yml.replace('currency: EUR', 'currency: USD')),
      'order_line',
    );
    expect(variable).toMatchObject({ part: 'var', name: 'currency', before: 'EUR', after: 'USD' });
    const label = await shop.runner(['explain', ...DAY], { LABEL: 'spring' });
    expect(label.stdout).toContain('labelled\n  env LABEL: none → spring\n  body\n');
    const day = await shop.runner(['explain', '--as-of', '2026-03-11']);
    expect(day.stdout).toContain('order_line\n  day: 2026-03-10 → 2026-03-11\n  body\n');
    const [zone] = reasonsOf(await explained('project.yml', (yml) => `timezone: Asia/Tokyo\n${yml}`), 'rate');
    expect(zone).toMatchObject({ part: 'settings', name: 'timezone', before: 'UTC', after: 'Asia/Tokyo' });
  });

  it('goes through a contract and a configuration key by key', async () => {
    const contract = await explained('soda/marts/order_line.yml', (yml) =>
      yml.replace('valid_min: 0', 'valid_min: 1').replace('data_type: date', 'data_type: timestamp'),
    );
    expect(reasonsOf(contract, 'order_line').map(({ name, before, after }) => [name, before, after])).toEqual([
      ['columns.ordered_on.dataType', 'date', 'timestamp'],
      ['checks.columns.amount.checks.invalid.validity.validMin', '0', '1'],
    ]);
    const config = await explained('models/marts/question.sql', (sql) => `{{ config(alias='asked') }}\n${sql}`);
    expect(reasonsOf(config, 'question')).toMatchObject([
      { part: 'relation', name: 'marts.asked' },
      { part: 'config', name: 'alias', before: null, after: 'asked' },
    ]);
    const strategy = await explained('models/log/run_log.sql', (sql) =>
      sql.replace('config(', "config(incremental_strategy='merge', "),
    );
    expect(reasonsOf(strategy, 'run_log')).toMatchObject([
      { part: 'config', name: 'incremental_strategy', before: null, after: 'merge' },
    ]);
  });

  it('shows rows that a seed lost and gained, but no value of a personal column', async () => {
    const [seed] = reasonsOf(
      await explained(
        'seeds/rate.csv',
        (csv) => `${csv.replace('USD,1.10,2020-01-01', 'USD,1.20,2021-12-24')}CHF,1,2020-01-01\n`,
      ),
      'rate',
    );
    expect(seed).toMatchObject({ part: 'seed', before: '2 rows', after: '3 rows' });
    expect(seed?.diff).toBe('- USD,1.10,***\n+ USD,1.20,***\n+ CHF,1,***');
    const born = await explained('seeds/rate.csv', (csv) => csv.replace('USD,1.10,2020-01-01', 'USD,1.10,2021-12-24'));
    expect(reasonsOf(born, 'rate')[0]?.diff).toBe('(values that are personal, or the order of rows)');
    const kept = await shop.rows("select string_agg(details::text, '') from runs.node_state");
    expect(kept[0]?.[0]).toContain('1.10');
    expect(kept[0]?.[0]).not.toContain('2020-01-01');
  });

  it('says what landed since: rows, where from, when', async () => {
    const orders = readFileSync(file('sources/orders.txt'), 'utf8');
    appendFileSync(file('sources/orders.txt'), '4|plum|1.00|2026-03-01\n');
    await shop.runner(['load', ...DAY]);
    const [source] = reasonsOf(await explained('.env', (env) => `${env}\n`), 'stg_orders');
    expect(source).toMatchObject({ part: 'source', name: 'shop.orders' });
    expect(source?.before).toMatch(/^3 rows from sources\/orders\.txt, landed \d{4}-\d\d-\d\d \d\d:\d\d$/);
    expect(source?.after).toMatch(/^4 rows from sources\/orders\.txt, landed /);
    writeFileSync(file('sources/orders.txt'), orders);
    await shop.runner(['load', ...DAY]);
    expect(await text()).toBe('Nothing changed: nothing would run.\n');
  });

  it('says that a relation is gone, that a node is new, and that a parent was published since', async () => {
    await shop.db.query('alter table marts.question rename to away');
    expect(await text()).toContain('question\n  marts.question is not there\n');
    await shop.db.query('alter table marts.away rename to question');
    writeFileSync(file('models/marts/fresh.sql'), "select * from {{ ref('revenue') }}");
    expect(await text()).toContain('fresh\n  never built\n');
    renameSync(file('models/marts/fresh.sql'), file('fresh.off'));
    const sql = readFileSync(file('models/marts/order_line.sql'), 'utf8');
    writeFileSync(file('models/marts/order_line.sql'), sql.replace("'o.amount'", "'o.amount + 1'"));
    expect((await shop.runner(['build', ...DAY, '--select', 'order_line'])).code).toBe(0);
    expect(await text('--select', 'revenue')).toMatch(
      /revenue\n {2}parent order_line \(published since, by run \w+-\w+\)/,
    );
    writeFileSync(file('models/marts/order_line.sql'), sql);
    expect((await shop.runner(['build', ...DAY, '--select', 'order_line'])).code).toBe(0);
    expect(await text()).toBe('Nothing changed: nothing would run.\n');
  });
});
