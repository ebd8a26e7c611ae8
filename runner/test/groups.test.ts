import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type GatePlace, gatePlace } from './processes.ts';
import { startProxy, type TcpProxy, type Verdict } from './proxy.ts';

let place: GatePlace;
let proxy: TcpProxy;
let onSend: (now: string, before: string) => Verdict = () => 'pass';

/** Writes files of the project. */
const write = (files: Readonly<Record<string, string>>): void => {
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(place.dir, file)), { recursive: true });
    writeFileSync(join(place.dir, file), text);
  }
};
const build = (...select: string[]) => place.runner(['build', '--select', ...select]);
const GROUP = "{{ config(transaction='pair', publish='swap') }}";

beforeAll(async () => {
  place = await gatePlace();
  proxy = await startProxy(place.config, (now, before) => onSend(now, before));
});
beforeEach(() => {
  onSend = () => 'pass';
});
afterAll(async () => {
  await place?.close();
  await proxy?.close();
});

describe('models that share a transaction', () => {
  it('of which one is swapped early, for another that reads it, are known to be published when the answer is lost', async () => {
    write({
      'models/marts/left.sql': `${GROUP} select 1 as n`,
      'models/marts/right.sql': `${GROUP} select n + 1 as n from {{ ref('left') }}`,
    });
    let cuts = 0;
    onSend = (now, before) => {
      if (cuts > 0 || now.slice(5) !== 'commit\0' || !before.includes('right__aside')) return 'pass';
      cuts += 1;
      return 'drop after';
    };
    const through = { PGHOST: '127.0.0.1', PGPORT: String(proxy.port) };
    const { code, stderr } = await place.runner(['build', '--select', 'left'], through);
    expect([code, stderr, cuts]).toEqual([0, '', 1]);
    expect(await place.rows('select n from marts.right')).toEqual([['2']]);
    await place.waitUntilGone();
  });

  it('are audited together: a contract that names another of them is asked of its new rows', async () => {
    const files = (n: number): Readonly<Record<string, string>> => ({
      'models/marts/one.sql': `{{ config(transaction='audited') }} select ${n} as n`,
      'models/marts/two.sql': `{{ config(transaction='audited') }} select ${n} as n`,
      'soda/two.yml': `dataset: gate/gatedb/marts/two
columns: []
checks:
  - failed_rows: {name: as in one, query: select t.n from marts.two as t where t.n not in (select n from marts.one)}
  - failed_rows: {qualifier: small, name: one is small, query: select n from marts.one where n > 5}
`,
    });
    write(files(1));
    expect(await build('one')).toMatchObject({ code: 0, stderr: '' });
    write(files(2));
    expect(await build('one')).toMatchObject({ code: 0, stderr: '' });
    write(files(9));
    const { code, stderr } = await build('one');
    expect(code).toBe(1);
    expect(stderr).toContain('one is small');
    expect(stderr).not.toContain('as in one');
    expect(await place.rows('select one.n, two.n from marts.one, marts.two')).toEqual([['2', '2']]);
  });
});

describe('a run', () => {
  it('asks nothing by another connection while it locks readers out', async () => {
    const still = (config: string): void =>
      write({ 'models/marts/still.sql': `{{ config(publish='swap'${config}) }} select ${config.length} as n` });
    still(", grants={select: 'public'}");
    expect(await build('still')).toMatchObject({ code: 0, stderr: '' });
    still('');
    let swaps = 0;
    const asked: string[] = [];
    onSend = (now) => {
      if (now.includes('runner_statement')) swaps += 1;
      else if (now.includes('node_id, details')) asked.push(swaps === 0 ? 'before' : 'meanwhile');
      return 'pass';
    };
    const through = { PGHOST: '127.0.0.1', PGPORT: String(proxy.port) };
    const { code } = await place.runner(['build', '--select', 'still'], through);
    expect([code, swaps, asked]).toEqual([0, 1, ['before']]);
    expect(await place.rows("select relacl::text like '%,=r/%' from pg_class where relname = 'still'")).toEqual([
      ['f'],
    ]);
  });

  it('does not fail for the locks of its own: a unit waits for a group of which one is swapped early', async () => {
    const alone = "{{ config(publish='swap') }}";
    write({
      'project.yml': `${readFileSync(join(place.dir, 'project.yml'), 'utf8')}lock_patience: 50ms\n`,
      'models/marts/early.sql': "{{ config(transaction='slow', publish='swap') }} select 1 as n",
      'models/marts/late.sql': `{{ config(transaction='slow') }} select n from {{ ref('early') }}, pg_advisory_xact_lock_shared(7)`,
      'models/marts/beside.sql': `${alone} select 1 as n from pg_advisory_xact_lock_shared(7)`,
    });
    expect(await build('early', 'beside')).toMatchObject({ code: 0, stderr: '' });
    write({
      'models/marts/early.sql': "{{ config(transaction='slow', publish='swap') }} select 2 as n",
      'models/marts/beside.sql': `${alone} select 2 as n from pg_advisory_xact_lock_shared(8)`,
    });
    // One that has said nothing for longer than its patience; between two statements it would not be silent so long.
    const waiting = `select count(*) from pg_stat_activity where state = 'idle in transaction' and datname = current_database()
      and application_name like 'runner %' and query like 'rollback to savepoint%' and state_change < clock_timestamp() - interval '300 ms'`;
    await place.closed((open) =>
      place.db.connection(async (other) => {
        await other.query('select pg_advisory_lock(8)');
        const run = place.start(['build', '--select', 'early', 'beside', '--threads', '2']);
        await place.waitAtGate();
        await other.query('select pg_advisory_unlock(8)');
        await expect.poll(() => place.rows(waiting), { timeout: 30_000 }).toEqual([['1']]);
        await open();
        expect(await run.ended).toMatchObject({ code: 0, stderr: '' });
      }),
    );
    expect(await place.rows('select late.n, beside.n from marts.late, marts."beside"')).toEqual([['2', '2']]);
  });
});

describe('a view whose column goes with that of its table', () => {
  it('is made again only when its unit tests pass: else the table stays as well', async () => {
    const view = (sql: string): Readonly<Record<string, string>> => ({
      'models/marts/seen.sql': `{{ config(materialized='view') }} select ${sql} from {{ ref('base') }}`,
      'models/marts/seen.tests.yml':
        "- name: is one more\n  given: {base: [{'k::int': 1, 'x::int': 1}]}\n  expect: [{n: 2}]\n",
    });
    write({ 'models/marts/base.sql': 'select 1 as k, 2 as x', ...view('k + 1 as n, x') });
    expect(await build('base+')).toMatchObject({ code: 0, stderr: '' });
    write({ 'models/marts/base.sql': 'select 5 as k', ...view('k + 2 as n') });
    const { code, stderr } = await build('base+');
    expect(code).toBe(1);
    expect(stderr).toContain('UNIT_TEST_FAILED models/marts/seen.tests.yml:1');
    expect(await place.rows('select * from marts.base, marts.seen')).toEqual([['1', '2', '2', '2']]);
    write(view('k + 1 as n'));
    expect(await build('base+')).toMatchObject({ code: 0, stderr: '' });
    expect(await place.rows('select * from marts.base, marts.seen')).toEqual([['5', '6']]);
  });

  it('is not made again from what failed in this run: neither an ephemeral model in it nor a table that it reads', async () => {
    const view = (sql: string): string => `{{ config(materialized='view') }} ${sql}`;
    const files = (base: string, rule: string, above: string): Readonly<Record<string, string>> => ({
      'models/marts/wide.sql': base,
      'models/marts/rule.sql': `{{ config(materialized='ephemeral') }} select ${rule} from {{ ref('wide') }}`,
      'models/marts/rule.tests.yml':
        "- name: is one more\n  given: {wide: [{'k::int': 1, 'x::int': 1}]}\n  expect: [{n: 2}]\n",
      'models/marts/by_rule.sql': view("select * from {{ ref('rule') }}"),
      'models/marts/apart.sql': `select ${above} as n`,
      'models/marts/mixed.sql': view(
        `select ${base.includes('x') ? 'x, ' : ''}n from {{ ref('wide') }}, {{ ref('apart') }}`,
      ),
    });
    const shown = () => place.rows('select by_rule.n, mixed.n, wide.k from marts.by_rule, marts.mixed, marts.wide');
    const all = ['apart', 'wide+', '--threads', '1'];
    write(files('select 1 as k, 2 as x', 'k + 1 as n, x', '1'));
    expect(await build(...all)).toMatchObject({ code: 0, stderr: '' });
    write(files('select 5 as k', 'k + 2 as n', '1 / 0'));
    const { code, stdout, stderr } = await build(...all);
    expect(code).toBe(1);
    expect(stdout).toMatch(/not run +view +marts\.by_rule +not run: rule, wide did not succeed/);
    for (const name of ['by_rule', 'mixed']) {
      expect(stderr).toContain(`the view marts.${name} reads it and would break`);
      expect(stderr).toContain(`since ${name} or what it reads did not succeed in this run`);
    }
    expect(await shown()).toEqual([['2', '1', '1']]);
    write(files('select 5 as k', 'k + 1 as n', '2'));
    expect(await build(...all)).toMatchObject({ code: 0, stderr: '' });
    expect(await shown()).toEqual([['6', '2', '5']]);
  });
});
