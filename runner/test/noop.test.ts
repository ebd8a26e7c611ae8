import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Ended, ROOT, type Workplace, workplace } from './cli.ts';

const FIXTURE = join(ROOT, 'runner/test/fixtures/shop');
const DAY = ['--as-of', '2026-03-10'];
const NOOP = ['build', ...DAY, '--select', 'changed'];

/** Writes down every module that a process asks for. */
const HOOKS = `
  import { appendFileSync } from 'node:fs';
  export async function resolve(name, context, next) {
    const found = await next(name, context);
    appendFileSync(process.env.LOADED, found.url + '\\n');
    return found;
  }`;

let shop: Workplace;
beforeAll(async () => {
  shop = await workplace(FIXTURE, ['project.yml', 'models', 'seeds', 'macros', 'sources', 'soda'], {
    SHOP_TOKEN: 'a-real-one',
    ORDERS: 'sources/orders.txt',
  });
  writeFileSync(join(shop.dir, 'hooks.mjs'), HOOKS);
  writeFileSync(
    join(shop.dir, 'watch.mjs'),
    "import { register } from 'node:module'; register('./hooks.mjs', import.meta.url);",
  );
  expect((await shop.process(['pipeline', ...DAY])).code).toBe(0);
});
afterAll(() => shop?.close());

async function run(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ended & { readonly libraries: readonly string[] }> {
  const loaded = join(shop.dir, 'loaded.txt');
  writeFileSync(loaded, '');
  const watch = pathToFileURL(join(shop.dir, 'watch.mjs')).href;
  const ended = await shop.process(args, { NODE_OPTIONS: `--import ${watch}`, LOADED: loaded, ...env });
  const names = [...readFileSync(loaded, 'utf8').matchAll(/node_modules\/((?:@[^/]+\/)?[^/]+)\//g)].map(
    ([, name]) => name ?? '',
  );
  return { ...ended, libraries: [...new Set(names)].sort() };
}

describe('a run that has nothing to do', () => {
  it('loads no parser, no template engine, no migrations and no argument parser', async () => {
    const first = await run(NOOP, { RUNNER_CACHE: '0' });
    expect(first.libraries).toEqual(expect.arrayContaining(['nunjucks', 'yaml']));
    const { code, stdout, libraries } = await run(NOOP);
    expect([code, stdout]).toEqual([0, expect.stringContaining('Nothing changed')]);
    expect(libraries).toEqual([]);
  });

  it('is recorded like any other', async () => {
    await shop.process(NOOP);
    expect(
      await shop.rows('select command, status, finished_at is not null from runs.run order by started_at desc limit 1'),
    ).toEqual([['build', 'nothing_to_do', 't']]);
  });

  it('finds out the same without the cache, and after the cache was damaged', async () => {
    writeFileSync(join(shop.dir, 'target', 'cache', 'project.cache'), 'nonsense');
    for (const env of [{}, { RUNNER_CACHE: '0' }]) {
      expect((await shop.process(NOOP, env)).stdout).toContain('Nothing changed');
    }
  });

  it('says with --timings what the time went into, and in a log in JSON as an event', async () => {
    const { stdout, stderr } = await shop.process([...NOOP, '--timings']);
    expect(stdout).not.toContain('total');
    expect(stderr.match(/^ +\w+/gm)?.map((stage) => stage.trim())).toEqual([
      'start',
      'load',
      'connect',
      'state',
      'record',
      'plan',
      'report',
      'end',
      'total',
    ]);
    const events = (await shop.process([...NOOP, '--timings', '--log-format', 'json'])).stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(events.map(({ event }) => event)).toEqual(
      expect.arrayContaining(['run_started', 'run_finished', 'timings']),
    );
    expect(events.find(({ event }) => event === 'run_finished')).toMatchObject({
      status: 'nothing_to_do',
      exitCode: 0,
      counts: {},
    });
  });
});

describe('a run that has something to do', () => {
  it('counts in its last event how the nodes ended, and tells once what they usually take', async () => {
    const { stdout } = await shop.process(['build', ...DAY, '--select', 'rate', '--log-format', 'json']);
    const events = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(events.find(({ event }) => event === 'run_finished')).toMatchObject({
      status: 'success',
      counts: { success: 1 },
    });
    const [estimates] = events.filter(({ event }) => event === 'estimates');
    expect(Object.keys(estimates?.seconds as object)).toEqual([expect.stringContaining('rate')]);
  });

  it('answers load with its flags as an event', async () => {
    const { stdout } = await shop.process(['load', ...DAY, '--log-format', 'json']);
    const events = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { event: string; flags?: { name: string }[] });
    expect(events.find(({ event }) => event === 'flags')?.flags?.map(({ name }) => name)).toEqual(['O', 'R', 'N']);
  });
});
