import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Ended, ROOT, type Workplace, workplace } from './cli.ts';

let shop: Workplace;
const SQL = 'models/marts/dear.sql';
const TESTS = 'models/marts/dear.tests.yml';
const write = (file: string, text: string): void => writeFileSync(join(shop.dir, file), text);
const edit = (file: string, change: (text: string) => string): void =>
  write(file, change(readFileSync(join(shop.dir, file), 'utf8')));
const run = (...args: string[]): Promise<Ended> => shop.runner([...args, '--as-of', '2026-03-10']);
const build = (): Promise<Ended> => run('build', '--select', 'changed');
const changed = async (): Promise<readonly string[]> =>
  (JSON.parse((await run('ls', '--select', 'changed', '--output', 'json')).stdout) as { name: string }[]).map(
    ({ name }) => name,
  );
const published = () => shop.rows('select product from marts.dearest order by 1');

beforeAll(async () => {
  shop = await workplace(
    join(ROOT, 'runner/test/fixtures/shop'),
    ['project.yml', 'models', 'seeds', 'macros', 'sources', 'soda'],
    { SHOP_TOKEN: 'a-real-one', ORDERS: 'sources/orders.txt' },
  );
  write(SQL, "{{ config(materialized='ephemeral') }}\nselect product from {{ ref('stg_orders') }} where amount >= 3\n");
  write('models/marts/near.sql', "{{ config(materialized='ephemeral') }}\nselect * from {{ ref('dear') }}\n");
  write('models/marts/dearest.sql', "select product from {{ ref('near') }}\n");
  write('models/marts/named.sql', "select product as name from {{ ref('dear') }}\n");
  write('models/marts/below.sql', "select * from {{ ref('named') }}\n");
  write(
    TESTS,
    `- name: three is dear
  given: {stg_orders: [{product: a, 'amount::numeric': 3}, {product: b, 'amount::numeric': 2.99}]}
  expect: [{product: a}]
`,
  );
  expect((await run('pipeline')).code).toBe(0);
});
afterAll(() => shop?.close());

describe('an ephemeral model', () => {
  it('has its unit tests run by the build of what it stands in, once, and their results kept', async () => {
    expect(
      await shop.rows("select node_id, name, outcome from runs.check_result where node_id = 'model.shop.dear'"),
    ).toEqual([['model.shop.dear', 'three is dear', 'PASSED']]);
  });

  it('stops what it stands in, near or far, when a unit test of it fails, and is told once', async () => {
    const before = await published();
    edit(SQL, (text) => text.replace('>= 3', '> 3'));
    const fast = await run('build', '--select', 'changed', 'rate', '--fail-fast');
    expect(fast.stdout).toMatch(/skipped +seed +marts\.rate +not started: --fail-fast ended the run/);
    expect(fast.stdout).toContain('1 FAILED, 3 not run, 1 skipped');
    const { code, stdout, stderr } = await build();
    expect(code).toBe(1);
    expect(stderr.match(/UNIT_TEST_FAILED models\/marts\/dear\.tests\.yml:1\n/g)).toHaveLength(1);
    for (const name of ['dearest', 'named', 'below'])
      expect(stdout).toMatch(new RegExp(`not run +table +marts\\.${name} +not run: dear did not succeed`));
    expect(stdout).toContain('1 FAILED, 3 not run');
    expect(stdout).toMatch(/FAILED +\w+ +marts\.dear /);
    expect(await published()).toEqual(before);
    const artifact = JSON.parse(readFileSync(join(shop.dir, 'target/run_results.json'), 'utf8')) as {
      results: { unique_id: string; status: string; failures: number }[];
    };
    expect(artifact.results).toContainEqual(
      expect.objectContaining({ unique_id: 'model.shop.dear', status: 'fail', failures: 1 }),
    );
    expect(await shop.rows('select status, error from runs.run order by started_at desc limit 1')).toEqual([
      ['failed', '1 of 1 unit test failed: "three is dear"'],
    ]);
    const { stdout: failed } = await run('ls', '--select', 'result:failed+', '--output', 'json');
    expect((JSON.parse(failed) as { name: string }[]).map(({ name }) => name).sort()).toEqual([
      'below',
      'dear',
      'dearest',
      'named',
      'near',
    ]);
  });

  it('that changed is explained with its own SQL, to all that it stands in', async () => {
    const { stdout } = await run('explain');
    const diff =
      '  parent dear (its SQL changed)\n      from stg_orders\n    - where amount >= 3\n    + where amount > 3\n';
    expect(stdout).toContain(`named, dearest\n${diff}`);
    expect(stdout).toContain('below\n  parent named (may change: parent dear)\n');
  });

  it('lets what it stands in be retried once it is mended', async () => {
    edit(SQL, (text) => text.replace('> 3', '>= 3.0'));
    const { code, stdout } = await run('retry');
    expect(code).toBe(0);
    expect(stdout).toContain('retrying 3 of the 3 nodes');
    expect(await changed()).toEqual([]);
  });

  it('makes what it stands in due when its unit tests were edited', async () => {
    edit(TESTS, (text) => text.replace('2.99', '2.5'));
    expect(await changed()).toEqual(expect.arrayContaining(['dearest', 'named']));
    expect((await run('explain')).stdout).toContain('unit tests dear: three is dear: ');
    expect((await build()).stdout).toContain('2 ok, 1 spared');
  });
});
