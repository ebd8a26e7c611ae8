import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type GatePlace, gatePlace } from './processes.ts';

let place: GatePlace;
beforeAll(async () => {
  place = await gatePlace();
  writeFileSync(join(place.dir, 'models/marts/first.sql'), "select id as n from {{ source('shop', 'orders') }}");
  expect((await place.runner(['pipeline'], { RUN_LABEL: 'built' })).code).toBe(0);
});
afterAll(() => place?.close());

/** Schemas of throw-away builds. */
const spaces = async (): Promise<number> =>
  new Set(
    (await place.rows("select left(nspname, 23) from pg_namespace where nspname like 'runner\\_scratch\\_%'")).flat(),
  ).size;
/** All that is published and recorded. */
const published = async (): Promise<string> => {
  const tables = [
    'marts.first',
    'marts.slow',
    'marts.after',
    'log.run_log',
    'runs.run',
    'runs.node_state',
    'runs.batch',
  ];
  const dumps = await Promise.all(
    tables.map((name) => place.rows(`select t::text, xmin, ctid from ${name} as t order by 1`)),
  );
  return JSON.stringify(dumps);
};
const terminate = (pid: string) => place.rows(`select pg_terminate_backend(${pid}, 5000)`);

describe('a replay that is ended in the midst', () => {
  it('by SIGKILL has touched nothing that is published; the next one drops what it left, and not what another uses', async () => {
    const before = await published();
    await place.closed(async (open) => {
      const killed = place.start(['replay']);
      const [statement = ''] = await place.waitAtGate();
      killed.kill('SIGKILL');
      await killed.ended;
      expect(await spaces()).toBe(1);
      expect((await place.runner(['clean', '--orphans'])).stdout).toContain('No orphans');
      // Its statement waits on, as the server does not know yet that nobody listens.
      await terminate(statement);
      const next = place.start(['replay']);
      await place.waitAtGate();
      expect(await spaces()).toBe(1);
      const another = place.start(['replay', 'built']);
      await place.waitAtGate(2);
      expect(await spaces()).toBe(2);
      await open();
      const ends = await Promise.all([next.ended, another.ended]);
      expect(ends.map(({ code, stderr }) => [code, stderr])).toEqual([
        [0, ''],
        [0, ''],
      ]);
    });
    expect(await spaces()).toBe(0);
    expect(await published()).toBe(before);
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('by %s cleans up at once, and says so by its exit code', async (signal, code) => {
    await place.closed(async () => {
      const replay = place.start(['replay']);
      await place.waitAtGate();
      replay.kill(signal);
      const ended = await replay.ended;
      expect(ended.code).toBe(code);
      expect(ended.stderr).toContain('CANCELLED');
      expect(await spaces()).toBe(0);
    });
  });

  it('by a lost connection says so and cleans up', async () => {
    await place.closed(async () => {
      const replay = place.start(['replay']);
      for (const pid of await place.waitAtGate()) await terminate(pid);
      const ended = await replay.ended;
      expect(ended.code).toBe(1);
      expect(ended.stderr).toContain('CONNECTION_LOST');
      expect(await spaces()).toBe(0);
    });
  });

  it('by the loss of its rows says which, and takes no result from what was left', async () => {
    await place.closed(async (open) => {
      const replay = place.start(['replay', '--output', 'json']);
      await place.waitAtGate();
      await place.rows('update runs.batch set pruned_at = now()');
      await open();
      const ended = await replay.ended;
      expect(ended.code).toBe(2);
      expect(ended.stdout).toBe('');
      expect(ended.stderr).toMatch(/REPLAY_PRUNED[\s\S]*shop\.orders batch 1, dropped/);
    });
    await place.rows('update runs.batch set pruned_at = null');
  });
});

describe('what a killed diff or replay has left', () => {
  const leave = () =>
    place.rows(
      'create schema runner_scratch_deadbeef_base_marts; create table runner_scratch_deadbeef_base_marts.a ()',
    );

  it.each([[['build', '--select', 'changed']], [['load']]])('is dropped by the next %j', async (args) => {
    await leave();
    const ended = await place.runner(args);
    expect([ended.code, ended.stderr]).toEqual([0, '']);
    expect(await spaces()).toBe(0);
  });

  it('keeps no run waiting where it can not be dropped yet: that is told', async () => {
    await leave();
    await place.db.transaction(async (tx) => {
      await tx.query('lock table runner_scratch_deadbeef_base_marts.a in access share mode');
      const { code, stdout } = await place.runner(['build', '--select', 'changed']);
      expect([code, stdout]).toEqual([0, expect.stringContaining('runner_scratch_deadbeef_base_marts: ')]);
    });
    await place.runner(['load']);
    expect(await spaces()).toBe(0);
  });
});

describe('a diff', () => {
  it('whose raw rows are erased between its two builds says so, and gives no figures', async () => {
    const git = (...args: readonly string[]): unknown =>
      execFileSync('git', ['-c', 'user.name=x', '-c', 'user.email=x@example.org', ...args], { cwd: place.dir });
    git('init', '-q', '-b', 'main');
    git('add', 'project.yml', 'models', 'sources');
    git('commit', '-q', '-m', 'x');
    const slow = join(place.dir, 'models/marts/slow.sql');
    const text = readFileSync(slow, 'utf8');
    writeFileSync(slow, text.replace('select n', 'select n + 1 as n'));
    await place.closed(async (open) => {
      const diff = place.start(['diff', '--base', 'HEAD', '--output', 'json']);
      await place.waitAtGate();
      await place.rows('update runs.batch set row_count = row_count - 1');
      await open();
      const { code, stdout, stderr } = await diff.ended;
      expect([code, stdout]).toEqual([2, '']);
      expect(stderr).toMatch(/DIFF_DATA_CHANGED[\s\S]*shop\.orders/);
    });
    expect(await spaces()).toBe(0);
    await place.rows('update runs.batch set row_count = row_count + 1');
    writeFileSync(slow, text);
  });
});

describe('a replay beside a run', () => {
  it('waits for a lock half a minute at the most, as all that only read', async () => {
    const { stdout } = await place.runner([
      'show',
      '--inline',
      "select current_setting('lock_timeout') as t",
      '--output',
      'json',
    ]);
    expect(stdout).toContain('"30s"');
  });

  it('keeps it from nothing, and is kept from nothing by it', async () => {
    await place.closed(async (open) => {
      const replay = place.start(['replay', 'built']);
      await place.waitAtGate();
      const orders = join(place.dir, 'sources/orders.mjs');
      writeFileSync(orders, readFileSync(orders, 'utf8').replace("cells: ['2']", "cells: ['3']"));
      // Lands another batch.
      const pipeline = await place.process(['pipeline', '--select', 'first']);
      expect([pipeline.code, pipeline.stderr]).toEqual([0, '']);
      expect(await place.rows('select n from marts.first order by n')).toEqual([['1'], ['3']]);
      const build = place.start(['build', '--select', 'slow']);
      await place.waitAtGate(2);
      await open();
      expect((await build.ended).code).toBe(0);
      const ended = await replay.ended;
      expect([ended.code, ended.stdout]).toEqual([
        1,
        expect.stringMatching(/first +differs[\s\S]*another run has published meanwhile: .*first/),
      ]);
    });
  });
});
