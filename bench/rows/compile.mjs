import fs from 'node:fs';
import path from 'node:path';
import { generated } from '../lib/generated.mjs';
import { peerRuns } from '../lib/peer-runs.mjs';
import { timed } from '../lib/process.mjs';
import { inTurn } from '../lib/statistics.mjs';

export const about = {
  title: 'Compile and plan generated projects',
  means:
    'What every command costs before it does anything: all templates rendered, all SQL and contracts parsed, the graph in order. Cold is the first call on a clone, warm each later one.',
};

const SIZES = (process.env.BENCH_SIZES ?? '100,1000,5000,20000').split(',').map(Number);
/** Seconds: whatever takes longer is run once; what takes longer than the limit is stopped, and not tried with more models. */
const [ONCE, LIMIT] = [5, 60];
/** Of 5,000 models. */
const AIMS = { cold: 3, warm: 1, memory: 400 };

export async function measure({ rounds, say, folder }) {
  const lines = [];
  const stopped = new Map();
  const ours = new Map();
  for (const size of SIZES) {
    const projects = generated(path.join(folder, String(size)), size);
    const works = { ...runnerRuns(projects), ...peerRuns(projects, { limit: LIMIT, say }) };
    for (const [name, why] of stopped) if (name in works) works[name] = async () => Promise.reject(new Error(why));
    const found = await inTurn(works, { rounds, once: ONCE, say: (line) => say(`${size} models, ${line}`) });
    fs.rmSync(path.join(folder, String(size)), { recursive: true });
    for (const [name, { error }] of found)
      if (error && !stopped.has(name))
        stopped.set(name, /did not end/.test(error) ? `over ${LIMIT} s with ${size} models` : error);
    for (const state of ['cold', 'warm']) {
      const own = found.get(state);
      ours.set(`${size} ${state}`, own);
      if (own.error) throw new Error(own.error);
      lines.push(...ownLines(size, state, own), ...peerLines(size, state, own, found));
    }
  }
  return [...lines, ...growth(ours)];
}

function runnerRuns({ runner }) {
  const args = ['bin/runner.mjs', 'ls', '--quiet', '--project-dir', runner];
  return {
    async cold() {
      fs.rmSync(path.join(runner, 'target'), { recursive: true, force: true });
      return timed(process.execPath, args);
    },
    warm: () => timed(process.execPath, args),
  };
}

const label = (size, state) => `${size.toLocaleString('en-US')} models, ${state}`;
const spread = ({ low, high, peak, runs }) =>
  `${runs > 1 ? `${low.toFixed(2)}–${high.toFixed(2)} s` : 'one run'}, ${Math.round(peak)} MiB`;

function ownLines(size, state, { seconds, peak, ...found }) {
  if (size !== 5000) return [];
  return [
    { what: label(size, state), value: seconds, most: AIMS[state], note: spread({ peak, ...found }) },
    { what: `${label(size, state)}, memory`, value: peak, unit: 'MiB', most: AIMS.memory },
  ];
}

function peerLines(size, state, own, found) {
  return [...found]
    .filter(([name]) => name.endsWith(`, ${state}`))
    .map(([name, other]) => {
      const line = { what: label(size, state), value: own.seconds, against: name.split(',')[0] };
      if (other.error) return { ...line, ...other };
      const note = `${spread(own)}; ${spread(other)}`;
      return { ...line, other: other.seconds, ratio: own.seconds / other.seconds, most: 1, note };
    });
}

/** Four times the models in at most four and a half times the time. */
function growth(ours) {
  return ['cold', 'warm'].flatMap((state) => {
    const [less, more] = [ours.get(`5000 ${state}`), ours.get(`20000 ${state}`)];
    if (!less || !more) return [];
    const ratio = more.seconds / less.seconds;
    const what = `20,000 models beside 5,000, ${state}`;
    return [
      { what, value: more.seconds, against: '5,000 models', other: less.seconds, ratio, most: 4.5, note: spread(more) },
    ];
  });
}
