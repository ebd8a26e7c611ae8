import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Ended, ROOT, type Workplace, workplace } from './cli.ts';

const DAY = ['--as-of', '2026-03-10'];
let shop: Workplace;
const file = (name: string): string => join(shop.dir, name);
const clean = (...args: string[]): Promise<Ended> => shop.runner(['clean', '--orphans', ...args]);
const build = (...args: string[]): Promise<Ended> => shop.runner(['build', ...DAY, '--select', 'changed', ...args]);
const isThere = async (relation: string): Promise<boolean> =>
  (await shop.rows(`select to_regclass('${relation}') is not null`))[0]?.[0] === 't';

beforeAll(async () => {
  const parts = ['project.yml', 'models', 'seeds', 'macros', 'sources', 'soda'];
  shop = await workplace(join(ROOT, 'runner/test/fixtures/shop'), parts, { SHOP_TOKEN: 'a-real-one' });
  writeFileSync(file('.env'), 'ORDERS=sources/orders.txt\n');
  writeFileSync(file('models/marts/sold.sql'), "select product from {{ ref('revenue') }}");
  writeFileSync(
    file('models/marts/best.sql'),
    "{{ config(materialized='view') }}select * from {{ ref('sold') }} limit 1",
  );
  writeFileSync(file('models/log/old_log.sql'), "{{ config(unique_key=['n'], full_refresh=false) }}select 1 as n");
  expect((await shop.runner(['pipeline', ...DAY])).code).toBe(0);
  await shop.db.query('create table marts.by_hand as select 1 as n');
});
afterAll(() => shop?.close());

describe('relations that no model builds any more', () => {
  it('are none as long as every model is there, and what was made by hand is none', async () => {
    const { code, stdout } = await clean();
    expect(code).toBe(0);
    expect(stdout).toBe('No orphans: every relation that the runner built has its model.\n');
    expect((await build()).stdout).not.toContain('orphan');
  });

  it('are told by build and debug when a model is deleted, renamed or moved to another schema', async () => {
    rmSync(file('models/marts/best.sql'));
    renameSync(file('models/marts/sold.sql'), file('models/marts/sales.sql'));
    const question = readFileSync(file('models/marts/question.sql'), 'utf8');
    writeFileSync(file('models/marts/question.sql'), `{{ config(schema='asked') }}${question}`);
    const { code, stdout } = await build();
    expect(code).toBe(0);
    const notice =
      '3 orphans, built by models that are no more: marts.best, marts.question, marts.sold — runner clean --orphans';
    expect(stdout).toContain(notice);
    expect((await shop.runner(['debug'])).stdout).toContain('3 that no model builds any more: runner clean --orphans');
    expect(await isThere('asked.question')).toBe(true);
  });

  it('are listed with what they hold, and stay when nobody is there to say yes', async () => {
    const { code, stdout } = await clean();
    expect(code).toBe(0);
    expect(stdout).toMatch(/marts\.best +view +best is no more +dropped once confirmed/);
    expect(stdout).toMatch(/marts\.sold +table +2 +\d+ kB +sold is no more +dropped once confirmed/);
    expect(stdout).toMatch(/marts\.question +table +2 +\d+ kB +question moved elsewhere/);
    expect(stdout).toContain('Nothing dropped. To drop: runner clean --orphans --yes');
    expect(await isThere('marts.sold')).toBe(true);
  });

  it('stay when something else needs them, which is named; the others go', async () => {
    await shop.db.query('create view public.mine as select * from marts.sold');
    const { code, stdout } = await clean('--yes');
    expect(code).toBe(0);
    expect(stdout).toMatch(/marts\.sold stays: needed by "public"\."mine"/);
    expect(stdout).toContain('Dropped 2 relations.');
    expect([await isThere('marts.best'), await isThere('marts.question'), await isThere('marts.sold')]).toEqual([
      false,
      false,
      true,
    ]);
    expect(await shop.rows("select node_id from runs.node_state where node_id ~ 'best|question' order by 1")).toEqual([
      ['model.shop.question'],
    ]);
    await shop.db.query('drop view public.mine');
  });

  it('are not dropped while another run holds the target', async () => {
    await shop.db.connection(async (session) => {
      await session.query("select pg_advisory_lock(hashtextextended('runner of shop', 0))");
      expect((await clean('--yes')).code).toBe(3);
      await session.query('select pg_advisory_unlock_all()');
    });
    expect((await clean('--yes')).stdout).toContain('Dropped 1 relation.');
    expect(await isThere('marts.sold')).toBe(false);
  });

  it('that hold a protected history go only when they are named', async () => {
    rmSync(file('models/log/old_log.sql'));
    const kept = await clean('--yes');
    expect(kept.stdout).toMatch(
      /log\.old_log stays: protected \(full_refresh=false\): --include-protected log\.old_log/,
    );
    expect(await isThere('log.old_log')).toBe(true);
    const wrong = await clean('--yes', '--include-protected', 'old_lgo');
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toContain('Did you mean "old_log"?');
    expect((await clean('--yes', '--include-protected', 'old_log')).stdout).toContain('Dropped 1 relation.');
    expect(await isThere('log.old_log')).toBe(false);
  });

  it('are left alone when somebody made another table under the name', async () => {
    rmSync(file('models/marts/sales.sql'));
    await shop.db.query('drop table marts.sales; create table marts.sales as select 1 as mine');
    expect((await clean('--yes')).stdout).toContain('No orphans');
    expect(await isThere('marts.sales')).toBe(true);
  });

  it('still are known when they were made again because a table that they read was replaced', async () => {
    const edit = (name: string, from: string, to: string): void => {
      const text = readFileSync(file(name), 'utf8');
      expect(text).toContain(from);
      writeFileSync(file(name), text.replace(from, to));
    };
    // The type of a column of the view becomes another one.
    edit('models/marts/order_line.sql', "'r.rate') }} as amount", "'r.rate') }}::float8 as amount");
    edit('soda/marts/order_line.yml', 'name: amount, data_type: numeric', 'name: amount, data_type: double precision');
    const before = await shop.rows("select 'marts.revenue'::regclass::oid");
    expect((await build('--exclude', 'revenue')).code).toBe(0);
    expect(await shop.rows("select 'marts.revenue'::regclass::oid")).not.toEqual(before);
    expect(
      await shop.rows(
        "select oid = 'marts.revenue'::regclass::oid::bigint from runs.built_relation where relation_name = 'revenue'",
      ),
    ).toEqual([['t']]);
  });

  it('still are known when a hook has made them again', async () => {
    const hooks = "'drop view if exists marts.seen', 'create view marts.seen as select n from marts.counted'";
    const write = (n: number): void =>
      writeFileSync(
        file('models/marts/counted.sql'),
        `{{ config(publish='difference', post_hook=[${hooks}]) }}select ${n} as n`,
      );
    write(1);
    writeFileSync(file('models/marts/seen.sql'), "{{ config(materialized='view') }}select n from {{ ref('counted') }}");
    const oid = "select 'marts.seen'::regclass::oid::bigint";
    const noted = "select oid from runs.built_relation where relation_name = 'seen'";
    expect(await shop.runner(['build', ...DAY, '--select', 'counted', 'seen'])).toMatchObject({ code: 0, stderr: '' });
    const before = await shop.rows(oid);
    write(2);
    expect((await shop.runner(['build', ...DAY, '--select', 'counted'])).code).toBe(0);
    expect(await shop.rows(oid)).not.toEqual(before);
    expect(await shop.rows(noted)).toEqual(await shop.rows(oid));
  });
});
