// Installs the peers that the benches compare with, each in a throw-away environment below .bench/peers/, from PyPI or the
// npm registry. What is there already is not installed again; `rm -r .bench` takes all of it away.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import process from 'node:process';

const FOLDER = path.join(import.meta.dirname, '..', '..', '.bench', 'peers');

/**
 * dbt 2.0: from 2.0.0rc197 on the packages on PyPI hold no program, only an address outside PyPI to fetch it from; the
 * last one that holds it is taken. It would fetch its driver for PostgreSQL, a build of Apache's, from there, too: Apache's
 * own of that release is put where dbt keeps it. dbt-core 1.12 asks for a parser of that kind and uses it only when told to:
 * the last one that is on PyPI stands in for it.
 */
const PEERS = {
  'dbt-core': {
    version: '1.12.6',
    pip: [
      ['dbt-postgres==1.11.0', 'dbt-core==1.11.*', 'dbt-core-experimental-parser==2.0.0a4'],
      ['--no-deps', 'dbt-core==1.12.6'],
      ['python-dotenv==1.*', 'metricflow==0.213.*'],
    ],
    command: 'bin/dbt',
  },
  'dbt 2.0': {
    version: '2.0.0rc196',
    pip: [['dbt==2.0.0rc196', 'adbc-driver-postgresql==1.9.0']],
    command: 'bin/dbt',
    driver: 'libadbc_driver_postgresql-0.21.0+dbt0.21.0.so',
  },
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
 * Installs a peer, unless it is there.
 * @param name one of the peers above
 * @returns what `placeOf` tells of it
 * @throws Error with what the installer said, when it can't be installed
 */
export function peer(name, say = () => undefined) {
  const { pip = [], npm, driver } = PEERS[name];
  const told = placeOf(name);
  const { folder, env } = told;
  const done = path.join(folder, '.installed');
  const recipe = JSON.stringify(PEERS[name]);
  if (fs.existsSync(done) && fs.readFileSync(done, 'utf8') === recipe) return told;
  say(`installing ${told.name}`);
  fs.rmSync(folder, { recursive: true, force: true });
  fs.mkdirSync(folder, { recursive: true });
  if (npm) {
    fs.writeFileSync(path.join(folder, 'package.json'), '{"private": true}');
    run('npm', ['install', '--no-audit', '--no-fund', ...npm], folder);
  } else run('python3', ['-m', 'venv', folder], folder);
  for (const packages of pip) run(path.join(folder, 'bin', 'pip'), ['install', '--quiet', ...packages], folder);
  if (driver) placeDriver(folder, env.XDG_CACHE_HOME, driver);
  fs.writeFileSync(done, recipe);
  return told;
}

/** @returns what a peer is called in the table, its program, folder and environment, whether it is installed or not */
export function placeOf(name) {
  const { version, command, driver } = PEERS[name];
  const folder = path.join(FOLDER, `${name.replace(' ', '-')}-${version}`);
  const env = driver ? { ...QUIET, XDG_CACHE_HOME: path.join(folder, 'cache') } : QUIET;
  return { name: `${name} ${version}`, command: path.join(folder, command), folder, env };
}

function placeDriver(folder, cache, driver) {
  const [python] = fs.readdirSync(path.join(folder, 'lib'));
  const from = path.join(folder, 'lib', python, 'site-packages/adbc_driver_postgresql/libadbc_driver_postgresql.so');
  const system = `${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-manylinux_2_17-linux-gnu`;
  fs.mkdirSync(path.join(cache, 'com.getdbt/adbc', system), { recursive: true });
  fs.copyFileSync(from, path.join(cache, 'com.getdbt/adbc', system, driver));
}

function run(command, args, cwd) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, encoding: 'utf8' });
  if (status !== 0)
    throw new Error(`${path.basename(command)} ${args.join(' ')}: ${error?.message || stderr.trim() || stdout}`);
}
