// Wall time of a run that has nothing to do, as a process, beside that of node alone and of node with the driver of
// PostgreSQL. On this project and its embedded server, built first when need be: npm run bench:noop [runs]
import { spawnSync } from 'node:child_process';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const runs = Math.max(7, Number(process.argv[2] ?? 15));
const NOOP = ['bin/runner.mjs', 'build', '--target', 'embedded', '--select', 'changed'];
const DRIVER = `
  import pg from 'pg';
  const client = new pg.Client(process.env.BENCH_URL);
  await client.connect();
  await client.query('select 1');
  await client.end();`;

/** Runs node in the project folder. */
function node(args, env = {}) {
  const start = performance.now();
  const result = spawnSync(process.execPath, args, { cwd: root, env: { ...process.env, ...env }, encoding: 'utf8' });
  const wall = performance.now() - start;
  if (result.status !== 0) throw new Error(`node ${args.join(' ')} failed:\n${result.stdout}${result.stderr}`);
  return { wall, stdout: result.stdout };
}

const events = (text) =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
const range = (values) => `${Math.round(Math.min(...values))}–${Math.round(Math.max(...values))}`;

const wasRunning = spawnSync(process.execPath, ['bin/runner.mjs', 'db', 'url'], { cwd: root }).status === 0;
try {
  node(['bin/runner.mjs', 'pipeline', '--target', 'embedded']);
  const url = node(['bin/runner.mjs', 'db', 'url']).stdout.trim();
  const walls = { 'node -e 0': [], 'node, pg: connect, select 1': [], 'runner build --select changed': [] };
  const splits = [];
  for (let run = 0; run < runs; run += 1) {
    // In turn, so that what else the machine does is in all of them.
    walls['node -e 0'].push(node(['-e', '0']).wall);
    walls['node, pg: connect, select 1'].push(node(['--input-type=module', '-e', DRIVER], { BENCH_URL: url }).wall);
    const { wall, stdout } = node([...NOOP, '--timings', '--log-format', 'json']);
    const told = events(stdout);
    const end = told.find(({ event }) => event === 'run_finished');
    if (end?.status !== 'nothing_to_do') throw new Error(`there was something to do: ${JSON.stringify(end)}`);
    walls['runner build --select changed'].push(wall);
    splits.push(told.find(({ event }) => event === 'timings').milliseconds);
  }
  const table = (head, rows) =>
    [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
  const ms = (value) => value.toFixed(0);
  process.stdout.write(
    `${[
      `${runs} runs each, node ${process.versions.node}, milliseconds`,
      '',
      table(
        ['process', 'median', 'range'],
        Object.entries(walls).map(([name, values]) => [`\`${name}\``, ms(median(values)), range(values)]),
      ),
      '',
      table(Object.keys(splits[0]), [
        Object.keys(splits[0]).map((stage) => ms(median(splits.map((split) => split[stage] ?? 0)))),
      ]),
    ].join('\n')}\n`,
  );
} finally {
  if (!wasRunning) spawnSync(process.execPath, ['bin/runner.mjs', 'db', 'stop'], { cwd: root });
}
