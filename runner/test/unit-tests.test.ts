import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT, type Workplace, workplace } from './cli.ts';

let shop: Workplace;
const DAY = ['--as-of', '2026-03-10'];
const FILE = 'models/marts/order_line.tests.yml';
const write = (file: string, text: string): void => writeFileSync(join(shop.dir, file), text);
const edit = (file: string, change: (text: string) => string): void =>
  write(file, change(readFileSync(join(shop.dir, file), 'utf8')));

const TESTS = `
defaults:
  as_of: 2026-03-10
  given:
    rate: [{currency: EUR, rate: 2}, {currency: USD, rate: 3}]
tests:
  - name: an order of the day counts, one of the next day does not
    given:
      stg_orders: |
        order_id::bigint, product, amount::numeric, ordered_on::date
        1,                apple,   2.50,            2026-03-10
        2,                apple,   2.50,            2026-03-11
    expect:
      - {order_id: 1, product: apple, amount: 5, ordered_on: 2026-03-10}
  - name: another currency has another rate
    vars: {currency: USD}
    given:
      stg_orders: [{order_id: 1, product: pear, 'amount::numeric': 1.115, 'ordered_on::date': 2026-01-01}]
    expect: [{order_id: 1, amount: 3.35}]
`;

beforeAll(async () => {
  shop = await workplace(
    join(ROOT, 'runner/test/fixtures/shop'),
    ['project.yml', 'models', 'seeds', 'macros', 'sources', 'soda'],
    { SHOP_TOKEN: 'a-real-one', ORDERS: 'sources/orders.txt' },
  );
  write(FILE, TESTS);
});
afterAll(() => shop?.close());

describe('runner test', () => {
  it('runs unit tests on a server that holds nothing, and leaves it so', async () => {
    const { code, stdout, stderr } = await shop.runner(['test', '--unit']);
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(stdout).toMatch(/ok +table +marts\.order_line +2 unit tests/);
    expect(stdout).toContain('4 unit tests, 0 checks: all passed');
    expect(await shop.rows("select count(*) from pg_namespace where nspname in ('runs', 'marts')")).toEqual([['0']]);
  });

  it('of a model that was never built says that its contract has nothing to audit', async () => {
    const { code, stdout } = await shop.runner(['test', '--select', 'order_line']);
    expect(code).toBe(0);
    expect(stdout).toContain('2 unit tests · not built yet: its contract has nothing to audit');
  });

  it('tells unit tests and checks apart, and takes either alone', async () => {
    expect((await shop.runner(['pipeline', ...DAY])).code).toBe(0);
    const ending = async (...args: string[]): Promise<string> =>
      (await shop.runner(['test', ...args])).stdout.trim().split('\n').at(-1)?.replace(/ · .*/, '') ?? '';
    expect(await ending()).toBe('4 unit tests, 7 checks: all passed');
    expect(await ending('--unit')).toBe('4 unit tests, 0 checks: all passed');
    expect(await ending('--contracts')).toBe('0 unit tests, 7 checks: all passed');
    expect(await ending('--select', 'revenue')).toBe('2 unit tests, 0 checks: all passed');
  });
});

describe('a build', () => {
  const before = [
    ['1', '2.50'],
    ['2', '3.00'],
    ['3', '1.50'],
  ];
  const published = () => shop.rows('select order_id, amount from marts.order_line order by 1');

  it('runs the unit tests of what it builds, and keeps their results', async () => {
    const { stdout } = await shop.runner(['build', ...DAY, '--select', 'order_line']);
    expect(stdout).toMatch(/marts\.order_line +.*2 unit tests, 6 checks/);
    expect(
      await shop.rows(
        "select name, outcome, value from runs.check_result where check_type = 'unit_test' and run_id = (select run_id from runs.run order by started_at desc limit 1) order by 1",
      ),
    ).toEqual([
      ['an order of the day counts, one of the next day does not', 'PASSED', '0'],
      ['another currency has another rate', 'PASSED', '0'],
    ]);
  });

  it('keeps no row of them with the state of the model', async () => {
    const [[kept] = []] = await shop.rows(
      "select details->'unit tests' from runs.node_state where node_id = 'model.shop.order_line'",
    );
    const names = ['an order of the day counts, one of the next day does not', 'another currency has another rate'];
    const hash = expect.stringMatching(/^[\da-f]{12}$/);
    expect(JSON.parse(kept ?? '')).toEqual(Object.fromEntries(names.map((name) => [name, hash])));
  });

  it('publishes nothing of a model whose rule was broken, and prints how its rows differ', async () => {
    edit('models/marts/order_line.sql', (text) => text.replace('o.ordered_on <= ', 'o.ordered_on < '));
    const { code, stdout, stderr } = await shop.runner(['build', ...DAY, '--select', 'changed']);
    edit('models/marts/order_line.sql', (text) => text.replace('o.ordered_on < ', 'o.ordered_on <= '));
    expect(code).toBe(1);
    expect(stderr).toContain(
      [
        'UNIT_TEST_FAILED models/marts/order_line.tests.yml:7',
        '  order_line: unit test "an order of the day counts, one of the next day does not": 1 row missing',
        '  expected: 1 row',
        '  found:',
        '               order_id  product  amount  ordered_on',
        '    - missing  1         apple    5       2026-03-10',
        '  → The rule is in models/marts/order_line.sql. Try again: runner test --unit --select order_line',
      ].join('\n'),
    );
    expect(stdout).toMatch(/FAILED +table +marts\.order_line +1 of 2 unit tests failed/);
    expect(stdout).toMatch(/not run +view +marts\.revenue +not run: order_line did not succeed/);
    expect(await published()).toEqual(before);
    expect(
      await shop.rows(
        "select outcome, message from runs.check_result where check_type = 'unit_test' and outcome <> 'PASSED'",
      ),
    ).toEqual([['FAILED', '1 row missing']]);
  });

  it('takes an edited unit test for a change of its model, and a comment in it for none', async () => {
    const changed = async (): Promise<string> => (await shop.runner(['ls', ...DAY, '--select', 'changed'])).stdout;
    expect((await shop.runner(['build', ...DAY, '--select', 'changed'])).code).toBe(0);
    edit(FILE, (text) => `# a comment\n${text}`.replace('    vars:', '    description: why\n    vars:'));
    expect(await changed()).not.toContain('order_line');
    edit(FILE, (text) => text.replace('3.35', '3.36'));
    expect(await changed()).toContain('order_line');
    const { code, stderr } = await shop.runner(['build', ...DAY, '--select', 'changed']);
    expect(code).toBe(1);
    expect(stderr).toContain('~ changed  1         3.36 ≠ 3.35');
    edit(FILE, () => TESTS);
    expect((await shop.runner(['build', ...DAY, '--select', 'changed'])).code).toBe(0);
  });

  it('says what is missing when an input has no contract to give it types', async () => {
    edit(FILE, (text) => text.replace('amount::numeric', 'amount'));
    const { stderr } = await shop.runner(['test', '--unit', '--select', 'order_line']);
    edit(FILE, () => TESTS);
    expect(stderr).toContain('order_line: operator does not exist: text * numeric');
    expect(stderr).toMatch(/→ stg_orders has no contract: .*amount::numeric/);
  });

  it('builds none of a transaction when a unit test of one of its models fails', async () => {
    write('models/log/run_log.tests.yml', '- {name: wrong, expect: [{run_id: other}]}\n');
    const { code, stdout } = await shop.runner(['build', ...DAY, '--select', 'run_log', '--full-refresh']);
    rmSync(join(shop.dir, 'models/log/run_log.tests.yml'));
    expect(code).toBe(1);
    expect(stdout).toMatch(/FAILED +incremental log\.run_log/);
    expect(stdout).toMatch(/skipped +incremental log\.revenue_log +not built: it shares the transaction of run_log/);
  });
});

describe('a file of unit tests that is wrong', () => {
  it.each([
    [
      'names no model',
      'models/marts/ordr_line.tests.yml',
      '[]',
      /TESTS_WITHOUT_MODEL models\/marts\/ordr_line.tests.yml[\s\S]*Did you mean "order_line"/,
    ],
    ['is no YAML', FILE, '- name: [t\n', /YAML_SYNTAX models\/marts\/order_line\.tests\.yml:/],
    [
      'has an unknown key',
      FILE,
      '- name: t\n  expcet: []\n',
      /CONFIG_INVALID models\/marts\/order_line\.tests\.yml:2:3[\s\S]*Did you mean "expect"/,
    ],
    [
      'names an input that is not read',
      FILE,
      '- name: t\n  given:\n    rat: []\n  expect: []\n',
      /UNIT_TEST_INPUT models\/marts\/order_line\.tests\.yml:3[\s\S]*Did you mean "rate"/,
    ],
  ])('because it %s is refused before anything is connected', async (_why, file, text, message) => {
    const kept = file === FILE ? TESTS : undefined;
    write(file, text);
    const { code, stderr } = await shop.runner(['test'], { PGPORT: '1' });
    if (kept === undefined) rmSync(join(shop.dir, file));
    else write(file, kept);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });
});
