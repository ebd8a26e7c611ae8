// What `runner diff` takes to compare a large table of two builds: npm run bench:diff [rounds].
// BENCH_ROWS is the number of rows (1 million), of which 100 are another on the other side. Both methods, and beside them what the
// question costs at least when a person asks it: one full join by the key that counts what differs. On a server of its own.
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { ensureEmbedded, removeEmbedded } from '../dist/runner/adapters/embedded.js';
import { openDatabase } from '../dist/runner/adapters/postgres.js';
import { compareRows } from '../dist/runner/diff/rows.js';

const ROWS = Number(process.env.BENCH_ROWS ?? 1_000_000);
const ROUNDS = Number(process.argv[2] ?? 3);
const CHANGED = 100;
const COLUMNS = ['sale_key', 'order_id', 'quantity', 'amount', 'status', 'email', 'sold_on', 'changed_at'];
const OTHERS = COLUMNS.slice(1);

const TABLE = (schema, amount) => `create schema ${schema}; create table ${schema}.sale as
select md5(id::text) as sale_key, id / 3 as order_id, (id % 50 + 1)::int as quantity, ${amount} as amount,
  (array['new', 'paid', 'sent', 'closed'])[id % 4 + 1] as status,
  case when id % 20 <> 0 then 'buyer' || id % 100000 || '@example.org' end as email,
  date '2020-01-01' + id % 1800 as sold_on, timestamptz '2020-01-01' + id * interval '30 seconds' as changed_at
from generate_series(1, ${ROWS}) as id; analyze ${schema}.sale`;
const AMOUNT = '(id::bigint * 7919 % 1000000 / 100.0)::numeric(12, 2)';
const BARE = `select count(*) filter (where b.sale_key is null), count(*) filter (where h.sale_key is null),
  count(*) filter (where b.sale_key = h.sale_key and (${OTHERS.map((name) => `b.${name} is distinct from h.${name}`).join(' or ')}))
from base.sale as b full join head.sale as h on b.sale_key = h.sale_key`;

const folder = mkdtempSync(path.join(os.tmpdir(), 'bench-diff-'));
try {
  await main();
} finally {
  await removeEmbedded(path.join(folder, 'server'));
  rmSync(folder, { recursive: true, force: true });
}

async function main() {
  const server = await ensureEmbedded({ dataRoot: path.join(folder, 'server'), database: 'bench' });
  const db = openDatabase(server, { max: 1 });
  await db.query(TABLE('base', AMOUNT));
  await db.query(TABLE('head', `case when id % ${ROWS / CHANGED} = 0 then 1 + ${AMOUNT} else ${AMOUNT} end`));
  const { rows } = await db.query("select pg_size_pretty(pg_table_size('base.sale'))");
  console.log(`${ROWS.toLocaleString('en')} rows (${rows[0][0]}), ${CHANGED} changed; medians of ${ROUNDS} rounds\n`);
  const compare = async (exactUpTo) => {
    const options = { hasPersonal: false, comesFromPersonal: () => false, exactUpTo };
    const { added, removed, changed } = await compareRows(db, node('base'), node('head'), options);
    return [added, removed, changed];
  };
  const ways = [
    ['one full join', async () => (await db.query(BARE)).rows[0].map(Number)],
    ['row by row', () => compare(ROWS)],
    ['by buckets', () => compare(0)],
  ].map(([name, run]) => ({ name, run, times: [] }));
  // The first round warms the server.
  for (let round = 0; round <= ROUNDS; round += 1)
    for (const { name, run, times } of ways) {
      const start = performance.now();
      const found = await run();
      if (round > 0) times.push(performance.now() - start);
      if (found.join() !== `0,0,${CHANGED}`) throw new Error(`${name} finds ${found}`);
    }
  await db.close();
  console.log('| method | s | range | ratio |\n| --- | ---: | ---: | ---: |');
  for (const { name, times } of ways) {
    const range = [Math.min(...times), Math.max(...times)].map(seconds).join('–');
    console.log(
      `| ${name} | ${seconds(median(times))} | ${range} | ${(median(times) / median(ways[0].times)).toFixed(2)} |`,
    );
  }
}

function node(schema) {
  const contract = {
    columns: COLUMNS.map((name) => ({ name, personal: null })),
    checks: [{ type: 'duplicate', column: 'sale_key', columns: null }],
  };
  return { type: 'model', name: 'sale', relation: { schema, name: 'sale' }, contract, config: {} };
}

function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}

function seconds(milliseconds) {
  return (milliseconds / 1000).toFixed(2);
}
