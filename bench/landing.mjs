// What landing a million declarations costs beside a bare COPY of the same rows: npm run bench:landing [rounds].
// BENCH_ROWS is the number of declarations, BENCH_QUOTES=all quotes every cell. Both are processes of their own that
// take turns on one server; the clock runs from the first byte read of the CSV (of COPY: from its first statement) to
// the answer of the commit.
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { ensureEmbedded, removeEmbedded } from '../dist/runner/adapters/embedded.js';
import { openDatabase } from '../dist/runner/adapters/postgres.js';
import { ensureRawTable, land } from '../dist/runner/landing/land.js';
import { migrate } from '../dist/runner/state/migrations.js';
import { copyLine } from '../dist/runner/util/copy.js';
import loader from '../dist/sources/gsheet/load.js';
import { declare, toCsv } from '../dist/sources/sample/declaration-row.js';
import { ENDURANCE, OTHER_SPORTS } from '../dist/sources/sample/names.js';
import { makePeople } from '../dist/sources/sample/people.js';
import { seededRandom } from '../dist/sources/sample/random.js';

const ROWS = Number(process.env.BENCH_ROWS ?? 1_000_000);
const COLUMNS = ['horodateur', 'nom', 'prenom', 'date_activite', 'sport_type', 'distance_km', 'duree', 'commentaire'];
const SOURCE = { system: 'bench', table: 'declaration', mode: 'replace', columns: COLUMNS };
const RAW = { schema: 'raw', name: 'bench_declaration' };
const BLOCK = 64 * 1024;

const [mode = '5', csv, text] = process.argv.slice(2);
if (mode === 'land' || mode === 'copy') await measured(mode);
else await main(Math.max(5, Number(mode)));

async function main(rounds) {
  const folder = mkdtempSync(path.join(tmpdir(), 'bench-landing-'));
  try {
    const files = { csv: path.join(folder, 'declarations.csv'), text: path.join(folder, 'declarations.copy') };
    await writeCsv(files.csv);
    await writeCopyText(files);
    const server = await ensureEmbedded({ dataRoot: path.join(folder, 'server'), database: 'bench' });
    await migrate(server, 'ops');
    const results = { land: [], copy: [] };
    for (let round = 0; round <= rounds; round += 1) {
      for (const name of ['copy', 'land']) {
        const result = inProcess(name, files, server);
        // The first round warms the server and the disk.
        if (round > 0) results[name].push(result);
      }
    }
    print(results, statSync(files.csv).size, rounds);
  } finally {
    await removeEmbedded(path.join(folder, 'server'));
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Declarations as the sample has them: a third with a comment, a tenth of the records with a quoted cell. */
async function writeCsv(file) {
  const random = seededRandom(42);
  const people = makePeople(random);
  const sports = [...ENDURANCE, ...OTHER_SPORTS];
  const out = createWriteStream(file);
  for (let done = 0; done < ROWS; done += 10_000) {
    const rows = Array.from({ length: Math.min(10_000, ROWS - done) }, () => {
      const day = new Date(Date.UTC(2025, 10, 1) + random.int(0, 364) * 86_400_000).toISOString().slice(0, 10);
      return declare(random.pick(people), day, random.pick(sports), random);
    });
    const content = toCsv(rows);
    const records = done === 0 ? content : content.slice(content.indexOf('\r\n') + 2);
    if (!out.write(process.env.BENCH_QUOTES === 'all' ? allQuoted(records) : records)) await once(out, 'drain');
  }
  out.end();
  await once(out, 'close');
}

/** The same cells, each within quotes. */
function allQuoted(records) {
  return records.replace(/("(?:[^"]|"")*"|[^,\r\n]*)(,|\r\n)/g, (_, cell, end) =>
    cell.startsWith('"') ? `${cell}${end}` : `"${cell}"${end}`,
  );
}

/** The same rows as `copy … from stdin` takes them. */
async function writeCopyText(files) {
  const extraction = await loader(contextOf(files.csv));
  const out = createWriteStream(files.text);
  const loadedAt = '2026-11-24 12:00:00.123456+00';
  for await (const { number, cells } of extraction.rows) {
    if (!out.write(`1\t${number}\t${loadedAt}\t${copyLine(cells)}`)) await once(out, 'drain');
  }
  out.end();
  await once(out, 'close');
}

function contextOf(file) {
  return {
    projectDir: '/',
    source: 'bench.declaration',
    columns: COLUMNS,
    env: (name) => (name === 'URL_GSHEET' ? file : undefined),
    vars: {},
    asOf: '2026-11-24',
    lastOriginHash: null,
    notice: () => undefined,
  };
}

function inProcess(name, files, server) {
  const args = [...process.execArgv, fileURLToPath(import.meta.url), name, files.csv, files.text];
  const env = { ...process.env, BENCH_SERVER: JSON.stringify(server) };
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { env, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${name} ended with ${status}\n${stdout}${stderr}`);
  return JSON.parse(stdout);
}

/** Lands or copies once, and says how long it took (ms), how much of that this process computed, and its peak memory (MiB). */
async function measured(name) {
  const db = openDatabase(JSON.parse(process.env.BENCH_SERVER), { max: 2 });
  await db.query('drop schema if exists raw cascade; delete from ops.batch');
  await ensureRawTable(db, RAW, COLUMNS);
  await db.query('checkpoint');
  const blocks = name === 'copy' ? blocksOf(readFileSync(text)) : [];
  const cpu = process.cpuUsage();
  const start = performance.now();
  if (name === 'copy') await copy(db, blocks);
  else {
    const context = contextOf(csv);
    await land({ db, raw: RAW, stateSchema: 'ops', runId: 'bench' }, SOURCE, await loader(context), context);
  }
  const wall = performance.now() - start;
  const { user, system } = process.cpuUsage(cpu);
  const { rows } = await db.query('select count(*) from raw.bench_declaration');
  if (Number(rows[0][0]) !== ROWS) throw new Error(`${rows[0][0]} rows`);
  await db.close();
  const peak = process.resourceUsage().maxRSS / 1024;
  process.stdout.write(JSON.stringify({ wall, cpu: (user + system) / 1000, peak }));
}

/** What `land` asks of the server, and nothing else. */
async function copy(db, blocks) {
  await db.transaction(async (tx) => {
    await tx.query('create table raw.part (like raw.bench_declaration, check (batch_id = 1))');
    await tx.copyIn('copy raw.part from stdin', blocks);
    await tx.query('alter table raw.bench_declaration attach partition raw.part for values in (1)');
  });
}

async function* blocksOf(bytes) {
  for (let at = 0; at < bytes.length; at += BLOCK) yield bytes.subarray(at, at + BLOCK);
}

function print({ land: landed, copy: copied }, size, rounds) {
  const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
  const of = (results, key) => results.map((result) => result[key]);
  const line = (name, results) => {
    const walls = of(results, 'wall');
    const range = `${(Math.min(...walls) / 1000).toFixed(2)}–${(Math.max(...walls) / 1000).toFixed(2)}`;
    const seconds = [median(walls), median(of(results, 'cpu'))].map((ms) => (ms / 1000).toFixed(2));
    const speed = Math.round(ROWS / median(walls)) * 1000;
    return `| ${name} | ${seconds[0]} | ${range} | ${speed.toLocaleString('en')} | ${seconds[1]} | ${median(of(results, 'peak')).toFixed(0)} |`;
  };
  const ratios = landed.map(({ wall }, round) => copied[round].wall / wall);
  const percent = (ratio) => `${(100 * ratio).toFixed(0)} %`;
  console.log(`${ROWS.toLocaleString('en')} declarations, ${(size / 1e6).toFixed(0)} MB of CSV, ${rounds} rounds\n`);
  console.log('| | median (s) | range (s) | rows a second | own processor time (s) | peak memory (MiB) |');
  console.log('| --- | ---: | ---: | ---: | ---: | ---: |');
  console.log(line('COPY', copied));
  console.log(line('land', landed));
  const speed = median(of(copied, 'wall')) / median(of(landed, 'wall'));
  console.log(`\nspeed of land: ${percent(speed)} of COPY (by round ${ratios.map(percent).join(', ')})`);
}
