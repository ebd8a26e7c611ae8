import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { land } from '../landing/land.ts';
import type { SourceTable } from '../project/types.ts';
import { type TestDatabase, testDatabase } from '../test/database.ts';
import { migrate } from './migrations.ts';
import { recordPlan } from './plan-record.ts';
import { pruneBatches } from './prune-batches.ts';
import { createStore } from './store.ts';

const RAW = { schema: 'raw', name: 'shop_orders' };
let test: TestDatabase;
const ORDERS: SourceTable = {
  system: 'shop',
  table: 'orders',
  description: '',
  mode: 'replace',
  loader: 'x',
  env: {},
  vars: [],
  columns: ['product'],
};
const values = async (sql: string): Promise<readonly (string | null | undefined)[]> =>
  (await test.db.query(sql)).rows.map(([value]) => value);
/** The products of the batches whose rows are there. */
const held = () => values('select product from raw.shop_orders order by batch_id');
const partitions = () =>
  values("select count(*) from pg_class where relnamespace = 'raw'::regnamespace and relkind = 'r'");
const prune = (keepBatches: number, keepRuns: number | null = 1) =>
  pruneBatches(test.db, 'ops', 'shop.orders', RAW, { keepBatches, keepRuns });

/** A run that builds something, of the batches in force. */
async function plan(runId: string): Promise<void> {
  const plan = { nodes: new Map(), day: '2026-11-24', vars: {}, fullRefresh: false, loads: true };
  await recordPlan(test.db, 'ops', runId, plan);
}

async function run(runId: string): Promise<void> {
  await test.db.query(
    `insert into ops.run (run_id, label, command, arguments, project, target, date_reference, orchestrator, status, started_at)
     values ($1, $1, '', '', 'shop', '', '2026-11-24', 'cli', 'success', clock_timestamp())`,
    [runId],
  );
}

/** A run that lands a batch of one product and, when it builds, plans with it. */
async function landed(product: string, { builds = false } = {}): Promise<string> {
  await run(product);
  const batchId = await landAs(product, product);
  if (builds) await plan(product);
  return batchId;
}

/** A command of an execution that lands a batch and builds, under a label that others have too. */
async function nightly(execution: string, product: string): Promise<string> {
  const record = {
    runId: 'nightly',
    label: 'nightly',
    execution,
    command: 'pipeline',
    arguments: '',
    project: 'shop',
    target: 'server',
    dateReference: '2026-11-24',
    gitCommit: null,
    orchestrator: 'cli',
  };
  const store = createStore(test.db, test.config, 'ops');
  await store.startRun(record, new Date());
  const batchId = await landAs('nightly', product);
  await plan('nightly');
  await store.finishRun('nightly', 'success', null);
  return batchId;
}

async function landAs(runId: string, product: string): Promise<string> {
  const { batch } = await land(
    { db: test.db, raw: RAW, stateSchema: 'ops', runId },
    ORDERS,
    { origin: 'a test', rows: [{ number: 2, cells: [product] }] },
    {
      projectDir: '/nowhere',
      source: 'shop.orders',
      columns: ORDERS.columns,
      env: () => undefined,
      vars: {},
      asOf: '2026-11-24',
      lastOriginHash: null,
      notice: () => undefined,
    },
  );
  return batch?.batchId ?? '';
}

beforeAll(async () => {
  test = await testDatabase();
  await migrate(test.config, 'ops');
});
beforeEach(async () => {
  await test.db.query(
    'drop schema if exists raw cascade; truncate ops.batch, ops.run_batch, ops.run, ops.node_state; drop trigger if exists cut on ops.batch',
  );
});
afterAll(() => test?.drop());

it('drops the rows of the batches before the last ones, and notes of each that it is gone', async () => {
  const [first, second] = [await landed('a'), await landed('b')];
  await landed('c');
  expect(await prune(3)).toEqual([]);
  await landed('d');
  expect(await prune(2)).toEqual([first, second]);
  expect(await held()).toEqual(['c', 'd']);
  expect(await partitions()).toEqual(['2']);
  expect(await values('select batch_id::text from ops.batch where pruned_at is not null order by 1')).toEqual([
    first,
    second,
  ]);
  expect(await values('select row_count from ops.batch')).toHaveLength(4);
  expect(await prune(2)).toEqual([]);
});

it('keeps the batch in force, whatever is asked for', async () => {
  await landed('a');
  expect(await prune(0)).toEqual([]);
  expect(await held()).toEqual(['a']);
});

it('keeps what the last runs that built something have read, also what they did not land themselves', async () => {
  await landed('old', { builds: true });
  await landed('read');
  // This run reads "read", which is in force, before it lands "new".
  await run('reader');
  await plan('reader');
  await landed('new');
  await landed('newer');
  expect(await prune(1, 1)).toHaveLength(2);
  expect(await held()).toEqual(['read', 'newer']);
});

it('keeps all that any run has read unless it is told of how many', async () => {
  await landed('a', { builds: true });
  await landed('b', { builds: true });
  expect(await prune(1, null)).toEqual([]);
  expect(await prune(1, 2)).toEqual([]);
  expect(await prune(1, 1)).toHaveLength(1);
});

it('keeps what a published node was built from, however long ago', async () => {
  await landed('a', { builds: true });
  await test.db.query("insert into ops.node_state values ('model.x', '{}', '{}', 'a', now())");
  await landed('b', { builds: true });
  await landed('c', { builds: true });
  expect(await prune(1, 1)).toHaveLength(1);
  expect(await held()).toEqual(['a', 'c']);
});

it('keeps of a label that comes again what its last execution has read, with all of its commands', async () => {
  const [first, second] = [await nightly('monday', 'a'), await nightly('tuesday', 'b')];
  expect(await prune(1, 1)).toEqual([first]);
  const third = await nightly('tuesday', 'c');
  expect(await prune(1, 1)).toEqual([]);
  expect(await held()).toEqual(['b', 'c']);
  await nightly('wednesday', 'd');
  expect(await prune(1, 1)).toEqual([second, third]);
  expect(await held()).toEqual(['d']);
});

it('takes a label that comes again for the last run, which it is', async () => {
  await nightly('monday', 'a');
  await landed('between', { builds: true });
  await nightly('tuesday', 'b');
  await landed('later');
  // One run: that of the label, not the one in between.
  expect(await prune(1, 1)).toHaveLength(2);
  expect(await held()).toEqual(['b', 'later']);
});

it('keeps what a published node was built from when its label has come again and published nothing', async () => {
  await nightly('monday', 'a');
  await test.db.query("insert into ops.node_state values ('model.x', '{}', '{}', 'nightly', clock_timestamp())");
  const second = await nightly('tuesday', 'b');
  await nightly('wednesday', 'c');
  expect(await prune(1, 1)).toEqual([second]);
  await test.db.query('update ops.node_state set published_at = clock_timestamp()');
  expect(await prune(1, 1)).toHaveLength(1);
  expect(await held()).toEqual(['c']);
});

it('keeps a batch that a view reads by its number, whoever made the view', async () => {
  const first = await landed('a');
  await landed('b');
  await test.db.query(
    `create view public.v as select product from (select * from raw.shop_orders where batch_id = ${first}) as o`,
  );
  await landed('c');
  expect(await prune(1)).toHaveLength(1);
  expect(await values('select product from public.v')).toEqual(['a']);
});

it('neither waits for somebody who reads the table nor makes others wait, and drops nothing until later', async () => {
  await landed('a');
  await landed('b');
  await test.db.transaction(async (reader) => {
    await reader.query('select count(*) from raw.shop_orders');
    expect(await prune(1)).toEqual([]);
    expect(await held()).toEqual(['a', 'b']);
  });
  expect(await prune(1)).toHaveLength(1);
  expect(await held()).toEqual(['b']);
});

it('leaves a batch whole when it is cut off between the rows and the note', async () => {
  await landed('a');
  await landed('b');
  await test.db.query(
    `create function public.cut() returns trigger language plpgsql as 'begin perform pg_terminate_backend(pg_backend_pid()); return new; end';
     create trigger cut before update on ops.batch for each row execute function public.cut()`,
  );
  await expect(prune(1)).rejects.toThrow();
  expect(await held()).toEqual(['a', 'b']);
  expect(await values('select pruned_at from ops.batch')).toEqual([null, null]);
  await test.db.query('drop trigger cut on ops.batch');
  expect(await prune(1)).toHaveLength(1);
});
