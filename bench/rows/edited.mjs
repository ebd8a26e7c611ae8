import fs from 'node:fs';
import path from 'node:path';
import { generated } from '../lib/generated.mjs';
import { peerRuns } from '../lib/peer-runs.mjs';
import { timed } from '../lib/process.mjs';
import { inTurn } from '../lib/statistics.mjs';
import { peer, QUIET } from '../peers/install.mjs';

const MODELS = Number(process.env.BENCH_MODELS ?? 5000);
/** One of the last layers: what reads it is named too. */
const EDITED = `m_${String(Math.floor(MODELS * 0.97)).padStart(5, '0')}`;
const AIM = 0.3;
const [ONCE, LIMIT] = [5, 60];
/** Seconds for the first run of dbt-core, without which there is nothing that a later one could spare. */
const FIRST = 300;

export const about = {
  title: `One edited model among ${MODELS.toLocaleString('en-US')}`,
  means: 'What an analyst waits for after each save: which models does my edit reach, and is all of it still right?',
};

/** What those are asked that can't name the models an edit reaches without a server. */
const ASKED = { SQLMesh: '`info`: reads all, names none', Dataform: '`compile`: reads all, names none' };

export async function measure({ rounds, say, folder }) {
  const dirs = generated(folder, MODELS);
  const dbt =
    (name, limit = LIMIT) =>
    async (round) => {
      const { command } = peer(name, say);
      edit(dirs[name], round);
      const args = ['ls', '--select', `${EDITED}+`, '--profiles-dir', '.'];
      return timed(command, args, { cwd: dirs[name], env: QUIET, limit });
    };
  const runner = async (round) => {
    edit(dirs.runner, round);
    const args = ['bin/runner.mjs', 'ls', '--select', `${EDITED}+`, '--project-dir', dirs.runner];
    return timed(process.execPath, args);
  };
  const runs = peerRuns(dirs, { limit: LIMIT, say });
  const whole = (name) => async (round) => {
    edit(dirs[name], round);
    return runs[`${name}, warm`]();
  };
  const works = {
    runner,
    'dbt-core': dbt('dbt-core'),
    'dbt 2.0': dbt('dbt 2.0'),
    SQLMesh: whole('SQLMesh'),
    Dataform: whole('Dataform'),
  };
  // All is known but for the edit, which is another one each time.
  await runner('first');
  await dbt('dbt-core', FIRST)('first').catch(() => undefined);
  await runs['SQLMesh, cold']().catch(() => undefined);
  const found = await inTurn(works, { rounds, once: ONCE, say });
  const { seconds, low, high, peak, error } = found.get('runner');
  if (error) throw new Error(error);
  const what = `${MODELS.toLocaleString('en-US')} models, one of them edited`;
  const own = `${low.toFixed(2)}–${high.toFixed(2)} s, ${Math.round(peak)} MiB`;
  return [
    { what, value: seconds, most: AIM, note: own },
    ...[...found].slice(1).map(([name, other]) => {
      const line = { what, value: seconds, against: name };
      if (other.error) return { ...line, ...other };
      const spread = other.runs > 1 ? `${other.low.toFixed(2)}–${other.high.toFixed(2)} s` : 'one run';
      const note = name in ASKED ? `${spread}; ${ASKED[name]}` : spread;
      return { ...line, other: other.seconds, ratio: seconds / other.seconds, most: 1, note };
    }),
  ];
}

/** Another literal in the SQL of one model. */
function edit(dir, round) {
  const file = fs
    .readdirSync(dir, { recursive: true })
    .find((name) => /^(models|definitions)\b/.test(name) && path.parse(name).name === EDITED);
  const text = fs.readFileSync(path.join(dir, file), 'utf8');
  const edited = text.replace(/( \|\| '\w+')? as label/, ` || '${round}' as label`);
  if (edited === text) throw new Error(`${file} is as it was before the edit`);
  fs.writeFileSync(path.join(dir, file), edited);
}
