// The table of bench/README.md: npm run bench [-- row …]. Each row is a file of bench/rows/. BENCH_ROUNDS changes how
// often each is timed. All rows take about an hour with the machine to itself; the table in README.md is replaced when all were run.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { isMiss, machine, tableOf } from './lib/table.mjs';

const ROWS = path.join(import.meta.dirname, 'rows');
const README = path.join(import.meta.dirname, 'README.md');
const MARKS = ['<!-- table: written by npm run bench -->', '<!-- end of the table -->'];
/** In the order of the table: what is waited for each day first. */
const ORDER = ['noop', 'full', 'compile', 'edited', 'ten-million', 'landing', 'threads'];

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !ORDER.includes(name));
if (unknown.length > 0) {
  process.stderr.write(`No row ${unknown.join(', ')}. There are: ${ORDER.join(', ')}.\n`);
  process.exit(2);
}
const rounds = Math.max(1, Number(process.env.BENCH_ROUNDS ?? 5));
const say = (line) => process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${line}\n`);

const sections = [];
for (const name of asked.length > 0 ? asked : ORDER) {
  const row = await import(path.join(ROWS, `${name}.mjs`));
  say(`${name}: ${row.about.title}`);
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), `bench-${name}-`));
  try {
    const lines = await row.measure({ rounds, folder, say: (line) => say(`${name}: ${line}`) });
    sections.push({ name, about: row.about, lines });
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
  process.stdout.write(`\n${tableOf(sections.slice(-1))}\n`);
}
const printed = `${machine(rounds)}\n\n${tableOf(sections)}`;
process.stdout.write(`\n${printed}\n`);
if (asked.length === 0 && fs.existsSync(README)) {
  const text = fs.readFileSync(README, 'utf8');
  const [start, end] = MARKS.map((mark) => text.indexOf(mark));
  if (start >= 0 && end > start)
    fs.writeFileSync(README, `${text.slice(0, start)}${MARKS[0]}\n\n${printed}\n\n${text.slice(end)}`);
}
process.exitCode = sections.some(({ lines }) => lines.some(isMiss)) ? 1 : 0;
