import { writeFileSync } from 'node:fs';
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

describe('a replay beside a run', () => {
  it('keeps it from nothing, and is kept from nothing by it', async () => {
    await place.closed(async (open) => {
      const replay = place.start(['replay', 'built']);
      await place.waitAtGate();
      const run = await place.runner(['build', '--select', 'first']);
      expect(run.stderr).toBe('');
      expect(run.code).toBe(0);
      const build = place.start(['build', '--select', 'slow']);
      await place.waitAtGate(2);
      await open();
      expect((await build.ended).code).toBe(0);
      expect((await replay.ended).code).toBe(0);
    });
  });
});
