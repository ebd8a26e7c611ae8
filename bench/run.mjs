// The table of bench/README.md: npm run bench [-- row …]. Each row is a file of bench/rows/. BENCH_ROUNDS changes how
// often each is timed. With --write what was measured is kept in results.json, and the README's table made anew from what
// is kept there of all rows. All rows take about an hour and a half, with the machine to itself.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { isMiss, machine, meanings, tableOf } from './lib/table.mjs';

const ROWS = path.join(import.meta.dirname, 'rows');
const README = path.join(import.meta.dirname, 'README.md');
const RESULTS = path.join(import.meta.dirname, 'results.json');
const MARKS = ['<!-- written by npm run bench -- --write -->', '<!-- end of what was written -->'];
/** In the order of the table: what is waited for each day first. */
const ORDER = ['noop', 'full', 'compile', 'edited', 'ten-million', 'landing', 'threads'];

const asked = process.argv.slice(2).filter((arg) => arg !== '--write');
const unknown = asked.filter((name) => !ORDER.includes(name));
if (unknown.length > 0) {
  process.stderr.write(`No row ${unknown.join(', ')}. There are: ${ORDER.join(', ')}.\n`);
  process.exit(2);
}
const rounds = Math.max(1, Number(process.env.BENCH_ROUNDS ?? 5));
const say = (line) => process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${line}\n`);

const measured = {};
for (const name of asked.length > 0 ? asked : ORDER) {
  const { about, measure } = await import(path.join(ROWS, `${name}.mjs`));
  say(`${name}: ${about.title}`);
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), `bench-${name}-`));
  try {
    const lines = await measure({ rounds, folder, say: (line) => say(`${name}: ${line}`) });
    measured[name] = { about, machine: machine(about.runs ?? `${rounds} rounds`), lines };
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
  process.stdout.write(`\n${tableOf([measured[name]])}\n`);
  if (process.argv.includes('--write')) write(name);
}
process.stdout.write(`\n${tableOf(Object.values(measured))}\n\n${meanings(Object.values(measured))}\n`);
process.exitCode = Object.values(measured).some(({ lines }) => lines.some(isMiss)) ? 1 : 0;

/** Row by row, so that a bench that is cut off keeps what it has. */
function write(name) {
  const kept = fs.existsSync(RESULTS) ? JSON.parse(fs.readFileSync(RESULTS, 'utf8')) : {};
  const all = Object.fromEntries(
    ORDER.flatMap((row) => (row === name ? [[row, measured[row]]] : kept[row] ? [[row, kept[row]]] : [])),
  );
  fs.writeFileSync(RESULTS, `${JSON.stringify(all, null, 2)}\n`);
  const sections = Object.values(all);
  const written = `${MARKS[0]}\n\n${tableOf(sections)}\n\n${meanings(sections)}\n\n`;
  const text = fs.readFileSync(README, 'utf8');
  const [start, end] = MARKS.map((mark) => text.indexOf(mark));
  fs.writeFileSync(README, text.slice(0, start) + written + text.slice(end));
  // As all that is committed is formatted.
  spawnSync('npx', ['biome', 'format', '--write', README, RESULTS], { stdio: 'ignore' });
}
