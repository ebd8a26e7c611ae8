import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ROOT } from './cli.ts';
import { type Running, startProcess } from './processes.ts';

let dir: string;

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'runner-embedded-cancel-'));
  cpSync(join(ROOT, 'runner/test/fixtures/gate'), dir, { recursive: true });
});
afterAll(async () => {
  await runner('clean', '--data').ended;
  rmSync(dir, { recursive: true, force: true });
});

const runner = (...args: string[]): Running =>
  startProcess([process.execPath, join(ROOT, 'bin', 'runner.mjs'), ...args], {
    cwd: dir,
    env: { PATH: process.env.PATH ?? '' },
  });

it('Ctrl-C while the data directory is made leaves nothing that keeps the next start from making it', async () => {
  const run = runner('build');
  await expect.poll(run.output, { timeout: 30_000 }).toContain('creating the PostgreSQL data directory');
  run.killGroup('SIGINT');
  const { code, stderr } = await run.ended;
  expect(code).toBe(130);
  expect(stderr).toContain('CANCELLED');
  expect((await runner('build').ended).code).toBe(0);
});

it('Ctrl-C while the server starts is no obstacle for the next command', async () => {
  await runner('db', 'stop').ended;
  const run = runner('build');
  await expect.poll(run.output, { timeout: 30_000 }).toContain('starting PostgreSQL');
  run.killGroup('SIGINT');
  expect((await run.ended).code).toBe(130);
  // The server goes on starting by itself, or the next command starts it.
  expect((await runner('build').ended).code).toBe(0);
});

it('the embedded server survives the Ctrl-C that ends a run', async () => {
  const url = (await runner('db', 'url').ended).stdout;
  const run = runner('show', '--inline', 'select pg_sleep(1000)');
  const atWork = ['show', '--inline', "select count(*) as n from pg_stat_activity where wait_event = 'PgSleep'"];
  const count = async () => JSON.parse((await runner(...atWork, '--output', 'json').ended).stdout);
  await expect.poll(count, { timeout: 30_000 }).toEqual([{ n: 1 }]);
  run.killGroup('SIGINT');
  expect((await run.ended).code).toBe(130);
  expect(await count()).toEqual([{ n: 0 }]);
  expect((await runner('db', 'url').ended).stdout).toBe(url);
});
