// How much memory and time the loader of the employees takes for a large workbook: npm run bench:workbook [rows …]
// Each workbook is generated (seeded) in a temporary file and read by the real loader in a process of its own.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import exceljs from 'exceljs';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import loadEmployees from '../dist/sources/rh/load.js';

/** What the loader promises: peak memory for this many rows. */
const LIMIT = { rows: 200_000, mb: 300 };
const SEED = 20_261_124;
const HEADERS = [
  'ID salarié',
  'Nom',
  'Prénom',
  'Date de naissance',
  'BU',
  "Date d'embauche",
  'Salaire brut',
  'Type de contrat',
  'Nombre de jours de CP',
  'Adresse du domicile',
  'Moyen de déplacement',
];
const COLUMNS = [
  'cle_salarie',
  'id_salarie',
  'nom',
  'prenom',
  'date_naissance',
  'bu',
  'date_embauche',
  'salaire_brut',
  'type_contrat',
  'nb_jours_cp',
  'adresse_domicile',
  'moyen_deplacement',
];
const UNITS = ['R&D', 'Ventes', 'Finance', 'Support', 'Marketing'];
const MODES = ['Marche/running', 'Vélo/Trottinette/Autres', 'Transports en commun', 'véhicule thermique/électrique'];

const [task, ...args] = process.argv.slice(2);
if (task === 'write') await write(args[0], Number(args[1]));
else if (task === 'read') await read(args[0], Number(args[1]));
else main(task === undefined ? [10_000, 50_000, LIMIT.rows] : [task, ...args].map(Number));

function main(sizes) {
  const folder = mkdtempSync(path.join(tmpdir(), 'bench-workbook-'));
  try {
    console.log('| rows | file (MB) | time (s) | rows/s | peak memory (MB) | limit (MB) | |');
    console.log('| ---: | ---: | ---: | ---: | ---: | ---: | --- |');
    for (const rows of sizes) {
      const file = path.join(folder, `${rows}.xlsx`);
      child('write', file, rows);
      const { seconds, peak } = JSON.parse(child('read', file, rows));
      const size = (statSync(file).size / 1e6).toFixed(1);
      const verdict = rows > LIMIT.rows ? '' : peak < LIMIT.mb ? 'pass' : 'miss';
      const figures = [rows, size, seconds.toFixed(1), Math.round(rows / seconds), Math.round(peak), LIMIT.mb, verdict];
      console.log(`| ${figures.join(' | ')} |`);
      rmSync(file);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function child(...parameters) {
  const result = spawnSync(process.execPath, [fileURLToPath(import.meta.url), ...parameters.map(String)], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (result.status !== 0) throw new Error(`${parameters.join(' ')} ended with ${result.status}`);
  return result.stdout;
}

/** As Excel saves it: texts are shared, almost every address and most names are distinct, dates are typed. */
async function write(filename, rows) {
  const random = xoroshiro128plus(SEED);
  const upTo = (limit) => (random.next() >>> 0) % limit;
  const workbook = new exceljs.stream.xlsx.WorkbookWriter({ filename, useSharedStrings: true, useStyles: true });
  const sheet = workbook.addWorksheet('Feuille 1');
  sheet.addRow(HEADERS).commit();
  for (const column of [4, 6]) sheet.getColumn(column).numFmt = 'd/m/yyyy';
  for (let row = 1; row <= rows; row += 1) {
    sheet
      .addRow([
        10_000 + row,
        `Nom${upTo(rows).toString(36)}`,
        `Prénom${upTo(5000).toString(36)}`,
        new Date(Date.UTC(1960 + upTo(45), upTo(12), 1 + upTo(28))),
        UNITS[upTo(UNITS.length)],
        new Date(Date.UTC(2000 + upTo(26), upTo(12), 1 + upTo(28))),
        20_000 + upTo(8_000_000) / 100,
        upTo(10) === 0 ? 'CDD' : 'CDI',
        25 + upTo(6),
        `${1 + upTo(200)} Rue ${upTo(100_000).toString(36)}, ${34_000 + upTo(999)} Montpellier`,
        MODES[upTo(MODES.length)],
      ])
      .commit();
  }
  await workbook.commit();
}

async function read(file, rows) {
  const start = performance.now();
  const variables = { RH_XLSX: file, P12_PSEUDO_SALT: 'bench' };
  const { rows: employees } = await loadEmployees({
    projectDir: path.dirname(file),
    source: 'rh.salarie',
    columns: COLUMNS,
    vars: {},
    asOf: '2026-11-24',
    lastOriginHash: null,
    env: (name) => variables[name],
    notice: () => undefined,
  });
  let count = 0;
  for await (const { cells } of employees) if (cells.every((cell) => cell !== null)) count += 1;
  if (count !== rows) throw new Error(`${count} whole rows instead of ${rows}`);
  const seconds = (performance.now() - start) / 1000;
  // maxRSS is in kilobytes.
  console.log(JSON.stringify({ seconds, peak: (process.resourceUsage().maxRSS * 1024) / 1e6 }));
}
