import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT, type Workplace, workplace } from './cli.ts';

interface Results {
  readonly args: Readonly<Record<string, unknown>>;
  readonly results: readonly { readonly unique_id: string; readonly status: string; readonly message: string | null }[];
}

let shop: Workplace;
const path = (file: string): string => join(shop.dir, 'target', file);
const edit = (file: string, change: (text: string) => string): void => {
  writeFileSync(join(shop.dir, file), change(readFileSync(join(shop.dir, file), 'utf8')));
};
const results = (): Results => JSON.parse(readFileSync(path('run_results.json'), 'utf8')) as Results;
const statuses = (): readonly string[] =>
  results()
    .results.map(({ unique_id, status }) => `${unique_id.split('.').slice(2).join('.')} ${status}`)
    .sort();

beforeAll(async () => {
  shop = await workplace(
    join(ROOT, 'runner/test/fixtures/shop'),
    ['project.yml', 'models', 'seeds', 'macros', 'sources', 'soda'],
    { ORDERS: 'sources/orders.txt', SHOP_TOKEN: 'a-real-one' },
  );
});
afterAll(() => shop?.close());

describe('the artifacts of a run', () => {
  it('tell how each node ended, also those that were not run', async () => {
    edit('seeds/rate.csv', (text) => `${text}CHF,-1,2020-01-01\n`);
    expect((await shop.runner(['pipeline', '--vars', 'currency=EUR'])).code).toBe(1);
    expect(statuses()).toEqual([
      'oracle.answers success',
      'order_line skipped',
      'product success',
      'question success',
      'rate fail',
      'revenue skipped',
      'revenue_log skipped',
      'run_log skipped',
      'stg_orders success',
    ]);
    expect(results().args).toMatchObject({ which: 'pipeline', select: ['changed'], target: 'server' });
    edit('seeds/rate.csv', (text) => text.replace('CHF,-1,2020-01-01\n', ''));
    expect((await shop.runner(['retry'])).code).toBe(0);
    expect(statuses()).toContain('rate success');
    expect(results().args).toMatchObject({ which: 'retry' });
  });

  it('hold no secret', () => {
    for (const file of ['manifest.json', 'run_results.json'])
      expect(readFileSync(path(file), 'utf8')).not.toMatch(/a-real-one|sample-token/);
  });

  it('are left alone by a run that has nothing to do', async () => {
    const files = ['manifest.json', 'run_results.json'];
    const before = files.map((file) => statSync(path(file)).mtimeMs);
    expect((await shop.runner(['build', '--select', 'changed'])).stdout).toContain('Nothing changed');
    expect(files.map((file) => statSync(path(file)).mtimeMs)).toEqual(before);
  });

  it('are whole after a run that was killed, and hold what it had done', async () => {
    edit('sources/oracle.mjs', (text) => `if (process.env.KILLED) process.kill(process.pid, 'SIGKILL');\n${text}`);
    const args = ['build', '--threads', '1', '--select', 'rate', 'stg_orders', 'source:oracle', 'product'];
    const { code } = await shop.process(args, { KILLED: '1', FORCE_ORACLE: '1' });
    expect(code).not.toBe(0);
    expect(results().args).toMatchObject({
      which: 'build',
      select: ['rate', 'stg_orders', 'source:oracle', 'product'],
    });
    // Of those that ended just before it may lack the last: it is not written after each one.
    const ended = ['rate success', 'stg_orders success'];
    expect(ended).toEqual(expect.arrayContaining([...statuses()]));
  });

  it('compile describes the project without a server', async () => {
    edit('models/marts/revenue.sql', (text) => `${text} -- edited`);
    expect((await shop.runner(['compile'], { PGPORT: '1' })).code).toBe(0);
    const manifest = JSON.parse(readFileSync(path('manifest.json'), 'utf8')) as {
      unit_tests: Record<string, { model: string }>;
      nodes: Record<string, { raw_code: string; columns: Record<string, { data_type: string }> }>;
    };
    expect(manifest.nodes['model.shop.revenue']?.raw_code).toContain('-- edited');
    expect(Object.values(manifest.unit_tests).map(({ model }) => model)).toContain('revenue');
    expect(manifest.nodes['model.shop.order_line']?.columns.order_id?.data_type).toBe('bigint');
  });
});
