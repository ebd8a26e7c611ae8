// The tools that build the sample: the project of each, and how its documentation says to build all of it and to do nothing.
// Written from the project as the runner compiled it, so that tables, views, columns, seeds and checks are the same. What no
// peer has an equal of is left out, in its favour: unit tests, the policies of the history in hooks, several models published
// by one transaction, the audit before anything is published, the policy of personal data, and the record of each check. Of SQLMesh
// also grants, hooks, incremental models (they are built as a whole) and the schema checks (a model's columns are declared); all
// columns of a model that may not be null are one audit there. Of dbt the schema checks are enforced contracts, of seeds column types.
import fs from 'node:fs';
import path from 'node:path';
import { timed } from '../lib/process.mjs';
import { peer, placeOf } from './install.mjs';
import { writeDbt } from './to-dbt.mjs';
import { writeSqlMesh } from './to-sqlmesh.mjs';

const THREADS = ['--threads', '4'];

/**
 * Writes the projects below `folder`.
 * @returns for each tool `{name, database, tests, build, nothing}`; `build` and `nothing` run a whole process and give what it took.
 *   A tool that can't be installed fails there, as a run does
 */
export function toolsOf(company, folder, say) {
  return [dbt('dbt-core', 'dbt_core'), dbt('dbt 2.0', 'dbt_2'), sqlmesh()];

  function dbt(called, database) {
    const { name, run, dir } = tool(called, database);
    const tests = writeDbt(dir, company.loaded);
    const state = path.join(dir, 'state');
    return {
      name,
      database,
      tests,
      async build() {
        const built = await run('build', ...THREADS);
        fs.mkdirSync(state, { recursive: true });
        fs.copyFileSync(path.join(dir, 'target/manifest.json'), path.join(state, 'manifest.json'));
        return built;
      },
      nothing: {
        'build --select state:modified': () => run('build', '--select', 'state:modified', '--state', state, ...THREADS),
      },
    };
  }

  function sqlmesh() {
    const { name, run, dir } = tool('SQLMesh', 'sqlmesh');
    const tests = writeSqlMesh(dir, company.loaded);
    const plan = () => run('plan', '--auto-apply', '--no-prompts');
    return { name, database: 'sqlmesh', tests, build: plan, nothing: { run: () => run('run'), plan } };
  }

  function tool(called, database) {
    const { name } = placeOf(called);
    const dir = path.join(folder, database);
    const run = async (...args) => {
      const { command, env } = peer(called, say);
      return timed(command, args, { cwd: dir, env: { ...env, ...company.env(database) } });
    };
    return { name, run, dir };
  }
}
