import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Ended, ROOT, type Workplace, workplace } from './cli.ts';
import { fileEdits } from './file-edits.ts';

let shop: Workplace;
const DAY = ['--as-of', '2026-03-10'];
/** Nothing listens there. */
const NO_SERVER = { PGHOST: '127.0.0.1', PGPORT: '1' };

const { edit, mend } = fileEdits(() => shop.dir);

/** The codes and places of the faults told, one a line. */
const places = ({ stderr }: Ended): readonly string[] => stderr.match(/^[A-Z][A-Z0-9_]+ \S+$/gm) ?? [];

beforeAll(async () => {
  const parts = ['project.yml', 'models', 'seeds', 'macros', 'sources', 'soda'];
  shop = await workplace(join(ROOT, 'runner/test/fixtures/shop'), parts, {
    SHOP_TOKEN: 'a-real-one',
    ORDERS: 'sources/orders.txt',
  });
  expect((await shop.runner(['pipeline', ...DAY])).code).toBe(0);
});
afterEach(() => {
  mend();
});
afterAll(() => shop?.close());

describe('without a server', () => {
  it('a syntax error is told at its place, with the line and a caret', async () => {
    edit('models/marts/order_line.sql', 'as amount, o.ordered_on', 'as amount,, o.ordered_on');
    const { code, stderr } = await shop.runner(['compile'], NO_SERVER);
    expect(code).toBe(2);
    const line = "select o.order_id, o.product, {{ amount_in('o.amount', 'r.rate') }} as amount,, o.ordered_on";
    const before = line.indexOf(', o.ordered_on');
    expect(stderr.split('\n').slice(0, 4)).toEqual([
      `SQL_SYNTAX models/marts/order_line.sql:2:${before + 1}`,
      '  syntax error at or near ","',
      `  | ${line}`,
      `  | ${' '.repeat(before)}^`,
    ]);
    expect(stderr).toContain('  → There is a comma too many before it.');
  });

  it('a syntax error in a macro is told in the macro, with the call', async () => {
    edit('macros/amount_in.sql', '* {{ rate }}', '* * {{ rate }}');
    const { stderr } = await shop.runner(['compile'], NO_SERVER);
    expect(stderr).toContain('SQL_SYNTAX macros/amount_in.sql:2:24\n');
    expect(stderr).toContain('\n  called at models/marts/order_line.sql:2:31\n');
    expect(stderr).toContain('\n  found:    select o.order_id, o.product, round(o.amount * * r.rate, 2) as amount');
  });

  it('all that is wrong is told at once, but nothing that only follows from it', async () => {
    edit('macros/today.sql', 'today()', 'todey()');
    edit('models/marts/question.sql', "ref('stg_orders')", "ref('stg_order')");
    edit('models/marts/revenue.sql', 'group by product', 'group by product; delete from x');
    edit('models/marts/product.sql', '-- one row', "{{ config(materialized='tabel') }}-- one row");
    edit('soda/marts/rate.yml', 'columns:', 'columnz:');
    edit('seeds/rate.csv', 'EUR,1.00', 'EUR,1.00,2');
    const ended = await shop.runner(['build'], NO_SERVER);
    expect(ended.code).toBe(2);
    expect([...places(ended)].sort()).toEqual([
      'CONTRACT_KEY_MISSING soda/marts/rate.yml:1:1',
      expect.stringMatching(/^CONTRACT_KEY_UNKNOWN soda\/marts\/rate\.yml:\d+:1$/),
      'MACRO_MISSING macros/today.sql:1:1',
      'MATERIALIZED_UNKNOWN models/marts/product.sql:1:11',
      expect.stringMatching(/^SEED_INVALID seeds\/rate\.csv:\d+:\d+$/),
      'SQL_STATEMENT models/marts/revenue.sql:3:107',
      'TEMPLATE_ERROR models/marts/question.sql:2:33',
    ]);
  });

  it('each fault has its line, column, the line with a caret, and a next step', async () => {
    edit('project.yml', 'empty: order_line', 'empty: order_lin');
    edit('project.yml', 'models:', 'lock_patience: 3\nmodels:');
    edit('models/marts/revenue.tests.yml', 'order_id, product, amount', 'order_id, product, amount, amount');
    edit('seeds/rate.csv', 'EUR,1.00', 'EUR,"1.00');
    edit('sources/sources.yml', 'mode: append', 'mode: apend');
    edit('soda/marts/order_line.yml', 'valid_min: 0', 'valid_min: x');
    edit('models/marts/question.sql', '-- one row', "{{ config(tags=1, schemas='x') }}-- one row");
    const first = await shop.runner(['build'], NO_SERVER);
    edit('project.yml', 'lock_patience: 3\n', '');
    const second = await shop.runner(['build'], NO_SERVER);
    expect([first.code, second.code]).toEqual([2, 2]);
    expect(places(first)).toHaveLength(5);
    expect(places(first)).toContain('CONFIG_INVALID models/marts/revenue.tests.yml:5:7');
    expect(places(second)).toHaveLength(7);
    const blocks = `${first.stderr}\n${second.stderr}`.split(/^(?=[A-Z][A-Z0-9_]+ \S+$)/m);
    expect(blocks).toHaveLength(12);
    for (const block of blocks)
      expect(block).toMatch(/^[A-Z_]+ [\w./]+:\d+:\d+\n {2}.*\n {2}\| .*\n {2}\| *\^\n[\s\S]*^ {2}→ ./m);
  });

  it('a circle, two builders of one relation and names that nothing has are told where they are written', async () => {
    edit('models/staging/stg_orders.sql', "{{ source('shop', 'orders') }}", "{{ ref('revenue') }}");
    expect(places(await shop.runner(['ls'], NO_SERVER))).toEqual(['CYCLE models/staging/stg_orders.sql:3:9']);
    edit('models/staging/stg_orders.sql', "{{ ref('revenue') }}", "{{ source('shop', 'orders') }}");
    edit('models/marts/question.sql', '-- one row', "{{ config(alias='product') }}-- one row");
    edit('sources/sources.yml', 'model: question', 'model: questoin');
    expect(places(await shop.runner(['ls'], NO_SERVER))).toEqual([
      'RELATION_TWICE models/marts/question.sql:1:17',
      'REQUEST_UNKNOWN sources/sources.yml:15:28',
    ]);
  });

  it('the SQL of a contract is read too', async () => {
    edit('soda/marts/rate.yml', 'expression: rate <= 0', 'expression: rate <= and 0');
    const { code, stderr } = await shop.runner(['compile'], NO_SERVER);
    expect(code).toBe(2);
    expect(stderr).toContain('CONTRACT_SQL soda/marts/rate.yml:3:68\n');
    expect(stderr).toContain('  expression of check "a rate is above zero": syntax error at or near "and"\n');
  });

  it('personal data on its way into a schema that may not hold it is told with the way, once the rest is right', async () => {
    edit(
      'project.yml',
      'flags:',
      'personal: {kinds: {pay: what is paid}, schemas: {landed: [pay], staging: [pay]}}\nflags:',
    );
    edit(
      'sources/sources.yml',
      'product, amount, ordered_on],',
      'product, amount, ordered_on], personal: {amount: pay},',
    );
    const { code, stderr } = await shop.runner(['ls'], NO_SERVER);
    expect(code).toBe(2);
    expect(stderr).toContain('PERSONAL_LEAK models/marts/order_line.sql:2:1\n');
    expect(stderr).toContain('  found:    shop.orders.amount → stg_orders.amount → order_line.amount\n');
    expect(stderr).toContain('PERSONAL_UNTAGGED models/staging/stg_orders.sql:1:1\n');
    edit('models/marts/question.sql', 'distinct', 'distinct distinct');
    expect(places(await shop.runner(['ls'], NO_SERVER))).toEqual(['SQL_SYNTAX models/marts/question.sql:2:17']);
  });

  it('with a broken project.yml what the other files say is told too', async () => {
    edit('project.yml', 'secrets:', 'secretz:');
    edit('soda/marts/rate.yml', 'columns:', 'columnz:');
    expect(places(await shop.runner(['ls'], NO_SERVER)).map((place) => place.split(' ')[1]?.split(':')[0])).toEqual([
      'project.yml',
      'soda/marts/rate.yml',
      'soda/marts/rate.yml',
    ]);
  });

  it('with a broken sources.yml no model is blamed for its sources', async () => {
    edit('sources/sources.yml', 'sources:', 'sourcez:');
    edit('models/marts/question.sql', 'distinct', 'distinct distinct');
    expect(places(await shop.runner(['ls'], NO_SERVER))).toEqual([
      'CONFIG_INVALID sources/sources.yml:1:1',
      'SQL_SYNTAX models/marts/question.sql:2:17',
    ]);
  });
});

describe('what the server says', () => {
  it('of an argument of a macro is told where the argument is written', async () => {
    edit('models/marts/order_line.sql', "'o.amount'", "'o.amout'");
    const { code, stderr } = await shop.runner(['build', ...DAY, '--select', 'order_line']);
    expect(code).toBe(1);
    const line = "select o.order_id, o.product, {{ amount_in('o.amout', 'r.rate') }} as amount, o.ordered_on";
    expect(stderr.split('\n').slice(0, 5)).toEqual([
      'SQL_42703 models/marts/order_line.sql:2:45',
      '  order_line: column o.amout does not exist',
      `  | ${line}`,
      `  | ${' '.repeat(44)}^`,
      '  printed at macros/amount_in.sql:2:9',
    ]);
    expect(stderr).toContain('→ Perhaps you meant to reference the column "o.amount".');
  });

  it('of the text of a macro is told in the macro', async () => {
    edit('macros/amount_in.sql', 'round(', 'raund(');
    const { stderr } = await shop.runner(['build', ...DAY, '--select', 'order_line']);
    expect(stderr).toMatch(/^SQL_42883 macros\/amount_in\.sql:2:3$/m);
    expect(stderr).toContain('called at models/marts/order_line.sql:2:31');
  });

  it('of a macro that is called twice is told with the call that is at fault', async () => {
    edit('models/marts/order_line.sql', 'as amount,', "as amount,\n  {{ amount_in('o.product', '1') }} as b,");
    const { stderr } = await shop.runner(['build', ...DAY, '--select', 'order_line']);
    expect(stderr).toMatch(/^SQL_42883 macros\/amount_in\.sql:2:22$/m);
    expect(stderr).toContain('called at models/marts/order_line.sql:3:3\n');
  });

  it('of a CTE that only an incremental run has is told at its place', async () => {
    const branch = '{% if is_incremental() %}\nwith old as (select run_id + 1 from {{ this }})\n{% endif %}\nselect';
    edit('models/log/run_log.sql', '-- one row per run\nselect', branch);
    const ended = await shop.runner(['build', ...DAY, '--select', 'run_log']);
    expect(places(ended)).toEqual(['SQL_42883 models/log/run_log.sql:3:28']);
  });

  it('of a view, after accents and placeholders, is told at its place, be it by a unit test or by the build', async () => {
    edit(
      'models/marts/revenue.sql',
      'group by product',
      "where 'é😀' <> '' and {{ ref('order_line') }}.nothing = 1 group by product",
    );
    const place = 'models/marts/revenue.sql:3:111';
    const tested = await shop.runner(['build', ...DAY, '--select', 'revenue']);
    expect(places(tested)).toEqual([`UNIT_TEST_ERROR ${place}`]);
    edit(
      'models/marts/revenue.tests.yml',
      readFileSync(join(shop.dir, 'models/marts/revenue.tests.yml'), 'utf8'),
      '[]\n',
    );
    expect(places(await shop.runner(['build', ...DAY, '--select', 'revenue']))).toEqual([`SQL_42703 ${place}`]);
  });

  it('of an ephemeral model is told in its own file, whoever reads it', async () => {
    edit('models/staging/stg_orders.sql', '-- one row', "{{ config(materialized='ephemeral') }}\n-- one row");
    edit('models/staging/stg_orders.sql', 'amount::numeric', 'amout::numeric');
    const ended = await shop.runner(['build', ...DAY, '--select', 'question']);
    expect(places(ended)).toEqual(['SQL_42703 models/staging/stg_orders.sql:3:47']);
    expect(ended.stderr).toContain('question: column "amout" does not exist');
  });

  it('of a value has no place, but names the model, the value and where the SQL is', async () => {
    edit('models/marts/question.sql', 'distinct product', 'distinct product::integer as product');
    const { stderr } = await shop.runner(['build', ...DAY, '--select', 'question']);
    expect(stderr).toMatch(/^SQL_22P02 models\/marts\/question\.sql$/m);
    expect(stderr).toMatch(/^ {2}found: {4}(apple|pear|plum)$/m);
    expect(stderr).toContain('target/compiled/models/marts/question.sql');
  });

  it('of a value is kept without it, be it of a model, of a check, or of what a loader has read', async () => {
    edit('models/marts/question.sql', 'distinct product', 'distinct product::integer as product');
    edit(
      'soda/marts/rate.yml',
      'checks:\n',
      'checks:\n  - failed_rows: {qualifier: q, name: none, expression: currency::int > 0}\n',
    );
    edit('seeds/rate.csv', 'USD,1.10', 'USD,1.20');
    const { stderr } = await shop.runner(['build', ...DAY, '--select', 'question', 'rate']);
    expect(stderr).toMatch(/integer: "(apple|pear|plum)"/);
    expect(stderr).toMatch(/integer: "(EUR|USD)"/);
    const kept = await shop.rows(`select concat_ws(' ', r.error, n.message, c.message) from runs.run as r
      join runs.node_result as n using (run_id) left join runs.check_result as c using (run_id, node_id)
      where r.run_id = (select run_id from runs.run order by started_at desc limit 1)`);
    expect(kept.join()).toContain('invalid input syntax for type integer: "***"');
    expect(`${kept.join()} ${readFileSync(join(shop.dir, 'target/run_results.json'), 'utf8')}`).not.toMatch(
      /"\\?(apple|pear|plum|EUR|USD)/,
    );
    await shop.runner(['test', ...DAY, '--select', 'rate']);
    const tested = await shop.rows(`select concat_ws(' ', r.error, n.message) from runs.run as r
      join runs.node_result as n using (run_id) where r.command = 'test' order by r.started_at desc limit 1`);
    expect(tested.join()).toMatch(/integer: "\*\*\*".*integer: "\*\*\*"/);
    edit('sources/oracle.mjs', 'return {', "if (requests) throw new Error('of Ada'); return {");
    edit('models/marts/question.sql', 'product::integer as product', "'x' as product");
    const asked = await shop.process(['build', ...DAY, '--select', 'question', 'source:oracle.answers']);
    expect(asked.stderr).toContain('of Ada');
    expect(
      await shop.rows(
        "select count(*) from runs.run as r join runs.node_result as n using (run_id) where concat(r.error, n.message) like '%Ada%'",
      ),
    ).toEqual([['0']]);
    expect(readFileSync(join(shop.dir, 'target/run_results.json'), 'utf8')).not.toContain('Ada');
  });

  it('of a query shown is told at its place', async () => {
    const inline = "select 1,\n  amout from {{ ref('order_line') }}";
    const { code, stderr } = await shop.runner(['show', '--inline', inline]);
    expect(code).toBe(1);
    expect(stderr).toContain('SQL_42703 --inline:2:3\n');
    expect(stderr).toContain('\n  |   amout from');
    const broken = await shop.runner(['show', '--inline', 'select 1 frm x y']);
    expect(broken.stderr).toContain('SQL_SYNTAX --inline:1:14\n');
    expect(broken.code).toBe(1);
  });
});
