import process from 'node:process';
import { timed } from '../lib/process.mjs';
import { inTurn, median } from '../lib/statistics.mjs';
import { landedCompany, ROOT, sizeOf } from '../peers/company.mjs';
import { toolsOf } from '../peers/tools.mjs';

export const about = {
  title: 'A run with nothing to do',
  means: 'What the schedule waits for each time that nothing has changed: a whole process, the server running.',
};

const AIMS = { 'dbt-core': 0.1, 'dbt 2.0': 0.5, SQLMesh: 0.1 };
const DRIVER = `
  import pg from 'pg';
  const client = new pg.Client();
  await client.connect();
  await client.query('select 1');
  await client.end();`;

export async function measure({ rounds, say, folder }) {
  const company = await landedCompany(folder, say);
  try {
    const tools = toolsOf(company, folder, say);
    const errors = new Map();
    await company.fresh('runner');
    await company.runner('runner', 'build');
    for (const { name, database, build } of tools) {
      say(`${name}: built once`);
      await company.fresh(database);
      await build().catch((error) => errors.set(name, error.message));
    }
    const peers = tools.filter(({ name }) => !errors.has(name)).flatMap((tool) => nothingOf(tool));
    const splits = [];
    const node = (...args) => timed(process.execPath, args, { cwd: ROOT, env: company.env('runner') });
    const results = await inTurn(
      {
        runner: () => nothing(company, splits),
        'node -e 0': () => node('-e', '0'),
        'node, pg: connect, select 1': () => node('--input-type=module', '-e', DRIVER),
        ...Object.fromEntries(peers.map(({ against, run }) => [against, run])),
      },
      { rounds, say },
    );
    const runner = results.get('runner');
    if (runner.error) throw new Error(runner.error);
    const what = sizeOf(company.loaded);
    const line = (against, most) => {
      const other = results.get(against);
      const of = { what, value: runner.seconds, against };
      if (other.error) return { ...of, ...other };
      return {
        ...of,
        most,
        other: other.seconds,
        ratio: runner.seconds / other.seconds,
        note: `${spread(runner)} to ${spread(other)}`,
      };
    };
    const [first, ...others] = ['node -e 0', 'node, pg: connect, select 1'].map((against) => line(against));
    return [
      { ...first, note: `${first.note}; ${splitOf(splits.slice(1))}` },
      ...others,
      ...peers.map(({ against, most }) => line(against, most)),
      ...[...errors].map(([against, error]) => ({ what, against, error })),
    ];
  } finally {
    await company.close();
  }
}

/** The ways that a tool has for a run with nothing to do. */
function nothingOf({ name, nothing: ways }) {
  const [, most] = Object.entries(AIMS).find(([of]) => name.startsWith(of)) ?? [];
  return Object.entries(ways).map(([way, run]) => ({ against: `${name}, ${way}`, run, most }));
}

async function nothing(company, splits) {
  const run = await company.runner('runner', 'build', '--select', 'changed', '--timings', '--log-format', 'json');
  const told = run.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const end = told.find(({ event }) => event === 'run_finished');
  if (end?.status !== 'nothing_to_do') throw new Error(`there was something to do: ${JSON.stringify(end)}`);
  splits.push(told.find(({ event }) => event === 'timings').milliseconds);
  return run;
}

/** Medians of the runner's own stages, in milliseconds. */
function splitOf(splits) {
  const stages = Object.keys(splits[0]).map(
    (stage) => `${stage} ${Math.round(median(splits.map((split) => split[stage] ?? 0)))}`,
  );
  return `the runner's own stages: ${stages.join(', ')} ms`;
}

const spread = ({ low, high, runs }) => `${low.toFixed(2)}–${high.toFixed(2)} s (${runs})`;
