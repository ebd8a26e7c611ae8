// What landing declarations from a CSV costs beside a bare COPY of the same rows, and what memory it takes. BENCH_ROWS is
// the number of declarations (1 million), BENCH_QUOTES=all quotes every cell.
import fs from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { ensureEmbedded, removeEmbedded } from '../../dist/runner/adapters/embedded.js';
import { migrate } from '../../dist/runner/state/migrations.js';
import { timed } from '../lib/process.mjs';
import { inTurn } from '../lib/statistics.mjs';
import { writeDeclarations } from '../projects/declarations.mjs';

const ROWS = Number(process.env.BENCH_ROWS ?? 1_000_000);
const TIMES = 4;
/** Of the large file: its peak hardly differs from one run to the next. */
const LARGE_ROUNDS = 2;
const ONCE = path.join(import.meta.dirname, '..', 'lib', 'land-once.mjs');

export const about = {
  title: 'Landing declarations from a CSV',
  means:
    'How long the answers of the form take to become a batch, and that a larger file needs time, but no larger machine.',
};

export async function measure({ rounds, say, folder }) {
  const quoted = process.env.BENCH_QUOTES === 'all';
  const file = (name) => path.join(folder, name);
  const [csv, large, text] = [file('declarations.csv'), file('large.csv'), file('declarations.copy')];
  say(`writing ${count(ROWS)} and ${count(TIMES * ROWS)} declarations`);
  await writeDeclarations(csv, ROWS, { quoted });
  await writeDeclarations(large, TIMES * ROWS, { quoted });
  await once('encode', csv, { text });
  const server = await ensureEmbedded({ dataRoot: file('server'), database: 'bench' });
  try {
    await migrate(server, 'ops');
    const digests = new Set();
    const work = (name, from) => async () => {
      const run = await once(name, from, { text, server });
      if (from === csv) digests.add(run.digest);
      return run;
    };
    const results = await inTurn({ copy: work('copy', csv), land: work('land', csv) }, { rounds, say });
    const [copied, landed] = [results.get('copy'), results.get('land')];
    if (landed.error) throw new Error(landed.error);
    const what = `${count(ROWS)} declarations, ${megabytes(csv)} of CSV${quoted ? ', every cell quoted' : ''}`;
    const against = 'bare COPY of the same rows';
    if (copied.error) return [{ what, against, ...copied }];
    if (digests.size > 1) return [{ what, against, wrong: 'land and COPY made other rows' }];
    const memory = await inTurn({ large: work('land', large) }, { rounds: Math.min(rounds, LARGE_ROUNDS), say });
    const { peak, runs, error } = memory.get('large');
    if (error) throw new Error(error);
    return [
      {
        what,
        value: landed.seconds,
        against,
        other: copied.seconds,
        ratio: landed.seconds / copied.seconds,
        most: 1.25,
        note: `${landed.low.toFixed(2)}–${landed.high.toFixed(2)} s; COPY ${copied.low.toFixed(2)}–${copied.high.toFixed(2)} s; ${count(Math.round(ROWS / landed.seconds / 1000) * 1000)} rows a second`,
      },
      {
        what: `peak memory, ${count(TIMES * ROWS)} declarations, ${megabytes(large)}`,
        value: peak,
        unit: 'MiB',
        against: `${count(ROWS)} declarations`,
        other: landed.peak,
        ratio: peak / landed.peak,
        most: 1.1,
        note: `the largest of all runs (${runs} of the larger file), Node itself included`,
      },
    ];
  } finally {
    await removeEmbedded(file('server'));
  }
}

async function once(name, csv, { text, server }) {
  const env = { BENCH_SERVER: JSON.stringify(server ?? null) };
  const { stdout } = await timed(process.execPath, [ONCE, name, csv, text], { env });
  return stdout === '' ? {} : JSON.parse(stdout);
}

function count(number) {
  return number.toLocaleString('en-US');
}

function megabytes(path) {
  return `${Math.round(fs.statSync(path).size / 1e6)} MB`;
}
