// Small models built from nothing by 1, 2, 4 and 8 threads, beside the same SQL by as many bare connections. BENCH_MODELS is
// their number (5,000).
import fs from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { ensureEmbedded, removeEmbedded } from '../../dist/runner/adapters/embedded.js';
import { onConnections } from '../lib/connections.mjs';
import { timed } from '../lib/process.mjs';
import { shapeOf, writeRunner } from '../projects/generated.mjs';

const MODELS = Number(process.env.BENCH_MODELS ?? 5_000);
const THREADS = [1, 2, 4, 8];
/** What each reads: with ten, planning the joins would be most of the work. */
const REFS = 3;
const RUNNER = path.join(import.meta.dirname, '..', '..', 'bin', 'runner.mjs');

export const about = {
  title: `${MODELS.toLocaleString('en-US')} small models from nothing, by threads`,
  means:
    'What more threads bring on a machine that has the processors for them, and what a model costs beside its SQL.',
  runs: 'one run each',
};

/** One run each: 5,000 models take minutes, and what the machine does beside it comes to little in minutes. */
export async function measure({ say, folder }) {
  const models = shapeOf(MODELS, REFS);
  const project = path.join(folder, 'project');
  writeRunner(project, models, { indexed: true });
  const dataRoot = path.join(folder, 'server');
  const open = (database) => ensureEmbedded({ dataRoot, database });
  try {
    // The project is read and compiled before the clock runs; what that takes is another row's.
    await build(project, await open('warm_up'), 1, ['--select', models[0].name]);
    await build(project, await open('compiled'), 4);
    const sqlOf = (name) => compiledSql(project, models, name);
    const runs = [];
    for (const threads of THREADS) {
      say(`${threads} threads: the runner`);
      const server = await open(`runner_${threads}`);
      const ours = await build(project, server, threads);
      say(`${threads} threads: bare connections`);
      const other = await open(`bare_${threads}`);
      const bare = await onConnections(other, models, threads, sqlOf);
      await requireSame([server, other], models);
      runs.push({ threads, ours, bare });
    }
    return linesOf(runs);
  } finally {
    await removeEmbedded(dataRoot);
  }
}

async function build(project, server, threads, more = []) {
  const env = {
    PGHOST: server.host,
    PGPORT: String(server.port),
    PGUSER: server.user,
    PGPASSWORD: server.password ?? '',
    PGDATABASE: server.database,
  };
  const args = [RUNNER, 'build', '--quiet', '--project-dir', project, '--threads', String(threads), ...more];
  return timed(process.execPath, args, { env, limit: 900 });
}

function compiledSql(project, models, name) {
  const { layer } = models.find((model) => model.name === name);
  return fs.readFileSync(path.join(project, 'target', 'compiled', 'models', 'g', `l${layer}`, `${name}.sql`), 'utf8');
}

/** What the last models hold follows from all the others. */
async function requireSame(servers, models) {
  const { default: pg } = await import('pg');
  const last = models.slice(-100).map(({ name }) => `select '${name}' as name, t::text as row from g.${name} as t`);
  const found = [];
  for (const server of servers) {
    const client = new pg.Client(server);
    await client.connect();
    const { rows } = await client.query(
      `select (select count(*) from pg_tables where schemaname = 'g') as tables, (select count(*) from pg_indexes where schemaname = 'g') as indexes,
         count(*) as rows, md5(string_agg(name || row, ';' order by name, row)) as hash from (${last.join(' union all ')}) as all_rows`,
    );
    await client.end();
    found.push(JSON.stringify(rows[0]));
  }
  if (found[0] !== found[1]) throw new Error(`the runner made ${found[0]}, bare connections ${found[1]}`);
}

function linesOf(runs) {
  const [one] = runs;
  const each = (seconds) => `${((1000 * seconds) / MODELS).toFixed(1)} ms`;
  const named = (threads) => `${threads} thread${threads === 1 ? '' : 's'}`;
  const times = runs.map(({ threads, ours, bare }) => ({
    what: named(threads),
    value: ours.seconds,
    against: `the same SQL through ${threads} bare pg connection${threads === 1 ? '' : 's'}`,
    other: bare.seconds,
    ratio: ours.seconds / bare.seconds,
    note: `one run each; a model ${each(ours.seconds)} beside ${each(bare.seconds)}, of which ${each(ours.cpu)} are the runner's own processor time; ${Math.round(ours.peak)} MiB`,
  }));
  const shares = runs.slice(1).map(({ threads, ours, bare }) => {
    const [value, other] = [ours.seconds / one.ours.seconds, bare.seconds / one.bare.seconds];
    return {
      what: `time by ${named(threads)} as a part of that by 1`,
      value,
      unit: '×',
      against: "the server's own",
      other,
      ratio: value / other,
      most: 1.1,
      note: `speed-up ${(1 / value).toFixed(2)} beside ${(1 / other).toFixed(2)}`,
    };
  });
  return [...times, ...shares];
}
