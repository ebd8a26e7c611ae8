// The sample, landed on a server of its own, for rows that build this whole project by several tools: a database each, copied
// from one in which the raw rows are and nothing is built. The project is a copy, too: what .env names is not for a bench.
import fs from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { ensureEmbedded, removeEmbedded } from '../../dist/runner/adapters/embedded.js';
import { openDatabase } from '../../dist/runner/adapters/postgres.js';
import { loadProject } from '../../dist/runner/commands/load-project.js';
import { quoted } from '../../dist/runner/util/sql.js';
import { timed } from '../lib/process.mjs';

export const ROOT = path.join(import.meta.dirname, '..', '..');
const RUNNER = path.join(ROOT, 'bin/runner.mjs');
const PROJECT = ['project.yml', 'models', 'seeds', 'macros', 'soda', 'sources'];
const LANDED = 'landed';
/** What the sample's loaders need where the server is not the embedded one of the project folder. */
const SAMPLE = {
  P12_PSEUDO_SALT: 'salt-of-the-benches',
  RH_XLSX: 'sources/sample/rh.xlsx',
  SPORT_XLSX: 'sources/sample/sport.xlsx',
  URL_GSHEET: 'sources/sample/declarations.csv',
  TRAJETS_CSV: 'sources/sample/trajets.csv',
};
/** What the runner sets in its sessions and models read; a database of a peer has it from the start. */
const SETTINGS = {
  'runner.run_id': 'bench',
  'runner.run_label': 'bench',
  'runner.run_started_at': new Date().toISOString(),
  timezone: 'UTC',
};

/** All stand for one day, be it midnight in between. @returns `{loaded, fresh, open, runner, env, close}`: the project as compiled, and databases by name */
export async function landedCompany(folder, say) {
  const dataRoot = path.join(folder, 'server');
  const server = await ensureEmbedded({ dataRoot, database: LANDED });
  const { projectDir, loaded, unset } = await copiedProject(folder);
  const env = (database) => ({
    ...unset,
    ...SAMPLE,
    PGHOST: server.host,
    PGPORT: String(server.port),
    PGUSER: server.user,
    PGPASSWORD: server.password,
    PGDATABASE: database,
  });
  const open = (database) => openDatabase({ ...server, database }, { max: 1 });
  const runner = (database, ...args) =>
    timed(process.execPath, [RUNNER, ...args, '--as-of', loaded.asOf], { cwd: projectDir, env: env(database) });
  const close = () => removeEmbedded(dataRoot);
  try {
    say('landing the sample');
    await runner(LANDED, 'load');
    await runner(LANDED, 'build');
    await within(open(LANDED), (db) => db.query(dropBuilt(loaded.graph)));
    const fresh = (database) => within(open('postgres'), (db) => copyLanded(db, database));
    return { loaded, fresh, open, runner, env, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Runs `work` with a database, which is closed afterwards. */
export async function within(db, work) {
  try {
    return await work(db);
  } finally {
    await db.close();
  }
}

/** @returns `{projectDir, loaded, unset}`: a copy of this project, as compiled, and an environment without what it would read there */
export async function copiedProject(folder) {
  const projectDir = path.join(folder, 'project');
  for (const name of PROJECT) fs.cpSync(path.join(ROOT, name), path.join(projectDir, name), { recursive: true });
  fs.symlinkSync(path.join(ROOT, 'dist'), path.join(projectDir, 'dist'));
  const loaded = await loadProject({ projectDir });
  return { projectDir, loaded, unset: Object.fromEntries(variablesOf(loaded).map((name) => [name, ''])) };
}

/** What loaders and messages would read in the environment: sources that are not the sample's, places where something is sent. */
function variablesOf({ project, graph }) {
  const ofSources = [...graph.nodes.values()].flatMap(({ source }) => [
    ...Object.keys(source?.env ?? {}),
    ...[source?.requests?.force_env, source?.requests?.when_env].filter(Boolean),
  ]);
  return [...ofSources, ...project.config.secrets.map(({ name }) => name)];
}

/** The relations that a build makes. */
export function builtOf(graph) {
  return [...graph.nodes.values()].filter(
    ({ type, materialized }) => type !== 'source' && materialized !== 'ephemeral',
  );
}

/** What is built and checked, in words. */
export function sizeOf({ graph }) {
  const nodes = builtOf(graph);
  const checks = nodes.reduce((sum, { contract }) => sum + (contract?.checks.length ?? 0), 0);
  const tests = nodes.reduce((sum, { unitTests }) => sum + (unitTests?.length ?? 0), 0);
  return `this project: ${nodes.length} tables and views, ${checks} checks, ${tests} unit tests`;
}

function dropBuilt(graph) {
  const kind = ({ materialized }) => (materialized === 'view' ? 'view' : 'table');
  return builtOf(graph)
    .map((node) => `drop ${kind(node)} if exists ${quoted(node.relation)} cascade`)
    .join('; ');
}

async function copyLanded(db, database) {
  await db.query(`drop database if exists "${database}" with (force)`);
  await db.query(`create database "${database}" template "${LANDED}"`);
  for (const [name, value] of Object.entries(SETTINGS))
    await db.query(`alter database "${database}" set "${name}" = '${value}'`);
}
