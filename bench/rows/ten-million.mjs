import fs from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { ensureEmbedded, removeEmbedded } from '../../dist/runner/adapters/embedded.js';
import { openDatabase } from '../../dist/runner/adapters/postgres.js';
import { migrate } from '../../dist/runner/state/migrations.js';
import { timed } from '../lib/process.mjs';
import { copiedProject, ROOT } from '../peers/company.mjs';
import { DAY, landCompany, landDeclarations, NEXT_DAY } from '../volume/data.mjs';

const VOLUME = path.join(ROOT, 'bench', 'volume');
const CLI = path.join(ROOT, 'bin', 'runner.mjs');
const ACTIVITIES = Number(process.env.BENCH_ACTIVITIES ?? 10_000_000);
/** Seconds that a build may take. */
const LIMIT = 3 * 3600;
const millions = `${(ACTIVITIES / 1e6).toLocaleString('en-US')} million activities`;

export const about = {
  title: `${millions}: a full build, and a day`,
  means: `How long the whole project takes for ${millions} of ${(ACTIVITIES / 100).toLocaleString('en-US')} employees in a thousand days, and what a day of ${(ACTIVITIES / 1000).toLocaleString('en-US')} more takes.`,
  runs: 'one run each',
};

export async function measure({ folder, say }) {
  const dataRoot = path.join(folder, 'server');
  const project = await copiedProject(folder);
  const server = await ensureEmbedded({ dataRoot, database: 'landed' });
  try {
    say('landing');
    await land(project, server);
    const statements = path.join(folder, 'statements');
    const built = await onCopyOf(server, 'built');
    say('full build');
    const full = await watched(dataRoot, () => build(project, built, DAY, ['--full-refresh'], statements));
    const content = await withDatabase(built, contentOf);
    say(`full build: ${toldOf(full)}; a day more`);
    await landDay(built);
    const day = await watched(dataRoot, () => build(project, built, NEXT_DAY, ['--select', 'changed']));
    await requireDay(built);
    // From here on two sets of tables would need the disk of both.
    await drop(server, 'built');
    say(`a day: ${toldOf(day)}; the same SQL, bare`);
    const bare = await timed(process.execPath, [path.join(VOLUME, 'replay.mjs'), statements], {
      env: envOf(server),
      limit: LIMIT,
    });
    const rows = requireSame(content, await withDatabase(server, contentOf));
    return [
      {
        what: 'full build',
        value: full.seconds,
        against: 'the same SQL through one connection of `pg`',
        other: bare.seconds,
        ratio: full.seconds / bare.seconds,
        most: 1.05,
        note: `once; ${rows.toLocaleString('en-US')} rows the same in both; peak memory of the runner ${full.peak.toFixed(0)} MiB, disk ${gigabytes(full.before)} GB before, ${gigabytes(full.disk)} GB at most`,
      },
      {
        what: `a day: ${(ACTIVITIES / 1000).toLocaleString('en-US')} more, the next morning`,
        value: day.seconds,
        against: 'its own full build',
        other: full.seconds,
        ratio: day.seconds / full.seconds,
        most: 0.05,
        note: `once; peak memory of the runner ${day.peak.toFixed(0)} MiB, disk ${gigabytes(day.disk)} GB at most`,
      },
    ];
  } finally {
    await removeEmbedded(dataRoot);
  }
}

/** Raw batches, and the seeds, which the runner copies from its files. */
async function land(project, server) {
  await migrate(server, 'ops');
  await withDatabase(server, (db) => landCompany(db, ACTIVITIES));
  await build(project, server, DAY, ['--select', 'resource_type:seed']);
}

/** The sheet as it stands a day later, as a batch of its own: a load lands the sheet as a whole. */
async function landDay(server) {
  await withDatabase(server, (db) => landDeclarations(db, ACTIVITIES + ACTIVITIES / 1000, ACTIVITIES));
}

/** A database like the one that all was landed in. */
async function onCopyOf(server, database) {
  await withDatabase({ ...server, database: 'postgres' }, async (db) => {
    await db.query(`create database ${database} template landed strategy file_copy`);
    await db.query('checkpoint');
  });
  return { ...server, database };
}

async function drop(server, database) {
  await withDatabase({ ...server, database: 'postgres' }, (db) => db.query(`drop database ${database}`));
}

async function withDatabase(server, work) {
  const db = openDatabase(server, { max: 2 });
  try {
    return await work(db);
  } finally {
    await db.close();
  }
}

/** @param statements file that keeps what was sent */
function build({ projectDir, unset }, server, day, args, statements) {
  const recorder = statements ? ['--require', path.join(VOLUME, 'recorder.cjs')] : [];
  const env = { ...unset, ...envOf(server), BENCH_STATEMENTS: statements ?? '' };
  return timed(process.execPath, [...recorder, CLI, 'build', '--as-of', day, ...args], {
    cwd: projectDir,
    env,
    limit: LIMIT,
  });
}

function envOf({ host, port, user, password, database }) {
  return {
    PGHOST: host,
    PGPORT: String(port),
    PGUSER: user,
    PGPASSWORD: password,
    PGDATABASE: database,
    P12_PSEUDO_SALT: 'bench',
    SIMULATION: '0',
  };
}

/** Adds the bytes on disk before and, looked at every second, at most. */
async function watched(dataRoot, work) {
  const before = bytesOf(dataRoot);
  let disk = before;
  const timer = setInterval(() => {
    disk = Math.max(disk, bytesOf(dataRoot));
  }, 1000);
  try {
    return { ...(await work()), before, disk };
  } finally {
    clearInterval(timer);
  }
}

function bytesOf(folder) {
  let bytes = 0;
  for (const entry of fs.readdirSync(folder, { withFileTypes: true, recursive: true })) {
    // Files come and go meanwhile.
    if (entry.isFile())
      bytes += fs.statSync(path.join(entry.parentPath, entry.name), { throwIfNoEntry: false })?.blocks * 512 || 0;
  }
  return bytes;
}

const toldOf = ({ seconds, peak, before, disk }) =>
  `${seconds.toFixed(0)} s, ${peak.toFixed(0)} MiB, disk ${gigabytes(before)} GB before and ${gigabytes(disk)} GB at most`;

const gigabytes = (bytes) => (bytes / 1e9).toFixed(1);

const TABLES = `select format('%I.%I', schemaname, tablename) from pg_tables
  where schemaname in ('sec', 'metier') or schemaname = 'ops' and tablename in ('anomalie', 'rejet', 'bilan_declaration', 'message_felicitation') order by 1`;

/**
 * @param left table → its content, as {@link contentOf} gives it
 * @returns rows of the tables that both have built, which are the same
 */
function requireSame(left, right) {
  const differing = [...new Set([...left.keys(), ...right.keys()])].filter(
    (name) => left.get(name) !== right.get(name),
  );
  if (differing.length > 0)
    throw new Error(
      `the bare SQL made other rows of ${differing.map((name) => `${name} (${left.get(name)} and ${right.get(name)})`).join(', ')}`,
    );
  return [...left.values()].reduce((sum, content) => sum + Number(content.split(' ')[0]), 0);
}

/** Table → number of its rows and sum of their hashes. */
async function contentOf(db) {
  const contents = new Map();
  for (const [name] of (await db.query(TABLES)).rows) {
    const { rows } = await db.query(
      `select count(*) || ' ' || coalesce(sum(hash_record_extended(t, 0)), 0) from ${name} as t`,
    );
    contents.set(name, rows[0][0]);
  }
  return contents;
}

/** Every answer is there: kept, set aside or rejected. */
async function requireDay(server) {
  const sql =
    "select nb_lues, nb_retenues + nb_ecartees + nb_rejetees, (select count(*) from sec.declaration) from ops.bilan_declaration where source = 'csv_gsheet'";
  const { rows } = await withDatabase(server, (db) => db.query(sql));
  if (rows[0].some((count) => Number(count) !== ACTIVITIES + ACTIVITIES / 1000))
    throw new Error(`of ${ACTIVITIES + ACTIVITIES / 1000} answers there are ${rows[0].join(', ')}`);
}
