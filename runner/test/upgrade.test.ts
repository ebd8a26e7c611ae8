import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadProject } from '../commands/load-project.ts';
import { MIGRATIONS, migrate } from '../state/migrations.ts';
import { createVersions } from '../state/versions.ts';
import { hashOf } from '../util/hash.ts';
import { ROOT, type Workplace, workplace } from './cli.ts';

const DAY = '2026-03-10';
/** A state that the first version of the runner wrote. */
const FIRST = { parts: {}, hashes: null, versions: {} };
let shop: Workplace;
const pipeline = (day = DAY) => shop.runner(['pipeline', '--as-of', day]);
const sql = (): string => readFileSync(join(shop.dir, 'models/marts/question.sql'), 'utf8');

beforeAll(async () => {
  const parts = ['project.yml', 'models', 'seeds', 'macros', 'sources', 'soda'];
  shop = await workplace(join(ROOT, 'runner/test/fixtures/shop'), parts, { SHOP_TOKEN: 'a-real-one' });
  writeFileSync(join(shop.dir, '.env'), 'ORDERS=sources/orders.txt\n');
  expect((await pipeline()).code).toBe(0);
  // This project sends nothing: a message that was sent, one that waits, and new ones that are still to be taken up.
  await shop.db.query(
    `insert into runs.outbox (outbox, message_key, status, noted_at, sent_at, run_id)
     values ('letters', 'a', 'sent', now(), now(), 'r'), ('letters', 'b', 'waiting', now(), null, 'r');
     insert into runs.outbox_due values ('letters', 'r', now()); alter schema runs rename to kept`,
  );
});
afterAll(() => shop?.close());

/** The project as it is loaded, and the batches that the database holds. */
async function loaded(day: string) {
  const args = { projectDir: shop.dir, asOf: day, threads: 1, failFast: false, argv: '' };
  const { graph, fingerprinter } = await loadProject({ ...args, signal: AbortSignal.timeout(60_000) });
  const batches = await shop.rows('select source, version from runs.batch');
  const landed = batches.map(([source, version]) => {
    const batch = { batchId: '1', version: version ?? '', origin: '', originHash: null, rowCount: 1 };
    return [source ?? '', batch] as const;
  });
  return { graph, fingerprinter, landed: new Map(landed) };
}

/** The tables that both a version and the latest one have, and their columns in that version. */
async function shared(): Promise<readonly { readonly table: string; readonly columns: string }[]> {
  const found = await shop.rows(
    `select table_name, string_agg(quote_ident(column_name), ', ' order by ordinal_position) from information_schema.columns
     where table_schema = 'runs' and table_name not like 'migration%' group by 1 order by 1`,
  );
  return found.map(([table, columns]) => ({ table: table ?? '', columns: columns ?? '' }));
}

/** Makes the tables anew by the first migrations, and fills them with what the run of this file has left in `kept`. */
async function asLeftBy(version: number): Promise<void> {
  await shop.db.query('drop schema if exists runs cascade');
  await migrate(shop.config, 'runs', version);
  for (const { table, columns } of await shared())
    await shop.db.query(`insert into runs.${table} (${columns}) select ${columns} from kept.${table}`);
  await shop.db.query("select setval('runs.batch_batch_id_seq', (select max(batch_id) from runs.batch))");
}

/** How many rows of each table are no longer there as they were, in the columns that version had. */
async function lostRows(tables: Awaited<ReturnType<typeof shared>>): Promise<Readonly<Record<string, number>>> {
  const lost: Record<string, number> = {};
  for (const { table, columns } of tables) {
    const gone = await shop.rows(`select ${columns} from kept.${table} except select ${columns} from runs.${table}`);
    if (gone.length > 0) lost[table] = gone.length;
  }
  return lost;
}

/** Undoes all migrations but the first, and writes the state of every node as the first version of the runner did. */
async function asTheFirstMigrationLeftIt(): Promise<void> {
  await asLeftBy(1);
  const { graph, fingerprinter, landed } = await loaded(DAY);
  const versions = createVersions(graph, new Map(), landed);
  for (const id of graph.dag.order) {
    const node = graph.nodes.get(id);
    if (!node || (node.type === 'source' && !node.source.requests)) continue;
    const formerly = (variant: string) =>
      fingerprinter.partsLike(FIRST, node, variant, fingerprinter.parts(node, variant, versions.of));
    const state = {
      parts: formerly(fingerprinter.variantOf(node)),
      hashes: null,
      versions: Object.fromEntries(fingerprinter.variants.map((variant) => [variant, hashOf(formerly(variant))])),
    };
    versions.publish(id, state);
    await shop.db.query('update runs.node_state set parts = $2, versions = $3 where node_id = $1', [
      id,
      JSON.stringify(state.parts),
      JSON.stringify(state.versions),
    ]);
  }
}

/** Takes the time zone out of the state of every node: the runner did not always keep one. */
async function asBeforeTheTimeZone(day: string): Promise<void> {
  const { graph, fingerprinter, landed } = await loaded(day);
  const rows = await shop.rows('select node_id, versions from runs.node_state');
  const stored = rows.map(([id, versions]) => {
    const state = { parts: {}, hashes: {}, versions: JSON.parse(versions ?? '') as Record<string, string> };
    return [id ?? '', state] as const;
  });
  const versions = createVersions(graph, new Map(stored), landed);
  for (const [id] of stored) {
    const node = graph.nodes.get(id);
    if (!node || node.type === 'source') continue;
    const without = (variant: string) => {
      const { settings: _settings, ...parts } = fingerprinter.parts(node, variant, versions.of);
      return parts;
    };
    await shop.db.query('update runs.node_state set parts = $2, hashes = $3 where node_id = $1', [
      id,
      JSON.stringify(without(fingerprinter.variantOf(node))),
      JSON.stringify(Object.fromEntries(fingerprinter.variants.map((variant) => [variant, hashOf(without(variant))]))),
    ]);
  }
}

describe('a database of any version of the runner', () => {
  it.each(MIGRATIONS.slice(1).map(({ name }, index) => [name, index + 2] as const))(
    '%s is brought up to date by the next run, which rebuilds nothing and loses no row',
    async (_name, version) => {
      await asLeftBy(version);
      const tables = await shared();
      for (const { table } of tables)
        expect(await shop.rows(`select from runs.${table} limit 1`), table).toHaveLength(1);
      const first = await pipeline();
      expect(first.stderr).toBe('');
      expect(first.stdout).toContain('Nothing changed');
      expect(await lostRows(tables)).toEqual({});
      // What came with later versions says what was true before them.
      const sane = `select (select count(*) from runs.run_batch), (select count(distinct engine) from runs.check_result),
      (select count(*) from runs.outbox where attempts > 0), (select count(*) from runs.batch where pruned_at is not null)`;
      expect(await shop.rows(sane)).toEqual([
        [String((await shop.rows('select from kept.run_batch')).length), '1', '0', '0'],
      ]);
      expect((await pipeline()).stdout).toContain('Nothing changed');
      expect(await shop.rows('select count(*) from runs.run')).toEqual([['3']]);
      expect(await shop.rows('select name from runs.migration order by id')).toEqual(
        MIGRATIONS.map((one) => [one.name]),
      );
    },
  );
});

describe('a database of the first version of the runner', () => {
  beforeAll(() => asTheFirstMigrationLeftIt());

  it('is brought up to date by the next run, which rebuilds nothing and keeps the history of runs', async () => {
    const runs = await shop.rows('select run_id from runs.run');
    const checks = await shop.rows('select * from runs.check_result order by node_id, check_path');
    expect(checks.length).toBeGreaterThan(5);
    const { code, stdout, stderr } = await pipeline();
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(stdout).toContain('Nothing changed');
    expect(await shop.rows('select run_id from runs.run order by started_at limit 1')).toEqual(runs);
    expect(await shop.rows('select count(*) from runs.node_state where hashes is null or details is null')).toEqual([
      ['0'],
    ]);
    expect(await shop.rows('select count(*) from runs.built_relation')).toEqual([['8']]);
    // What a former run read is known, so that it is kept.
    const [former = []] = runs;
    expect(await shop.rows(`select source from runs.run_batch where run_id = '${former[0]}' order by 1`)).toEqual([
      ['oracle.answers'],
      ['shop.orders'],
    ]);
    expect(await shop.rows('select * from runs.check_result order by node_id, check_path')).toEqual(
      checks.map((check) => [...check, 'runner']),
    );
  });

  it('works on as any other: on another day, after an edit, and with an explanation', async () => {
    const day = await pipeline('2026-03-11');
    expect(day.stdout).toContain('1 ok, 1 spared');
    expect(await shop.rows('select count(*) from log.run_log')).toEqual([['1']]);
    const text = sql();
    writeFileSync(
      join(shop.dir, 'models/marts/question.sql'),
      text.replace('distinct product', 'distinct lower(product) as product'),
    );
    const explained = await shop.runner(['explain', '--as-of', '2026-03-11']);
    expect(explained.stdout).toContain(
      'question\n  body\n    - select distinct product\n    + select distinct lower(product) as product',
    );
    expect((await pipeline('2026-03-11')).stdout).toContain('1 ok, 2 spared');
  });
});

describe('a database of a newer version of the runner', () => {
  it.each([['load'], ['build'], ['pipeline'], ['explain']])(
    'is refused by %s, which says so and writes nothing',
    async (command) => {
      await shop.db.query("insert into runs.migration (name, batch) values ('999_of_tomorrow', 99)");
      const before = await shop.rows('select r::text from runs.run r');
      const { code, stderr } = await shop.runner([command, '--as-of', DAY]);
      await shop.db.query("delete from runs.migration where name like '999%'");
      expect(stderr).toContain('TARGET_NEWER');
      expect(stderr).toContain('999_of_tomorrow');
      expect(code).toBe(2);
      expect(await shop.rows('select r::text from runs.run r')).toEqual(before);
    },
  );
});

describe('a database of a version that kept no time zone', () => {
  it('is brought up to date by the next run, which rebuilds nothing, and follows the time zone from then on', async () => {
    const log = await shop.rows('select * from log.run_log');
    await asBeforeTheTimeZone('2026-03-11');
    const { stdout, stderr } = await pipeline('2026-03-11');
    expect(stderr).toBe('');
    expect(stdout).toContain('Nothing changed');
    expect(await shop.rows('select * from log.run_log')).toEqual(log);
    expect(await shop.rows("select count(*) from runs.node_state where not parts ? 'settings'")).toEqual([['0']]);
    appendFileSync(join(shop.dir, 'project.yml'), 'timezone: Asia/Tokyo\n');
    expect((await shop.runner(['explain', '--as-of', '2026-03-11'])).stdout).toContain('settings');
  });
});
