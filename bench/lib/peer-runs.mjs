import fs from 'node:fs';
import path from 'node:path';
import { peer, QUIET } from '../peers/install.mjs';
import { timed } from './process.mjs';

/**
 * How each peer reads a generated project, without a server: `name, cold` → a run with nothing kept, `name, warm` → one
 * after that; of a tool that keeps what it has parsed it fails where the cold one did, since nothing was kept for it. A peer
 * that can't be installed fails as a run.
 */
export function peerRuns(dirs, { limit, say }) {
  return {
    ...runsOf('dbt-core', dirs, ['parse', '--profiles-dir', '.'], { limit, say }),
    ...runsOf('dbt 2.0', dirs, ['parse', '--profiles-dir', '.'], { limit, say }),
    ...runsOf('SQLMesh', dirs, ['info', '--skip-connection'], { limit, say }),
    ...runsOf('Dataform', dirs, ['compile', '--json', '--timeout', `${limit}s`, '.'], { limit, say }),
  };
}

/** Those that spare work by what a former run has kept; the others' later runs are as their first. */
const KEEPERS = ['dbt-core', 'SQLMesh'];
/** What each keeps beside its project. */
const KEPT = ['target', 'logs', '.cache'];

function runsOf(name, dirs, args, { limit, say }) {
  const cwd = dirs[name];
  let stopped;
  const run = async () => {
    const { command, folder } = peer(name, say);
    if (name === 'Dataform') placeCore(folder, cwd);
    return timed(command, args, { cwd, env: QUIET, limit });
  };
  return {
    [`${name}, cold`]: async () => {
      for (const kept of KEPT) fs.rmSync(path.join(cwd, kept), { recursive: true, force: true });
      return run().catch((error) => {
        stopped = new Error(`its cold run left nothing for a warm one: ${error.message.split('\n')[0]}`);
        throw error;
      });
    },
    [`${name}, warm`]: async () => {
      if (stopped && KEEPERS.includes(name)) throw stopped;
      return run();
    },
  };
}

/** Dataform wants its package within the project. */
function placeCore(folder, project) {
  const [from, to] = [folder, project].map((dir) => path.join(dir, 'node_modules/@dataform/core'));
  if (!fs.existsSync(to)) fs.cpSync(from, to, { recursive: true, dereference: true });
}
