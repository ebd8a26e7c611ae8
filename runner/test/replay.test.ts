import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Ended, ROOT, type Workplace, workplace } from './cli.ts';

let shop: Workplace;
const edit = (file: string, change: (text: string) => string): void =>
  writeFileSync(join(shop.dir, file), change(readFileSync(join(shop.dir, file), 'utf8')));
const replay = (...args: string[]): Promise<Ended> => shop.runner(['replay', ...args]);
const rowsOf = ({ stdout }: Ended) => JSON.parse(stdout) as readonly Readonly<Record<string, unknown>>[];

beforeAll(async () => {
  shop = await workplace(
    join(ROOT, 'runner/test/fixtures/shop'),
    ['project.yml', 'models', 'seeds', 'macros', 'sources', 'soda'],
    { ORDERS: 'sources/orders.txt', SHOP_TOKEN: 'a-real-one' },
  );
  for (const log of ['run_log', 'revenue_log'])
    edit(`models/log/${log}.sql`, (text) => text.replace(/unique_key=\[[^\]]*\]/, "group_key=['run_id']"));
  // The day, a variable and the environment decide what it holds.
  edit(
    'models/log/run_log.sql',
    (text) =>
      `${text.trimEnd()}, '{{ env("REGION", "") }} {{ var("wanted", "all") }}' as asked, {{ today() }} as day\n`,
  );
  const first = await shop.runner(['pipeline', '--as-of', '2026-03-10', '--vars', 'wanted=some'], {
    ...{ REGION: 'north', RUN_LABEL: 'first' },
  });
  expect(first.code, first.stdout + first.stderr).toBe(0);
  edit('sources/orders.txt', (text) => text.trimEnd().split('\n').slice(0, -1).join('\n'));
  const second = await shop.runner(['pipeline', '--as-of', '2026-03-12'], { RUN_LABEL: 'second' });
  expect(second.code, second.stdout + second.stderr).toBe(0);
});
afterAll(() => shop?.close());

describe('runner replay', () => {
  it('takes day, variables, environment, batches and start from the run, and holds nothing', async () => {
    const ended = await replay('first');
    expect(ended.stderr).toBe('');
    expect(ended.stdout).toMatch(/^pipeline first · day 2026-03-10 · success · files of the working tree$/m);
    expect(ended.stdout).toMatch(/^ {2}run_log +equal, 1 row$/m);
    expect(ended.stdout).toMatch(/^Equal: 2 tables, \d+ rows$/m);
    expect(ended.stdout).toContain('Revenue\n');
    expect(ended.code).toBe(0);
    const last = await replay('--output', 'json', '--select', 'run_log');
    expect(rowsOf(last)).toEqual([
      expect.objectContaining({ model: 'run_log', result: 'equal', before: 1, after: 1, why: [] }),
    ]);
    expect(await shop.rows("select count(*) from pg_namespace where nspname like 'runner\\_scratch%'")).toEqual([
      ['0'],
    ]);
    expect(await shop.rows('select count(*) from runs.run')).toEqual([['2']]);
  });

  it('says which column of which row of a history is another, and that nothing recorded explains it', async () => {
    await shop.db.query(
      "update log.run_log set revenue = revenue + 1 where run_id = 'first'; delete from log.revenue_log where run_id = 'first'",
    );
    const ended = await replay('first');
    expect(ended.code).toBe(1);
    expect(ended.stdout).toMatch(/run_log +differs: 1 row kept, 1 built again/);
    expect(ended.stdout).toMatch(/revenue_log +differs: 0 rows kept, \d built again · \d only built again/);
    expect(ended.stdout).toContain('why: nothing that is recorded explains it');
    expect(ended.stdout).toContain('Differs: 2 of 2 tables');
  });

  it('refuses a day or variables of its own, and a selection that leaves nothing', async () => {
    const ended = await replay('second', '--as-of', '2026-03-11');
    expect([ended.code, ended.stderr]).toEqual([2, expect.stringContaining('OPTIONS_CONFLICT')]);
    const none = await replay('second', '--select', 'product');
    expect([none.code, none.stderr]).toEqual([2, expect.stringContaining('REPLAY_NOTHING')]);
  });

  it('lists the last runs where it is asked for one that is not there, or that had nothing to build', async () => {
    const unknown = await replay('secnd');
    expect([unknown.code, unknown.stderr]).toEqual([
      2,
      expect.stringMatching(/RUN_UNKNOWN[\s\S]*Did you mean "second"\?/),
    ]);
    expect(unknown.stdout).toMatch(/second +pipeline +2026-03-12 +success/);
    await shop.runner(['load', '--as-of', '2026-03-12'], { RUN_LABEL: 'loaded' });
    const loaded = await replay('loaded');
    expect([loaded.code, loaded.stderr]).toEqual([
      2,
      expect.stringMatching(/REPLAY_NOTHING[\s\S]*runner replay second/),
    ]);
  });

  it('compares of a run without a history the tables that are still as it published them', async () => {
    const build = await shop.runner(['build', '--select', 'rate product', '--as-of', '2026-03-12'], {
      RUN_LABEL: 'part',
    });
    expect(build.code).toBe(0);
    const ended = await replay();
    expect(ended.stdout).toMatch(/^Equal: 2 tables/m);
    expect(ended.code).toBe(0);
  });

  it('refuses where neither the files nor a commit give what the run had, naming what is another', async () => {
    edit('seeds/rate.csv', (text) => text.replace('2', '3'));
    edit('models/marts/revenue.sql', (text) => `-- no other SQL\n${text}`);
    const ended = await replay('second');
    expect(ended.code).toBe(2);
    expect(ended.stderr).toMatch(
      /REPLAY_FILES[\s\S]*working tree: rate is another\n[\s\S]*no commit was recorded[\s\S]*--as-of 2026-03-12/,
    );
    await shop.db.query("update runs.run set plan = plan - 'made', git_commit = 'abc-dirty' where run_id = 'second'");
    const older = await replay('second');
    expect([older.code, older.stderr]).toEqual([2, expect.stringContaining('was not recorded')]);
  });
});
