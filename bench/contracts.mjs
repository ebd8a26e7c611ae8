// A contract of 20 checks by the runner and by the real Soda, on a large and on a small table: npm run bench:contracts.
// BENCH_ROWS and BENCH_ROUNDS change the size and the rounds; SODA_PYTHON names Soda's Python where it is not in
// .venv-soda. A project of its own on a server of its own; each time is of a process of its own.
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { ensureEmbedded, removeEmbedded } from '../dist/runner/adapters/embedded.js';
import { openDatabase } from '../dist/runner/adapters/postgres.js';
import { openSoda } from '../dist/runner/contracts/soda.js';
import { sodaPython } from '../dist/runner/contracts/soda-environment.js';

const ROOT = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');
const PYTHON = process.env.SODA_PYTHON ?? sodaPython(ROOT);
/** Rows of the table → timed rounds. */
const SIZES = [
  [Number(process.env.BENCH_ROWS ?? 5_000_000), Number(process.env.BENCH_ROUNDS ?? 5)],
  [1000, 15],
];
const CONTRACT = 'soda/shop/sale.yml';

const PROJECT = {
  'project.yml': 'name: bench\nmodels: {shop: {schema: shop}}\nseeds: {schema: shop}\n',
  'seeds/category.csv': `code,label\n${Array.from({ length: 40 }, (_, n) => `C${n + 1},category ${n + 1}\n`).join('')}`,
  'models/shop/sale.sql': `{{ config(materialized='table') }}
select md5(id::text) as sale_key, (id + 2) / 3 as order_id, (id % 3 + 1)::int as line, (id % 50 + 1)::int as quantity,
  (id::bigint * 7919 % 1000000 / 100.0)::numeric(12, 2) as amount, 'C' || id::bigint * 31 % 40 + 1 as category,
  (array['new', 'paid', 'sent', 'closed'])[id % 4 + 1] as status,
  case when id % 20 <> 0 then 'buyer' || id % 100000 || '@example.org' end as email,
  date '2020-01-01' + id % 1800 as sold_on, timestamptz '2020-01-01' + id * interval '30 seconds' as changed_at
from generate_series(1, {{ var('rows', 1000) }}) as id`,
  [CONTRACT]: `dataset: bench/bench/shop/sale
checks:
  - schema:
  - row_count:
  - freshness: {column: changed_at, threshold: {unit: day, must_be_less_than: 100000}}
  - duplicate: {columns: [order_id, line]}
  - failed_rows: {qualifier: price, expression: amount / quantity > 10000}
  - failed_rows: {qualifier: lines, query: select order_id from shop.sale group by order_id having count(*) > 3}
  - metric: {qualifier: paid, expression: sum(amount) filter (where status = 'paid'), threshold: {must_be_greater_than: 0}}
  - metric: {qualifier: days, query: select max(sold_on) - min(sold_on) from shop.sale, threshold: {must_be_less_than: 1800}}
columns:
  - {name: sale_key, data_type: text, checks: [{missing: }, {duplicate: }, {invalid: {valid_length: 32}}]}
  - {name: order_id, data_type: integer}
  - {name: line, data_type: integer}
  - name: quantity
    data_type: integer
    checks:
      - aggregate: {qualifier: least, function: min, threshold: {must_be_greater_than: 0}}
      - aggregate: {qualifier: most, function: max, threshold: {must_be_less_than: 100}}
  - name: amount
    data_type: numeric
    checks:
      - invalid: {valid_min: 0, valid_max: 10000}
      - aggregate: {qualifier: mean, function: avg, threshold: {must_be_between: {greater_than: 0, less_than: 10000}}}
      - aggregate: {qualifier: total, function: sum, threshold: {must_be_greater_than: 0}}
  - {name: category, data_type: text, checks: [{invalid: {valid_reference_data: {dataset: bench/bench/shop/category, column: code}}}]}
  - {name: status, data_type: text, checks: [{invalid: {valid_values: [new, paid, sent, closed]}}]}
  - name: email
    data_type: text
    checks:
      - missing: {filter: "status <> 'new'", threshold: {metric: percent, must_be_less_than: 10}}
      - invalid: {valid_format: {name: email, regex: '^[^@]+@[^@]+$'}, threshold: {metric: percent, must_be_less_than: 1}}
  - {name: sold_on, data_type: date}
  - {name: changed_at, data_type: timestamp with time zone}
`,
};

if (!existsSync(PYTHON)) {
  console.error(
    `the real Soda is not there: ${PYTHON}. Install it with npm run soda:install, or name its Python in SODA_PYTHON.`,
  );
  process.exit(1);
}
const folder = mkdtempSync(path.join(os.tmpdir(), 'bench-contracts-'));
try {
  await main();
} finally {
  await removeEmbedded(path.join(folder, 'server'));
  rmSync(folder, { recursive: true, force: true });
}

async function main() {
  for (const [file, text] of Object.entries(PROJECT)) {
    mkdirSync(path.join(folder, path.dirname(file)), { recursive: true });
    writeFileSync(path.join(folder, file), text);
  }
  const server = await ensureEmbedded({ dataRoot: path.join(folder, 'server'), database: 'bench' });
  // On another database: what it costs to look is in no figure.
  const db = openDatabase({ ...server, database: 'postgres' }, { max: 1 });
  const commands = commandsOn(server);
  await printMachine(db);
  for (const [rows, rounds] of SIZES) {
    await run(commands.build, ['--vars', `rows=${rows}`]);
    const size = await settle(server);
    const { checks, status } = await verdictOfBoth(server, commands.runner);
    const measured = await measure(db, commands, rounds);
    print(`${rows.toLocaleString('en')} rows, ${size}; ${checks.length} checks, ${status}`, rounds, measured);
  }
  await db.close();
}

/** @returns the size of the table, as it stands after the server's own housekeeping */
async function settle(server) {
  const db = openDatabase(server, { max: 1 });
  await db.query('vacuum analyze shop.sale');
  const { rows } = await db.query("select pg_size_pretty(pg_table_size('shop.sale'))");
  await db.close();
  return rows[0][0];
}

/** What a person would wait for: each a process that starts, connects, evaluates, prints and ends. */
function commandsOn({ host, port, user, password, database }) {
  const connection = { PGHOST: host, PGPORT: String(port), PGUSER: user, PGPASSWORD: password, PGDATABASE: database };
  const source = { type: 'postgres', name: 'bench', connection: { host, port, database, user, password } };
  writeFileSync(path.join(folder, 'ds.yml'), JSON.stringify(source));
  const env = { PATH: process.env.PATH, ...connection, SODA_CORE_TELEMETRY_ENABLED: 'false' };
  const node = (...args) => ({ file: process.execPath, args, env });
  const cli = path.join(ROOT, 'bin', 'runner.mjs');
  return {
    build: node(cli, 'build', '--full-refresh'),
    runner: node(path.join(ROOT, 'bench', 'evaluate-contract.mjs'), CONTRACT),
    runnerTest: node(cli, 'test', '--contracts', '--select', 'sale'),
    soda: {
      file: path.join(path.dirname(PYTHON), 'soda'),
      args: ['contract', 'verify', '-c', CONTRACT, '-ds', 'ds.yml'],
      env,
    },
  };
}

/** @throws where outcome, status or a value of the two differ: then there is nothing to compare */
async function verdictOfBoth(server, runner) {
  const clock = new Date();
  const ours = JSON.parse((await run(runner, [clock.toISOString()])).output);
  const script = path.join(ROOT, 'soda', 'verify.py');
  const soda = await openSoda({ python: PYTHON, script, connection: server, dataSource: 'bench', timezone: 'UTC' });
  const theirs = await soda.verify({ file: CONTRACT, text: PROJECT[CONTRACT], clock });
  soda.close();
  const values = ({ status, errors, checks }) =>
    [`${status} ${errors}`, ...checks.map((check) => `${check.path} ${check.outcome} ${check.value}`)].sort();
  const [mine, others] = [values(ours), values(theirs)];
  if (mine.join('\n') === others.join('\n')) return ours;
  const onlyIn = (some, other) => some.filter((line) => !other.includes(line)).join('; ');
  throw new Error(`the verdicts differ\nrunner: ${onlyIn(mine, others)}\nSoda: ${onlyIn(others, mine)}`);
}

/** One round in turn warms up and tells the peak memory, then `rounds` are timed: what else the machine does is in all. */
async function measure(db, { runner, runnerTest, soda }, rounds) {
  const processes = [
    ['the runner', runner, [new Date().toISOString()]],
    ['`runner test`', runnerTest, []],
    ['`soda contract verify`', soda, []],
  ].map(([name, command, more]) => ({ name, command, more, whole: [], database: [], memory: 0 }));
  for (const one of processes) one.memory = await peakMemory(one.command, one.more);
  for (let round = 0; round < rounds; round += 1) {
    for (const one of processes) {
      const before = await activeTime(db);
      const { milliseconds } = await run(one.command, one.more);
      one.whole.push(milliseconds);
      one.database.push((await activeTime(db)) - before);
    }
  }
  return processes;
}

/** Milliseconds that the server has spent on statements in the database, by its own count. */
async function activeTime(db) {
  for (;;) {
    const { rows } = await db.query(
      `select active_time, (select count(*) from pg_stat_activity where datname = 'bench' and backend_type = 'client backend')
       from pg_stat_database where datname = 'bench'`,
    );
    const [[time, sessions]] = rows;
    // A session hands its figures in when it ends, a moment after the process.
    if (sessions === '0') return Number(time);
    await new Promise((done) => setTimeout(done, 20));
  }
}

/** MiB, as the system counts them for a child that has ended. */
async function peakMemory({ file, args, env }, more) {
  const script = `import resource, subprocess, sys
subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)`;
  const { output } = await run({ file: PYTHON, args: ['-c', script, file, ...args], env }, more);
  return Number(output) / (process.platform === 'darwin' ? 1024 * 1024 : 1024);
}

async function run({ file, args, env }, more = []) {
  const start = performance.now();
  const { stdout } = await promisify(execFile)(file, [...args, ...more], { cwd: folder, env, maxBuffer: 2 ** 26 });
  return { milliseconds: performance.now() - start, output: stdout };
}

async function printMachine(db) {
  const settings = ['server_version', 'shared_buffers', 'work_mem', 'max_parallel_workers_per_gather', 'jit'];
  const { rows } = await db.query('select name, current_setting(name) from unnest($1::text[]) as name', [settings]);
  const asked = 'from soda_core.__version__ import SODA_CORE_VERSION as v; print(v)';
  const { output } = await run({ file: PYTHON, args: ['-c', asked] });
  const cpus = os.cpus();
  console.log(`${cpus.length} processors (${cpus[0].model}), ${Math.round(os.totalmem() / 2 ** 30)} GiB`);
  console.log(
    `Node ${process.versions.node}, Soda ${output.trim()}, PostgreSQL: ${rows.map((row) => row.join(' ')).join(', ')}`,
  );
}

function print(title, rounds, measured) {
  const theirs = measured.at(-1);
  console.log(`\n${title}; medians of ${rounds} rounds, s\n`);
  console.log('| process | database | range | ratio | whole | range | ratio | peak memory (MiB) |');
  console.log('| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |');
  for (const one of measured) {
    const columns = ['database', 'whole'].flatMap((what) => {
      const range = [Math.min(...one[what]), Math.max(...one[what])].map(seconds).join('–');
      return [seconds(median(one[what])), range, (median(one[what]) / median(theirs[what])).toFixed(2)];
    });
    console.log(`| ${[one.name, ...columns, one.memory.toFixed(0)].join(' | ')} |`);
  }
}

function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}

function seconds(milliseconds) {
  return (milliseconds / 1000).toFixed(milliseconds < 1000 ? 3 : 1);
}
