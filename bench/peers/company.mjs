// The sample, landed on a server of its own, for rows that build this whole project by several tools: a database each, copied
// from one in which the raw rows are and nothing is built.
import path from 'node:path';
import process from 'node:process';
import { ensureEmbedded, removeEmbedded } from '../../dist/runner/adapters/embedded.js';
import { openDatabase } from '../../dist/runner/adapters/postgres.js';
import { loadProject } from '../../dist/runner/commands/load-project.js';
import { quoted } from '../../dist/runner/util/sql.js';
import { timed } from '../lib/process.mjs';

export const ROOT = path.join(import.meta.dirname, '..', '..');
const RUNNER = path.join(ROOT, 'bin/runner.mjs');
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

/** @returns `{loaded, fresh, open, runner, env, close}`: the project as compiled, and databases by name */
export async function landedCompany(folder, say) {
  const dataRoot = path.join(folder, 'server');
  const server = await ensureEmbedded({ dataRoot, database: LANDED });
  const env = (database) => ({
    ...SAMPLE,
    PGHOST: server.host,
    PGPORT: String(server.port),
    PGUSER: server.user,
    PGPASSWORD: server.password,
    PGDATABASE: database,
  });
  const open = (database) => openDatabase({ ...server, database }, { max: 1 });
  const runner = (database, ...args) =>
    timed(process.execPath, [RUNNER, ...args], { cwd: ROOT, env: env(database), codes: [0] });
  const close = () => removeEmbedded(dataRoot);
  try {
    say('landing the sample');
    await runner(LANDED, 'pipeline');
    const loaded = await loadProject({ projectDir: ROOT });
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

/** The relations that a build makes. */
export function builtOf(graph) {
  return [...graph.nodes.values()].filter(
    ({ type, materialized }) => type !== 'source' && materialized !== 'ephemeral',
  );
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
