import fs from 'node:fs';
import path from 'node:path';
import { generated } from '../lib/generated.mjs';
import { timed } from '../lib/process.mjs';
import { inTurn } from '../lib/statistics.mjs';
import { peer, QUIET } from '../peers/install.mjs';

export const about = {
  title: 'One edited model among 5,000',
  means: 'What an analyst waits for after each save: which models does my edit reach, and is all of it still right?',
};

const MODELS = Number(process.env.BENCH_MODELS ?? 5000);
/** One of the last layers: what reads it is named too. */
const EDITED = `m_${String(Math.floor(MODELS * 0.97)).padStart(5, '0')}`;
const AIM = 0.3;
const [ONCE, LIMIT] = [15, 180];

export async function measure({ rounds, say, folder }) {
  const dirs = generated(folder, MODELS);
  const dbt = (name) => async (round) => {
    const { command } = peer(name, say);
    edit(dirs[name], round);
    const args = ['ls', '--select', `${EDITED}+`, '--profiles-dir', '.'];
    return timed(command, args, { cwd: dirs[name], env: QUIET, limit: LIMIT });
  };
  const runner = async (round) => {
    edit(dirs.runner, round);
    const args = ['bin/runner.mjs', 'ls', '--select', `${EDITED}+`, '--project-dir', dirs.runner];
    return timed(process.execPath, args);
  };
  // All is known but for the edit, which is another one each time.
  await runner('first');
  await dbt('dbt-core')('first').catch(() => undefined);
  const works = { runner, 'dbt-core': dbt('dbt-core'), 'dbt 2.0': dbt('dbt 2.0') };
  const found = await inTurn(works, { rounds, once: ONCE, say });
  const { seconds, low, high, peak, error } = found.get('runner');
  if (error) throw new Error(error);
  const what = `${MODELS.toLocaleString('en-US')} models, one of them edited`;
  const own = `${low.toFixed(2)}–${high.toFixed(2)} s, ${Math.round(peak)} MiB`;
  return [
    { what, value: seconds, most: AIM, note: own },
    ...['dbt-core', 'dbt 2.0'].map((name) => {
      const other = found.get(name);
      const line = { what, value: seconds, against: name };
      if (other.error) return { ...line, error: other.error };
      const note = other.runs > 1 ? `${other.low.toFixed(2)}–${other.high.toFixed(2)} s` : 'one run';
      return { ...line, other: other.seconds, ratio: seconds / other.seconds, most: 1, note };
    }),
  ];
}

/** Another literal in the SQL of one model. */
function edit(dir, round) {
  const file = fs
    .readdirSync(dir, { recursive: true })
    .find((name) => name.endsWith(`${EDITED}.sql`) && name.startsWith('models'));
  const text = fs.readFileSync(path.join(dir, file), 'utf8');
  fs.writeFileSync(path.join(dir, file), text.replace(/( \|\| '\w+')? as label/, ` || '${round}' as label`));
}
