// Installs the peers that the benches compare with, each in a throw-away environment below .bench/peers/, from PyPI or the
// npm registry. What is there already is not installed again; `rm -r .bench` takes all of it away.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

const FOLDER = path.join(import.meta.dirname, '..', '..', '.bench', 'peers');

/**
 * dbt 2.0: from 2.0.0rc197 on the packages on PyPI hold no program, only an address outside PyPI to fetch it from; the
 * last one that holds it is taken. dbt-core 1.12 asks for a parser of that kind, too, and uses it only when told to: the
 * last one that is on PyPI stands in for it.
 */
const PEERS = {
  'dbt-core': {
    version: '1.12.6',
    pip: [
      ['dbt-postgres==1.11.0', 'dbt-core==1.11.*', 'dbt-core-experimental-parser==2.0.0a4'],
      ['--no-deps', 'dbt-core==1.12.6'],
    ],
    command: 'bin/dbt',
  },
  'dbt 2.0': { version: '2.0.0rc196', pip: [['dbt==2.0.0rc196']], command: 'bin/dbt' },
  SQLMesh: { version: '0.236.4', pip: [['sqlmesh[postgres]==0.236.4']], command: 'bin/sqlmesh' },
  Dataform: {
    version: '3.0.69',
    npm: ['@dataform/cli@3.0.69', '@dataform/core@3.0.62'],
    command: 'node_modules/.bin/dataform',
  },
};

/** Told nothing of who runs them: neither is the time that this takes measured. */
export const QUIET = {
  DO_NOT_TRACK: '1',
  DBT_SEND_ANONYMOUS_USAGE_STATS: 'false',
  SQLMESH__DISABLE_ANONYMIZED_ANALYTICS: 'true',
  DBT_ALLOW_EXPERIMENTAL_ADAPTERS: 'true',
};

/**
 * @param name one of the peers above
 * @returns what it is called in the table, and its program
 * @throws Error with what the installer said, when it can't be installed
 */
export function peer(name, say = () => undefined) {
  const { version, pip = [], npm, command } = PEERS[name];
  const folder = path.join(FOLDER, `${name.replace(' ', '-')}-${version}`);
  const told = { name: `${name} ${version}`, command: path.join(folder, command), folder };
  const done = path.join(folder, '.installed');
  if (fs.existsSync(done)) return told;
  say(`installing ${told.name}`);
  fs.rmSync(folder, { recursive: true, force: true });
  fs.mkdirSync(folder, { recursive: true });
  if (npm) {
    fs.writeFileSync(path.join(folder, 'package.json'), '{"private": true}');
    run('npm', ['install', '--no-audit', '--no-fund', ...npm], folder);
  } else run('python3', ['-m', 'venv', folder], folder);
  for (const packages of pip) run(path.join(folder, 'bin', 'pip'), ['install', '--quiet', ...packages], folder);
  fs.writeFileSync(done, '');
  return told;
}

function run(command, args, cwd) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, encoding: 'utf8' });
  if (status !== 0)
    throw new Error(`${path.basename(command)} ${args.join(' ')}: ${error?.message ?? stderr.trim() ?? stdout}`);
}
