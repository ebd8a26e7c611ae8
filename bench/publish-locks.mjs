// How long a build keeps readers of a large table from it. Run it with `npm run bench:locks`; BENCH_ROWS is the size of
// the table. It builds a small project on a server of its own, again and again, while one session looks at the locks
// every millisecond and others read the table, a view of the project and a view made by hand.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { ensureEmbedded, removeEmbedded } from '../dist/runner/adapters/embedded.js';
import { openDatabase } from '../dist/runner/adapters/postgres.js';

const ROOT = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');
const ROWS = Number(process.env.BENCH_ROWS ?? 5_000_000);
/** What the runner promises: for an exclusive lock on something published, and for a reader's wait for any lock. */
const LIMIT_MS = 100;
const READER = 'reader';

const PROJECT = {
  'project.yml': 'name: bench\nmodels: {marts: {schema: marts}}\n',
  // One row in a hundred is another in each generation.
  'models/marts/big.sql': `{{ config(materialized='table', publish=var('publish', 'auto'), indexes=[{columns: ['id'], unique: true}]) }}
select id, 'name ' || id % 1000 as label, (id * 1.05)::numeric(12, 2) as amount, date '2020-01-01' + (id % 1000)::int as day,
  case when id % 100 = 0 then {{ var('generation', 1) }} else id % 7 end as bucket, id % 3 = 0 as flag{{ var('more', '') }}
from generate_series(1, ${ROWS}) as id`,
  'models/marts/v_big.sql':
    "{{ config(materialized='view') }} select {{ var('columns', 'id, amount') }} from {{ ref('big') }}",
  'soda/marts/big.yml': `dataset: bench/bench/marts/big
columns: []
checks:
  - row_count: {threshold: {must_be: ${ROWS}}}
  - failed_rows: {name: ids are unique, query: "select id from marts.big group by id having count(*) > 1"}
`,
};

const CASES = [
  ['table by swap', ['--select', 'big', '--vars', 'generation=2']],
  ['table by swap, one column more', ['--select', 'big', '--vars', 'generation=3', '--vars', 'more=, 1 as other']],
  ['table by swap, the same rows', ['--select', 'big', '--vars', 'generation=3', '--vars', 'more=, 1 as other']],
  [
    'table by difference',
    ['--select', 'big', '--vars', 'generation=4', '--vars', 'more=, 1 as other', '--vars', 'publish=difference'],
  ],
  ['view', ['--select', 'v_big', '--vars', 'columns=id, amount + 1 as amount']],
  ['view with other columns', ['--select', 'v_big', '--vars', 'columns=label, id, amount']],
  ['everything at once', ['--full-refresh', '--vars', 'generation=5']],
];

const folder = mkdtempSync(path.join(tmpdir(), 'bench-locks-'));
try {
  await main();
} finally {
  await removeEmbedded(path.join(folder, 'server'));
  rmSync(folder, { recursive: true, force: true });
}

async function main() {
  for (const [file, text] of Object.entries(PROJECT)) {
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    writeFileSync(path.join(folder, file), text);
  }
  const server = await ensureEmbedded({ dataRoot: path.join(folder, 'server'), database: 'bench' });
  await runner(server, []);
  const db = openDatabase(server, { max: 1 });
  await db.query('create view marts.by_hand as select big.id, v_big.amount from marts.big join marts.v_big using (id)');
  await db.close();
  const results = [await measure('nothing is built', server, () => new Promise((done) => setTimeout(done, 5000)))];
  for (const [name, args] of CASES) results.push(await measure(name, server, () => runner(server, args)));
  print(results);
}

/** Watches locks and reads, while `work` goes on. */
async function measure(name, server, work) {
  const watch = { running: true };
  const watched = Promise.all([
    watchLocks(server, watch),
    ...['big', 'v_big', 'by_hand'].map((relation) => longestRead(server, watch, relation)),
  ]);
  const start = performance.now();
  await work().finally(() => {
    watch.running = false;
  });
  const seconds = (performance.now() - start) / 1000;
  const [locks, ...reads] = await watched;
  return { name, seconds, ...locks, read: Math.max(...reads) };
}

/**
 * Milliseconds, at the most: how long an exclusive lock on something published was held, from the last look that did not
 * see it to the first that did not any more; how long a reader was seen to wait for a lock; how long nobody looked.
 */
async function watchLocks(server, watch) {
  const db = openDatabase(server, { max: 1 });
  let [lock, wait, blind] = [0, 0, 0];
  let [free, last] = [performance.now(), performance.now()];
  while (watch.running) {
    const { rows } = await db.query(
      `select count(*) filter (where l.granted and l.mode = 'AccessExclusiveLock'),
         coalesce(max(extract(epoch from clock_timestamp() - l.waitstart) * 1000) filter (where a.application_name = '${READER}'), 0)
       from pg_locks l join pg_class c on c.oid = l.relation join pg_stat_activity a on a.pid = l.pid
       where c.relnamespace = 'marts'::regnamespace and c.relkind in ('r', 'v')`,
    );
    const now = performance.now();
    const [locks, waited] = rows[0];
    wait = Math.max(wait, Number(waited));
    blind = Math.max(blind, now - last);
    if (locks !== '0') lock = Math.max(lock, now - free);
    else free = now;
    last = now;
    await new Promise((done) => setTimeout(done, 1));
  }
  await db.close();
  return { lock, wait, blind };
}

/** Milliseconds of the longest of many short reads. */
async function longestRead(server, watch, relation) {
  const db = openDatabase(server, { max: 1, applicationName: READER });
  const sql = `select id from marts.${relation} where id = 100`;
  let longest = 0;
  await db.query(sql);
  while (watch.running) {
    const before = performance.now();
    const { rowCount } = await db.query(sql);
    if (rowCount !== 1) throw new Error(`${relation}: ${rowCount} rows`);
    longest = Math.max(longest, performance.now() - before);
  }
  await db.close();
  return longest;
}

function runner(server, args) {
  const env = {
    PATH: process.env.PATH,
    PGHOST: server.host,
    PGPORT: String(server.port),
    PGUSER: server.user,
    PGPASSWORD: server.password,
    PGDATABASE: server.database,
  };
  return new Promise((resolve, reject) => {
    const command = [path.join(ROOT, 'bin', 'runner.mjs'), 'build', ...args];
    const child = spawn(process.execPath, command, { cwd: folder, env, stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.on('data', (text) => {
      output += text;
    });
    child.once('error', reject);
    child.once('close', (code) =>
      code === 0 ? resolve(output) : reject(new Error(`build ended with ${code}\n${output}`)),
    );
  });
}

function print(results) {
  console.log(`${ROWS.toLocaleString('en')} rows; limit ${LIMIT_MS} ms for the lock and for a reader's wait for one\n`);
  console.log(
    '| what is built | build (s) | exclusive lock (ms) | wait for a lock (ms) | slowest read (ms) | not looked for (ms) | |',
  );
  console.log('| --- | ---: | ---: | ---: | ---: | ---: | --- |');
  for (const { name, seconds, lock, wait, read, blind } of results) {
    const verdict = lock <= LIMIT_MS && wait <= LIMIT_MS ? 'pass' : 'miss';
    const figures = [seconds.toFixed(1), ...[lock, wait, read, blind].map((ms) => ms.toFixed(0))];
    console.log(`| ${name} | ${figures.join(' | ')} | ${verdict} |`);
  }
}
