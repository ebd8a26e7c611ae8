import { appendFileSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ROOT, type Workplace, workplace } from './cli.ts';

let shop: Workplace;
const TOKEN = { SHOP_TOKEN: 'a-real-one' };
const DAY = ['--as-of', '2026-03-10'];
const asked = (): string => (existsSync(join(shop.dir, 'asked')) ? readFileSync(join(shop.dir, 'asked'), 'utf8') : '');
const edit = (file: string, change: (text: string) => string): void => {
  writeFileSync(join(shop.dir, file), change(readFileSync(join(shop.dir, file), 'utf8')));
};
const pipeline = (...args: string[]) =>
  shop.runner(['pipeline', ...DAY, ...args], { ORACLE_LOG: join(shop.dir, 'asked') });
const revenue = () => shop.rows('select product, revenue, orders from marts.revenue order by 1');
/** Names of the nodes that a run built, in alphabetical order. */
const built = (stdout: string): string =>
  [...stdout.matchAll(/ ok +\w+ +\w+\.(\w+)/g)]
    .map(([, name]) => name)
    .sort()
    .join(' ');

beforeAll(async () => {
  shop = await workplace(
    join(ROOT, 'runner/test/fixtures/shop'),
    ['project.yml', 'models', 'seeds', 'macros', 'sources', 'soda'],
    TOKEN,
  );
});
beforeEach(() => rmSync(join(shop.dir, 'asked'), { force: true }));
afterAll(() => shop?.close());

describe('a project that is not ours', () => {
  it('is refused on a real server with the secret of the sample', async () => {
    const { code, stderr } = await shop.runner(['pipeline'], { SHOP_TOKEN: 'sample-token' });
    expect(code).toBe(2);
    expect(stderr).toContain('SECRET_MISSING');
    expect(stderr).not.toContain('sample-token');
  });

  it('is not built on a source that has never landed', async () => {
    const { code, stdout } = await shop.runner(['build', ...DAY]);
    expect(code).toBe(1);
    expect(stdout).toContain('not run: source shop.orders did not succeed');
    expect(built(stdout)).toBe('rate');
  });

  it('does not take the sample for data on a real server', async () => {
    const { code, stderr } = await shop.runner(['load']);
    expect(code).toBe(1);
    expect(stderr).toContain('ORDERS');
  });

  it('is built whole by the first pipeline', async () => {
    writeFileSync(join(shop.dir, '.env'), 'ORDERS=sources/orders.txt\n');
    const { code, stdout, stderr } = await pipeline();
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(stdout).toContain('O=1 R=0 N=1');
    expect(await revenue()).toEqual([
      ['apple', '4.00', '2'],
      ['pear', '3.00', '1'],
    ]);
    expect(asked()).toBe('apple\npear\n');
    expect(await shop.rows('select count(*) from log.run_log')).toEqual([['1']]);
  });

  it('is left alone when nothing changed, and nothing is written to its log', async () => {
    const { code, stdout } = await pipeline();
    expect(code).toBe(0);
    expect(stdout).toContain('O=0 R=0 N=0');
    expect(stdout).toContain('Nothing changed');
    expect(asked()).toBe('');
    expect(await shop.rows('select count(*) from log.run_log')).toEqual([['1']]);
    expect(
      await shop.rows("select status from runs.run where command = 'pipeline' order by started_at desc limit 1"),
    ).toEqual([['nothing_to_do']]);
  });

  it('rebuilds exactly what reads an edited seed', async () => {
    edit('seeds/rate.csv', (text) => text.replace('EUR,1.00', 'EUR,2.00'));
    const { code, stdout } = await pipeline();
    expect(code).toBe(0);
    expect(stdout).toContain('O=0 R=1 N=0');
    expect(built(stdout)).toBe('order_line rate revenue revenue_log run_log');
    expect(asked()).toBe('');
    expect((await revenue())[0]).toEqual(['apple', '8.00', '2']);
    expect(await shop.rows('select count(*) from log.run_log')).toEqual([['2']]);
  });

  it('asks only what it does not know yet', async () => {
    appendFileSync(join(shop.dir, 'sources/orders.txt'), '4|plum|1.00|2026-03-01\n');
    const { code } = await pipeline();
    expect(code).toBe(0);
    expect(asked()).toBe('plum\n');
    expect(await shop.rows('select product from marts.product order by 1')).toEqual([['apple'], ['pear'], ['plum']]);
  });

  it('on another day rebuilds what reads the day, spares what then reads the same rows, and writes no log', async () => {
    const { code, stdout } = await pipeline('--as-of', '2026-03-11');
    expect(code).toBe(0);
    expect(built(stdout)).toBe('order_line');
    expect(stdout).toContain('1 spared');
    expect(await shop.rows('select count(*) from log.run_log')).toEqual([['3']]);
    expect((await pipeline()).code).toBe(0);
  });

  it('keeps what is published when a contract fails, and says what to mend', async () => {
    const before = await revenue();
    appendFileSync(join(shop.dir, 'sources/orders.txt'), '4|plum|9.00|2026-03-02\n');
    const { code, stdout, stderr } = await pipeline();
    expect(code).toBe(1);
    expect(stderr).toMatch(/CHECK_FAILED soda\/marts\/order_line.yml:\d+/);
    expect(stderr).toMatch(/order_id +product.*\n.*\n +4 +plum/);
    expect(stdout).toMatch(/FAILED +table +marts.order_line/);
    expect(stdout).toMatch(/not run +view +marts.revenue +not run: order_line did not succeed/);
    expect(await revenue()).toEqual(before);
    expect(await shop.rows('select count(*) from log.run_log')).toEqual([['3']]);
    const [[error]] = (await shop.rows('select error from runs.run order by started_at desc limit 1')) as [[string]];
    expect(error).toContain('order_line');
  });

  it('goes on where it failed once the cause is mended', async () => {
    edit('sources/orders.txt', (text) => text.replace('4|plum|9.00|2026-03-02\n', ''));
    const { code } = await pipeline();
    expect(code).toBe(0);
    expect(await shop.rows('select count(*) from log.run_log')).toEqual([['3']]);
  });

  it('keeps what is published when a model is broken, at the SQL or at the template', async () => {
    const before = await revenue();
    edit('models/marts/order_line.sql', (text) => text.replace('o.ordered_on\n', 'o.ordered_no\n'));
    const sql = await pipeline();
    expect(sql.code).toBe(1);
    expect(sql.stderr).toContain('order_line: column o.ordered_no does not exist');
    expect(sql.stderr).toContain('models/marts/order_line.sql');
    edit('models/marts/order_line.sql', (text) =>
      text.replace('o.ordered_no\n', 'o.ordered_on\n').replace("ref('rate')", "ref('rte')"),
    );
    const template = await pipeline();
    expect(template.code).toBe(2);
    expect(template.stderr).toContain('TEMPLATE_ERROR models/marts/order_line.sql:4');
    expect(template.stderr).toContain('Did you mean "rate"?');
    edit('models/marts/order_line.sql', (text) => text.replace("ref('rte')", "ref('rate')"));
    expect(await revenue()).toEqual(before);
    expect((await pipeline()).stdout).toContain('Nothing changed');
  });

  it('names the line of a seed that its contract or its types refuse', async () => {
    const before = await shop.rows('select * from marts.rate order by 1');
    edit('seeds/rate.csv', (text) => `${text}CHF,-1,2020-01-01\n`);
    const negative = await pipeline();
    expect(negative.code).toBe(1);
    expect(negative.stderr).toContain('seeds/rate.csv:4');
    edit('seeds/rate.csv', (text) => text.replace('CHF,-1', 'CHF,one'));
    const word = await pipeline();
    expect(word.code).toBe(1);
    expect(word.stderr).toMatch(/seeds\/rate.csv:4[\s\S]*invalid input syntax for type numeric/);
    edit('seeds/rate.csv', (text) => text.replace('CHF,one,2020-01-01\n', ''));
    expect(await shop.rows('select * from marts.rate order by 1')).toEqual(before);
    expect((await pipeline()).stdout).toContain('Nothing changed');
  });

  it('does not let the sample replace rows that came from elsewhere', async () => {
    const bare = { PGHOST: '', PGDATABASE: '', ORDERS: '', SHOP_TOKEN: '' };
    edit('.env', () => '');
    writeFileSync(join(shop.dir, 'real.txt'), '9|fig|1.00|2026-01-01\n');
    await shop.runner(['load', 'shop'], { ...bare, ORDERS: 'real.txt' });
    const { code, stderr } = await shop.runner(['load', 'shop'], bare);
    await shop.runner(['clean', '--data'], bare);
    edit('.env', () => 'ORDERS=sources/orders.txt\n');
    expect(code).toBe(1);
    expect(stderr).toMatch(/SAMPLE_REFUSED[\s\S]*ORDERS is not set[\s\S]*real\.txt/);
  });

  it('keeps the former batch when a source is refused, and builds nothing on it', async () => {
    const before = await revenue();
    edit('sources/orders.txt', (text) => `${text}broken\n`);
    const { code, stderr } = await pipeline();
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /ORDER_INVALID sources\/orders.txt:5[\s\S]*expected: id\|product\|amount\|day[\s\S]*found: +broken/,
    );
    edit('sources/orders.txt', (text) => text.replace('broken\n', ''));
    expect(await revenue()).toEqual(before);
    expect(
      await shop.rows(
        'select count(*) from landed.shop_orders where batch_id = (select max(batch_id) from landed.shop_orders)',
      ),
    ).toEqual([['4']]);
    expect((await pipeline()).code).toBe(0);
  });

  it('gives a view that a reader made by hand back after a column was added in the middle', async () => {
    await shop.db.query(
      'create view public.by_hand as select product, revenue from marts.revenue; grant select on public.by_hand to public',
    );
    edit('models/marts/order_line.sql', (text) => text.replace('o.product, ', "o.product, 'x' as kind, "));
    edit('soda/marts/order_line.yml', (text) =>
      text.replace('  - {name: amount', '  - {name: kind, data_type: text}\n  - {name: amount'),
    );
    const { code, stderr } = await pipeline();
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(await shop.rows('select count(*) from public.by_hand')).toEqual([['3']]);
    expect(await shop.rows("select has_table_privilege('public', 'public.by_hand', 'select')")).toEqual([['t']]);
  });

  it('names the view that a removed column would break, and keeps the table', async () => {
    await shop.db.query('create view public.kinds as select kind from marts.order_line');
    edit('models/marts/order_line.sql', (text) => text.replace("'x' as kind, ", ''));
    edit('soda/marts/order_line.yml', (text) => text.replace('  - {name: kind, data_type: text}\n', ''));
    const { code, stderr } = await pipeline();
    expect(code).toBe(1);
    expect(stderr).toContain('DEPENDENT_VIEW');
    expect(stderr).toContain('public.kinds');
    expect(await shop.rows('select count(kind) from marts.order_line')).toEqual([['4']]);
    await shop.db.query('drop view public.kinds');
    expect((await pipeline()).code).toBe(0);
  });

  it('says what to build first when what a model reads is not there', async () => {
    await shop.db.query('drop table marts.question');
    await shop.db.query('alter view staging.stg_orders rename to away');
    const { code, stderr } = await shop.runner(['build', ...DAY, '--select', 'question']);
    await shop.db.query('alter view staging.away rename to stg_orders');
    expect(code).toBe(1);
    expect(stderr).toContain('runner build --select +question');
    expect((await pipeline()).code).toBe(0);
  });

  it('notes a run that died as aborted, once another one holds the target', async () => {
    await shop.db.query(
      "insert into runs.run (run_id, label, command, arguments, project, target, date_reference, orchestrator, status, started_at) values ('dead', 'dead', 'build', '', 'shop', 'server', '2026-01-01', 'cli', 'running', now())",
    );
    expect((await pipeline()).code).toBe(0);
    expect(await shop.rows("select status from runs.run where run_id = 'dead'")).toEqual([['aborted']]);
  });

  it('protects a log from --full-refresh', async () => {
    const before = await shop.rows('select run_id from log.run_log order by 1');
    const { code } = await shop.runner(['build', ...DAY, '--full-refresh']);
    expect(code).toBe(0);
    expect(
      await shop.rows(
        `select run_id from log.run_log where run_id in (${before.map(([id]) => `'${id}'`).join(', ')}) order by 1`,
      ),
    ).toEqual(before);
  });

  it('is loaded and built whole, or in the part that is asked for, by a pipeline that is told so', async () => {
    const { stdout } = await shop.runner(['pipeline', ...DAY, '--full-refresh', '--exclude', 'path:models/log']);
    expect(stdout).toMatch(/shop\.orders +unchanged[\s\S]*\n7 nodes of 9 to build/);
    expect((await shop.runner(['pipeline', ...DAY, '--select', 'rate'])).stdout).toContain('1 node of 9 to build');
    const wrong = await shop.runner(['pipeline', '--select', 'rte'], { PGPORT: '1' });
    expect(wrong.stderr).toContain('Did you mean "rate"?');
  });

  it('replaces the rows of a run that is run again under its label', async () => {
    const again = { RUN_LABEL: 'nightly' };
    expect((await shop.runner(['build', ...DAY], again)).code).toBe(0);
    expect((await shop.runner(['build', ...DAY], again)).code).toBe(0);
    expect(await shop.rows("select count(*) from log.run_log where run_id = 'nightly'")).toEqual([['1']]);
    expect(await shop.rows("select count(*) from runs.run where run_id = 'nightly'")).toEqual([['1']]);
  });

  it('goes on with a run whose label comes again, and takes nothing of it back', async () => {
    const again = { RUN_LABEL: 'one-execution' };
    edit('seeds/rate.csv', (text) => `${text}GBP,0.9,2020-01-01\n`);
    await shop.runner(['load', ...DAY], again);
    await shop.runner(['build', ...DAY, '--select', 'changed'], again);
    await shop.runner(['build', ...DAY, '--select', 'changed'], again);
    expect(await shop.rows("select command, arguments, status from runs.run where run_id = 'one-execution'")).toEqual([
      ['build', '--as-of 2026-03-10 --select changed', 'success'],
    ]);
    expect(
      await shop.rows(
        "select count(*) > 1 from runs.node_result where run_id = 'one-execution' and status = 'success'",
      ),
    ).toEqual([['t']]);
    edit('seeds/rate.csv', (text) => text.replace('GBP,0.9,2020-01-01\n', ''));
    expect((await pipeline()).code).toBe(0);
  });

  it('reads a source anew when its columns have other names, though its file is the same', async () => {
    edit('sources/sources.yml', (text) => text.replace('product, amount, ordered_on', 'product, price, ordered_on'));
    edit('models/staging/stg_orders.sql', (text) => text.replace('amount::numeric', 'price::numeric'));
    const before = await revenue();
    expect((await pipeline()).code).toBe(0);
    expect(await revenue()).toEqual(before);
    edit('sources/sources.yml', (text) => text.replace('product, price, ordered_on', 'product, amount, ordered_on'));
    edit('models/staging/stg_orders.sql', (text) => text.replace('price::numeric', 'amount::numeric'));
    expect((await pipeline()).code).toBe(0);
  });

  it('goes on when the session that held the target was ended and nobody else came', async () => {
    edit('seeds/rate.csv', (text) => text.replace('EUR,2.00', 'EUR,3.00'));
    edit('models/staging/stg_orders.sql', (text) =>
      text.replace(
        'from {{',
        "from (select pg_terminate_backend(l.pid) from pg_locks as l join pg_database as d on d.oid = l.database where l.locktype = 'advisory' and d.datname = current_database()) as gone, {{",
      ),
    );
    const { code, stderr } = await shop.runner(['build', ...DAY, '--select', 'stg_orders+', '--threads', '1']);
    edit('models/staging/stg_orders.sql', (text) =>
      text.replace(/from \(select pg_terminate.*\) as gone, \{\{/, 'from {{'),
    );
    edit('seeds/rate.csv', (text) => text.replace('EUR,3.00', 'EUR,2.00'));
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect((await pipeline()).code).toBe(0);
  });

  it('tells names in project.yml that nothing has', async () => {
    const text = readFileSync(join(shop.dir, 'project.yml'), 'utf8');
    edit('project.yml', () =>
      text
        .replace('seeds: [rate]', 'seeds: [rte]')
        .replace('empty: order_line', 'empty: ordr_line')
        .replace('model: revenue', 'model: revnue'),
    );
    edit('models/log/run_log.sql', (sql) => sql.replace("['today']", "['todaay']"));
    const { code, stderr } = await shop.runner(['ls']);
    edit('project.yml', () => text);
    const { stderr: second } = await shop.runner(['ls']);
    edit('models/log/run_log.sql', (sql) => sql.replace("['todaay']", "['today']"));
    expect(code).toBe(2);
    for (const name of ['rate', 'order_line', 'revenue']) expect(stderr).toContain(`Did you mean "${name}"?`);
    expect(second).toContain('Did you mean "today"?');
  });

  it('writes the whole log or none of it', async () => {
    edit('models/log/run_log.sql', (text) => text.replace('as revenue', '/ 0 as revenue'));
    const rows = await shop.rows('select count(*) from log.revenue_log');
    const { code, stdout } = await pipeline();
    expect(code).toBe(1);
    expect(stdout).toMatch(/skipped +incremental +log.revenue_log +undone with run_log/);
    expect(await shop.rows('select count(*) from log.revenue_log')).toEqual(rows);
    edit('models/log/run_log.sql', (text) => text.replace('/ 0 as revenue', 'as revenue'));
  });

  it('asks again what got no answer', async () => {
    const mute = { ORACLE_LOG: join(shop.dir, 'asked'), ORACLE_MUTE: '1' };
    appendFileSync(join(shop.dir, 'sources/orders.txt'), '5|kiwi|1.00|2026-03-01\n');
    expect((await shop.runner(['pipeline', ...DAY], mute)).code).toBe(0);
    expect((await pipeline()).code).toBe(0);
    expect(asked()).toBe('kiwi\nkiwi\n');
    expect((await pipeline()).stdout).toContain('Nothing changed');
    edit('sources/orders.txt', (text) => text.replace('5|kiwi|1.00|2026-03-01\n', ''));
    expect((await pipeline()).code).toBe(0);
  });

  it('lets one run at a time hold the target', async () => {
    await shop.db.connection(async (session) => {
      await session.query("select pg_advisory_lock(hashtextextended('runner of shop', 0))");
      const { code, stderr } = await pipeline();
      expect(code).toBe(3);
      expect(stderr).toContain('TARGET_LOCKED');
      await session.query('select pg_advisory_unlock_all()');
    });
  });
});

describe('commands that answer', () => {
  it('show prints one JSON array and nothing else on stdout', async () => {
    const { code, stdout } = await shop.runner([
      'show',
      '--inline',
      "select product, amount, order_id, ordered_on, amount > 2 as dear from {{ ref('order_line') }} order by order_id",
      '--limit',
      '1',
      '--output',
      'json',
    ]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual([
      { product: 'apple', amount: '5.00', order_id: 1, ordered_on: '2026-01-10', dear: true },
    ]);
  });

  it('takes a variable that is declared nowhere where a template reads it', async () => {
    const query = "select {{ var('n', 1) }} as n";
    const { stdout } = await shop.runner(['show', '--inline', query, '--vars', 'n=2', '--output', 'json']);
    expect(JSON.parse(stdout)).toEqual([{ n: 2 }]);
  });

  it('show changes nothing, whatever it is given', async () => {
    const { code, stderr } = await shop.runner([
      'show',
      '--inline',
      'with gone as (delete from marts.rate returning *) select * from gone',
    ]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/SQL_/);
    expect(await shop.rows('select count(*) from marts.rate')).toEqual([['2']]);
  });

  it('show takes one statement, so that none can end its transaction', async () => {
    const { code, stderr } = await shop.runner([
      'show',
      '--inline',
      'select 1; commit; create table public.left_behind (a int); begin; select 2',
    ]);
    expect(code).toBe(1);
    expect(stderr).toContain('SQL_STATEMENT --inline:1:11');
    expect(await shop.rows("select to_regclass('public.left_behind')")).toEqual([[null]]);
  });

  it('changed and result: may stand within the graph operators', async () => {
    edit('models/marts/question.sql', (text) =>
      text.replace('select distinct product', 'select distinct lower(product) as product'),
    );
    const names = async (selector: string): Promise<string[]> =>
      (
        JSON.parse((await shop.runner(['ls', '--select', selector, '--output', 'json', ...DAY])).stdout) as {
          name: string;
        }[]
      ).map(({ name }) => name);
    expect(await names('changed')).toEqual(['question', 'oracle.answers', 'product']);
    expect(await names('+changed')).toContain('stg_orders');
    edit('models/marts/question.sql', (text) => text.replace('lower(product) as product', '1 / 0 as product'));
    expect((await shop.runner(['build', ...DAY, '--select', 'question'])).code).toBe(1);
    expect(await names('result:error')).toEqual(['question']);
    edit('models/marts/question.sql', (text) => text.replace('1 / 0 as product', 'product'));
    expect((await shop.runner(['build', ...DAY, '--select', 'result:error+'])).stdout).toMatch(
      /ok +table +marts\.question/,
    );
  });

  it('ls changes nothing on a target that was never built', async () => {
    const config = readFileSync(join(shop.dir, 'project.yml'), 'utf8');
    edit('project.yml', (text) => text.replace('state_schema: runs', 'state_schema: fresh'));
    const { code } = await shop.runner(['ls', '--select', 'changed', 'result:error']);
    edit('project.yml', () => config);
    expect(code).toBe(0);
    expect(await shop.rows("select count(*) from pg_namespace where nspname = 'fresh'")).toEqual([['0']]);
  });

  it('ls lists a selection in build order', async () => {
    const { stdout } = await shop.runner(['ls', '--select', '+revenue', '--output', 'json']);
    const names = (JSON.parse(stdout) as { name: string }[]).map(({ name }) => name);
    expect(names).toEqual(['rate', 'shop.orders', 'stg_orders', 'order_line', 'revenue']);
    expect(JSON.parse(stdout)).toContainEqual(expect.objectContaining({ depends_on: ['stg_orders', 'rate'] }));
  });

  it('a selection may be given in one word or several, and more than once', async () => {
    const names = async (...args: string[]): Promise<string[]> =>
      (JSON.parse((await shop.runner(['ls', '--output', 'json', ...args])).stdout) as { name: string }[])
        .map(({ name }) => name)
        .sort();
    const both = ['rate', 'revenue'];
    expect(await names('--select', 'rate revenue')).toEqual(both);
    expect(await names('--select', 'rate', 'revenue')).toEqual(both);
    expect(await names('--select', 'rate', '--select', 'revenue')).toEqual(both);
    expect(await names('--select', 'rate revenue stg_orders', '--exclude', 'stg_orders')).toEqual(both);
  });

  it('a named selection is used as selector:NAME or with --selector, and listed', async () => {
    const names = async (...args: string[]): Promise<string[]> =>
      (JSON.parse((await shop.runner(['ls', '--output', 'json', ...args])).stdout) as { name: string }[]).map(
        ({ name }) => name,
      );
    expect(await names('--select', 'selector:daily')).toEqual(['rate', 'question']);
    expect(await names('--selector', 'daily', '--exclude', 'rate')).toEqual(['question']);
    expect(await names('--selector', 'daily', '--select', 'revenue')).toEqual(['rate', 'question', 'revenue']);
    expect(await names('--selectors')).toEqual(['daily']);
  });

  it.each([['ls'], ['compile'], ['show', 'rate'], ['debug']])(
    '%s --output json prints one array on stdout',
    async (...args) => {
      const { stdout } = await shop.runner([...args, '--output', 'json']);
      expect(Array.isArray(JSON.parse(stdout))).toBe(true);
    },
  );

  it('compile needs no server', async () => {
    const { code, stdout } = await shop.runner(
      ['compile', '--select', 'order_line', '--as-of', '2026-05-01', '--output', 'json'],
      { PGPORT: '1' },
    );
    expect(code).toBe(0);
    expect((JSON.parse(stdout) as { sql: string }[])[0]?.sql).toContain("o.ordered_on <= date '2026-05-01'");
  });

  it('test evaluates contracts on what is published', async () => {
    expect((await shop.runner(['test', ...DAY])).code).toBe(0);
    await shop.db.query('insert into marts.order_line select * from marts.order_line limit 1');
    const { code, stderr } = await shop.runner(['test', ...DAY, '--select', 'order_line']);
    expect(code).toBe(1);
    expect(stderr).toContain('CHECK_FAILED soda/marts/order_line.yml');
  });

  it('a log in JSON is one event a line', async () => {
    const { stdout } = await shop.runner(['build', ...DAY, '--select', 'rate', '--log-format', 'json']);
    const events = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { event: string; status?: string });
    // When the estimates come is not said.
    const names = events.map(({ event }) => event).filter((event) => event !== 'estimates');
    expect(names).toEqual(['run_started', 'plan', 'node_started', 'node_finished', 'table', 'run_finished']);
    expect(events.find(({ event }) => event === 'node_finished')?.status).toBe('success');
  });

  it.each([
    [['biuld'], 'Did you mean "build"?'],
    [['build', '--selct', 'x'], 'Did you mean "select"?'],
    [['build', '--select', 'ordr_line'], 'Did you mean "order_line"?'],
    [['load', 'shp'], 'Did you mean "shop"?'],
    [['ls', '--select', 'a[b'], 'matches no node'],
    [['build', '--select', ''], '--select names nothing'],
    [['build', '--select'], '--select names nothing'],
    [['build', '--select', 'state:modified+'], 'Did you mean "changed+"?'],
    [['build', '--select', 'rate,order_line'], 'no node is in all parts'],
    [['ls', '--selector', 'dayly'], 'Did you mean "daily"?'],
    [['show', 'marts'], '"marts" names'],
    [['db', 'url', '--project-dir', 'models'], 'PROJECT_NOT_FOUND'],
    [['build', '--as-of', 'yesterday'], 'YYYY-MM-DD'],
    [['ls', '--vars', 'curency=USD'], 'Did you mean "currency"?'],
    [['show', '--vars', 'colour=1', '--inline', "select {{ var('m', 1) }}"], 'Variables are: currency, m.'],
    [['show'], '--inline'],
    [['build', '--threads', '0'], '--threads must be a whole number from 1'],
    [['show', 'revenue', '--limit', '-1'], '--limit must be a whole number from 0'],
    [[], 'which command?'],
  ])('%j is a wrong command, with the next step', async (args, text) => {
    const { code, stderr } = await shop.runner(args);
    expect(code).toBe(2);
    expect(stderr).toContain(text);
  });

  it('a wrong command line is an event of the log in JSON too', async () => {
    const wrong = async (...args: string[]): Promise<readonly [string, string]> => {
      const { stdout, stderr } = await shop.runner(args);
      return [stdout, stderr];
    };
    const fault = { code: 'USAGE', message: 'load has no --full-refresh, only build, pipeline, retry' };
    const [out, err] = await wrong('load', '--full-refresh', '--log-format', 'json');
    expect(JSON.parse(out)).toMatchObject({ event: 'faults', faults: [fault] });
    expect(err).toBe('');
    const [answer, log] = await wrong('ls', '--selct', '--output=json', '--log-format=json');
    expect(answer).toBe('');
    expect(JSON.parse(log)).toMatchObject({ event: 'faults', faults: [{ code: 'USAGE' }] });
  });

  it('a folder without a project is said to be one', async () => {
    renameSync(join(shop.dir, 'project.yml'), join(shop.dir, 'project.off'));
    const { code, stderr } = await shop.runner(['ls']);
    renameSync(join(shop.dir, 'project.off'), join(shop.dir, 'project.yml'));
    expect(code).toBe(2);
    expect(stderr).toContain('PROJECT_NOT_FOUND');
  });
});
