import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from './cli.ts';
import { type GatePlace, gatePlace, serverEnv, startProcess } from './processes.ts';

let place: GatePlace;

beforeAll(async () => {
  place = await gatePlace();
});
afterAll(() => place?.close());

const lastRun = () =>
  place.rows(`select status, error from runs.run order by started_at desc limit 1`).then((rows) => rows[0]);
const results = () =>
  place.rows(
    `select name, status from runs.node_result where run_id = (select run_id from runs.run order by started_at desc limit 1) order by 1`,
  );

describe('a run that is told to end', () => {
  it('by Ctrl-C cancels its queries on the server, notes what was cut short, and exits 130', async () => {
    await place.closed(async () => {
      const run = place.start(['build']);
      await place.waitAtGate();
      run.kill('SIGINT');
      const { code, stdout, stderr } = await run.ended;
      expect(code).toBe(130);
      expect(stdout).toContain('SIGINT: cancelling what runs');
      expect(stdout).toMatch(/cancelled +table +marts.slow +cancelled by SIGINT: undone/);
      expect(stdout).toContain('1 ok, 2 skipped, 1 cancelled');
      expect(stderr).toMatch(/^CANCELLED\n {2}cancelled by SIGINT: .*\n {2}→ Run the same command again/);
      await place.waitUntilGone();
    });
    expect(await lastRun()).toEqual(['cancelled', null]);
    expect(await results()).toEqual([
      ['after', 'skipped'],
      ['first', 'success'],
      ['run_log', 'skipped'],
      ['slow', 'cancelled'],
    ]);
    expect(await place.rows("select to_regclass('marts.slow'), to_regclass('marts.slow__aside')")).toEqual([
      [null, null],
    ]);
  });

  it('is taken up by the next one, which builds the rest', async () => {
    expect((await place.runner(['ls', '--select', 'result:cancelled', '--output', 'json'])).stdout).toContain('"slow"');
    const { code, stdout } = await place.runner(['build', '--select', 'changed']);
    expect(code).toBe(0);
    expect(stdout).toContain('3 nodes of 4 to build');
    expect(await place.rows('select count(*) from log.run_log')).toEqual([['1']]);
  });

  it('by SIGTERM does the same and exits 143', async () => {
    await place.closed(async () => {
      const run = place.start(['build', '--select', 'slow']);
      await place.waitAtGate();
      run.kill('SIGTERM');
      expect((await run.ended).code).toBe(143);
      await place.waitUntilGone();
    });
    expect(await lastRun()).toEqual(['cancelled', null]);
  });

  it('while an ephemeral model is tested notes what it did not start', async () => {
    const files = {
      'between.sql': `{{ config(materialized='ephemeral') }}select n from {{ ref('first') }}, pg_advisory_xact_lock_shared(7)`,
      'between.tests.yml': "- {name: one, given: {first: [{'n::integer': 1}]}, expect: [{n: 1}]}",
      'behind.sql': "select n from {{ ref('between') }}",
    };
    const path = (name: string): string => join(place.dir, 'models/marts', name);
    for (const [name, text] of Object.entries(files)) writeFileSync(path(name), text);
    await place.closed(async () => {
      const run = place.start(['build', '--select', 'behind']);
      await place.waitAtGate();
      run.kill('SIGTERM');
      expect((await run.ended).code).toBe(143);
      await place.waitUntilGone();
    });
    for (const name of Object.keys(files)) rmSync(path(name));
    expect(await lastRun()).toEqual(['cancelled', null]);
    expect(await results()).toEqual([['behind', 'skipped']]);
    expect(readFileSync(join(place.dir, 'target/run_results.json'), 'utf8')).toContain('"model.gate.behind"');
  });

  it('by a second signal ends at once, and the server drops what does not want to end', async () => {
    await place.db.query(`create function public.stubborn() returns integer language plpgsql as $$ begin
      loop begin perform pg_sleep(10); exception when query_canceled then null; end; end loop; end $$`);
    const run = place.start(['show', '--inline', 'select public.stubborn()']);
    const atWork =
      "select count(*) from pg_stat_activity where wait_event = 'PgSleep' and datname = current_database()";
    await expect.poll(async () => (await place.rows(atWork))[0]?.[0], { timeout: 30_000 }).toBe('1');
    run.kill('SIGINT');
    await expect.poll(run.output, { timeout: 30_000 }).toContain('SIGINT');
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    run.kill('SIGINT');
    expect((await run.ended).code).toBe(130);
    await expect.poll(async () => (await place.rows(atWork))[0]?.[0], { timeout: 30_000 }).toBe('0');
  });

  it('by npm, which passes Ctrl-C on a second time, is cancelled in order', async () => {
    await place.closed(async () => {
      const npm = join(dirname(process.execPath), 'npm');
      const run = startProcess([npm, '--prefix', ROOT, 'run', 'runner', '--', '--project-dir', place.dir, 'build'], {
        cwd: place.dir,
        env: { ...serverEnv(place.config), npm_config_update_notifier: 'false' },
      });
      await place.waitAtGate();
      run.killGroup('SIGINT');
      expect((await run.ended).stderr).toContain('cancelled by SIGINT');
      await place.waitUntilGone();
    });
    expect(await lastRun()).toEqual(['cancelled', null]);
  });

  it('by SIGKILL leaves no query on the server', async () => {
    await place.closed(async () => {
      const run = place.start(['build', '--select', 'slow']);
      await place.waitAtGate();
      run.kill('SIGKILL');
      await run.ended;
      await place.waitUntilGone();
    });
  });
});

describe('a load that is told to end', () => {
  it('when all has landed and only old batches are to be dropped has done its work', async () => {
    const config = join(place.dir, 'project.yml');
    const text = readFileSync(config, 'utf8');
    writeFileSync(config, `${text}keep_batches: 1\nkeep_runs: 1\n`);
    expect((await place.runner(['load'])).code).toBe(0);
    // Another one than that of the rows to come.
    await place.db.query(`update runs.batch set content_hash = 'old', version = 'old'`);
    await place.db.query(`create function public.hold() returns trigger language plpgsql as $$ begin
        perform pg_advisory_xact_lock_shared(7); return new; end $$;
      create trigger hold before update on runs.batch for each row execute function public.hold()`);
    await place.closed(async () => {
      const run = place.start(['load']);
      await place.waitAtGate();
      run.kill('SIGTERM');
      expect(await run.ended).toMatchObject({ code: 0, stderr: '' });
      await place.waitUntilGone();
    });
    expect(await lastRun()).toEqual(['success', null]);
    expect(await place.rows('select count(*), count(pruned_at) from runs.batch')).toEqual([['2', '0']]);
    await place.db.query('drop trigger hold on runs.batch; delete from runs.batch; truncate runs.run_batch');
    writeFileSync(config, text);
  });
});

describe('a command that is told to end', () => {
  it.each(['at once', 'in the rows'])('while a loader gets no answer %s lands nothing', async (hang) => {
    const run = place.start(['load'], { HANG: hang });
    await expect.poll(run.output, { timeout: 30_000 }).toContain('target server');
    if (hang === 'in the rows') {
      const copying =
        "select count(*) from pg_stat_activity where datname = current_database() and query like 'copy %'";
      await expect.poll(async () => (await place.rows(copying))[0]?.[0], { timeout: 30_000 }).toBe('1');
    }
    run.kill('SIGINT');
    expect((await run.ended).code).toBe(130);
    await place.waitUntilGone();
    expect(await lastRun()).toEqual(['cancelled', null]);
    expect(await place.rows('select count(*) from runs.batch')).toEqual([['0']]);
  });

  it('while it evaluates a contract notes that it was cut short', async () => {
    const soda = join(place.dir, 'soda', 'marts');
    mkdirSync(soda, { recursive: true });
    writeFileSync(
      join(soda, 'after.yml'),
      `dataset: gate/gatedb/marts/after\ncolumns: []\nchecks:\n  - failed_rows: {query: "select 1 from pg_advisory_xact_lock_shared(7)"}\n`,
    );
    await place.closed(async () => {
      const run = place.start(['test']);
      await place.waitAtGate();
      run.kill('SIGINT');
      expect((await run.ended).code).toBe(130);
      await place.waitUntilGone();
    });
    rmSync(soda, { recursive: true });
    expect(await lastRun()).toEqual(['cancelled', null]);
    expect(await results()).toEqual([['after', 'cancelled']]);
  });

  it('while it only reads ends with nothing on stdout', async () => {
    await place.closed(async () => {
      const run = place.start(['show', '--inline', 'select pg_advisory_xact_lock(7)', '--output', 'json']);
      await place.waitAtGate();
      run.kill('SIGINT');
      const { code, stdout, stderr } = await run.ended;
      expect([code, stdout]).toEqual([130, '']);
      expect(stderr).toContain('CANCELLED');
      await place.waitUntilGone();
    });
  });

  it('while it waits for another run stops waiting', async () => {
    await place.closed(async (open) => {
      const first = place.start(['build', '--select', 'slow']);
      await place.waitAtGate();
      const second = place.start(['build', '--wait']);
      await expect.poll(second.output, { timeout: 30_000 }).toContain('waiting for runner build, run ');
      second.kill('SIGINT');
      expect((await second.ended).code).toBe(130);
      await open();
      expect((await first.ended).code).toBe(0);
    });
  });
});
