// A process of its own that lands a CSV once, or copies the same rows by bare COPY: node land-once.mjs land|copy|encode
// <csv> <copy text>, with BENCH_SERVER. The clock runs from the first byte read of the CSV (of COPY: from its first
// statement, its rows already encoded and in memory) to the answer of the commit.
import { once } from 'node:events';
import fs from 'node:fs';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { openDatabase } from '../../dist/runner/adapters/postgres.js';
import { ensureRawTable, land } from '../../dist/runner/landing/land.js';
import { copyLine } from '../../dist/runner/util/copy.js';
import loader from '../../dist/sources/gsheet/load.js';

const COLUMNS = ['horodateur', 'nom', 'prenom', 'date_activite', 'sport_type', 'distance_km', 'duree', 'commentaire'];
const SOURCE = { system: 'bench', table: 'declaration', mode: 'replace', columns: COLUMNS };
const RAW = { schema: 'raw', name: 'bench_declaration' };
const BLOCK = 64 * 1024;
/** What is compared: all that came from the file. */
const DIGEST = `select count(*), sum(hashtextextended(row(row_number, ${COLUMNS.join(', ')})::text, 0)) from raw.bench_declaration`;

const [work, csv, text] = process.argv.slice(2);
if (work === 'encode') await encode();
else await measured();

async function measured() {
  const db = openDatabase(JSON.parse(process.env.BENCH_SERVER), { max: 2 });
  await db.query('drop schema if exists raw cascade; delete from ops.batch');
  await ensureRawTable(db, RAW, COLUMNS);
  await db.query('checkpoint');
  const blocks = work === 'copy' ? blocksOf(fs.readFileSync(text)) : [];
  const cpu = process.cpuUsage();
  const start = performance.now();
  if (work === 'copy') await copy(db, blocks);
  else {
    const context = contextOf(csv);
    await land({ db, raw: RAW, stateSchema: 'ops', runId: 'bench' }, SOURCE, await loader(context), context);
  }
  const seconds = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  const peak = process.resourceUsage().maxRSS / 1024;
  const { rows } = await db.query(DIGEST);
  await db.close();
  process.stdout.write(JSON.stringify({ seconds, cpu: (user + system) / 1e6, peak, digest: rows[0].join(' ') }));
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

/** Writes the rows of the CSV as `copy … from stdin` takes them. */
async function encode() {
  const extraction = await loader(contextOf(csv));
  const out = fs.createWriteStream(text);
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
