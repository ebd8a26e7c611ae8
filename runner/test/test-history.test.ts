import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { takeLock } from '../state/lock.ts';
import { ROOT, type Workplace, workplace } from './cli.ts';

const CONTRACT = 'soda/marts/order_line.yml';
let shop: Workplace;
const edit = (file: string, change: (text: string) => string): void => {
  writeFileSync(join(shop.dir, file), change(readFileSync(join(shop.dir, file), 'utf8')));
};
const history = (...args: string[]) => shop.runner(['test', '--history', ...args]);

beforeAll(async () => {
  const parts = ['project.yml', 'models', 'seeds', 'macros', 'sources', 'soda'];
  shop = await workplace(join(ROOT, 'runner/test/fixtures/shop'), parts, {
    SHOP_TOKEN: 'a-real-one',
    ORDERS: 'sources/orders.txt',
  });
});
afterAll(() => shop?.close());

describe('the history of checks', () => {
  it('of a target that was never built says so, and makes nothing there', async () => {
    const { code, stdout } = await history();
    expect(code).toBe(0);
    expect(stdout).toContain('No history yet');
    expect(JSON.parse((await history('--output', 'json')).stdout)).toEqual([]);
    expect(await shop.rows("select nspname from pg_namespace where nspname in ('runs', 'marts')")).toEqual([]);
  });

  it('shows the values run by run, each run with its day, its name and its engine', async () => {
    const run = (day: string) => shop.runner(['pipeline', '--as-of', day], { RUN_LABEL: `run of ${day}` });
    expect((await run('2026-03-10')).code).toBe(0);
    appendFileSync(join(shop.dir, 'sources/orders.txt'), '4|plum|9.00|2026-03-02\n4|plum|9.00|2026-03-02\n');
    expect((await run('2026-03-11')).code).toBe(1);
    edit('sources/orders.txt', (text) => text.replace('4|plum', '5|plum'));
    expect((await run('2026-03-12')).code).toBe(0);
    const { stdout } = await history('--select', 'order_line');
    expect(stdout).toMatch(/marts.order_line {2}soda\/marts\/order_line.yml · 3 runs/);
    expect(stdout).toMatch(/duplicates of order_id +must be 0 +▁█▁ +0…1 +0 +1✗ +0/);
    expect(stdout).toMatch(/row count +must be greater than 0 +▁██ +3…5 +3 +5 +5/);
    expect(stdout).toMatch(/missing values of order_id +must be 0 +▁▁▁ +0 +0 +0 +0/);
    expect(stdout).toMatch(/#2 +\d{4}-\d\d-\d\d \d\d:\d\d +2026-03-11 +run of 2026-03-11 +pipeline +runner/);
  });

  it('in JSON is all of it, also what is steady', async () => {
    const { stdout } = await history('--select', 'order_line', '--output', 'json', '--last', '2');
    const checks = JSON.parse(stdout) as readonly Readonly<Record<string, unknown>>[];
    expect(checks).toHaveLength(6);
    expect(checks.find(({ check }) => check === 'columns.order_id.checks.duplicate')).toMatchObject({
      node: 'order_line',
      relation: 'marts.order_line',
      file: CONTRACT,
      line: 7,
      threshold: 'must be 0',
      points: [
        { run_id: 'run of 2026-03-11', day: '2026-03-11', engine: 'runner', outcome: 'FAILED', value: '1' },
        { run_id: 'run of 2026-03-12', day: '2026-03-12', engine: 'runner', outcome: 'PASSED', value: '0' },
      ],
    });
  });

  it('is shown while a run holds the target, and records nothing', async () => {
    const runs = await shop.rows('select count(*), max(started_at) from runs.run');
    const request = { project: 'shop', stateSchema: 'runs', runId: 'other', wait: 0, onWait: () => undefined };
    const lock = await takeLock(shop.db, request);
    expect((await history('--select', 'rate')).code).toBe(0);
    expect((await shop.runner(['test', '--select', 'rate'])).code).toBe(3);
    await lock.release();
    expect(await shop.rows('select count(*), max(started_at) from runs.run')).toEqual(runs);
  });

  it('keeps the verdicts of both engines on one run apart', async () => {
    await shop.db.query(
      `insert into runs.check_result (run_id, node_id, check_path, check_type, name, outcome, value, threshold, engine)
       select run_id, node_id, check_path, check_type, name, 'FAILED', '9', threshold, 'soda'
       from runs.check_result where name = 'row count' and run_id = 'run of 2026-03-12'`,
    );
    const { stdout } = await history('--select', 'order_line');
    expect(stdout).toMatch(/row count .* 3 +5 +5 +9✗/);
    expect(stdout).toMatch(/#4 .* run of 2026-03-12 +pipeline +soda/);
  });

  it('tells what the contract has no more, and what no run has recorded', async () => {
    edit(CONTRACT, (text) => text.replace('{duplicate: }', '{duplicate: {qualifier: again}}'));
    const { stdout } = await history('--select', 'order_line');
    expect(stdout).toContain('1 check no longer in the contract');
    expect(stdout).toContain('1 check not recorded yet: duplicates of order_id (again)');
  });

  it('of what has no contract says so', async () => {
    expect((await history('--select', 'question')).stdout).toContain('nothing that is selected has a contract');
  });

  it('is read from a database that an older version has left', async () => {
    await shop.db.query("delete from runs.check_result where engine = 'soda'");
    await shop.db.query('alter table runs.check_result drop column engine');
    const { stdout } = await history('--select', 'order_line', '--output', 'json');
    expect(JSON.parse(stdout)).toMatchObject([{ points: [{ engine: 'runner' }, {}, {}] }, {}, {}, {}, {}, {}]);
  });

  it.each([
    [['--history', '--unit'], '--history is of contracts'],
    [['--history', '--engine', 'soda'], '--history evaluates nothing'],
    [['--last', '3'], '--last says how many runs --history shows'],
    [['--output', 'json'], '--output json is the answer of --history'],
    [['--history', '--last', '0'], '--last must be a whole number from 1'],
    [['--history', '--select', 'ordr_line'], 'Did you mean "order_line"?'],
  ])('%j is a wrong command, with the reason', async (args, text) => {
    const { code, stderr } = await shop.runner(['test', ...args]);
    expect(code).toBe(2);
    expect(stderr).toContain(text);
  });
});
