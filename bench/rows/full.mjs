import fs from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { timed } from '../lib/process.mjs';
import { inTurn } from '../lib/statistics.mjs';
import { statementsOf, unitTestsOf } from '../peers/bare.mjs';
import { landedCompany, sizeOf } from '../peers/company.mjs';
import { differences } from '../peers/same-rows.mjs';
import { toolsOf } from '../peers/tools.mjs';

export const about = {
  title: 'A full build of this project',
  means:
    'What one waits for after the first load, or after a change that touches all: every seed, table, view and check, from the landed rows of the sample on, nothing built before. The runner also runs its unit tests and keeps what it did, which no peer does here.',
};

const BARE = 'bare SQL';
const PROGRAM = path.join(import.meta.dirname, '../peers/bare.mjs');
const AIMS = { 'dbt-core': 0.2, [BARE]: 1.15 };

export async function measure({ rounds, say, folder }) {
  const company = await landedCompany(folder, say);
  try {
    const tools = toolsOf(company, folder, say);
    const statements = await statementsOf(company.loaded);
    const tested = [...(await unitTestsOf(company.loaded)), ...statements];
    const bare = (database, list) => {
      const file = path.join(folder, `${database}.json`);
      fs.writeFileSync(file, JSON.stringify(list));
      return () => timed(process.execPath, [PROGRAM, file], { env: company.env(database) });
    };
    const all = [
      { name: 'runner', database: 'runner', build: () => company.runner('runner', 'build', '--threads', '4') },
      { name: BARE, database: 'bare', build: bare('bare', statements) },
      { name: `${BARE} and the unit tests`, database: 'bare_tested', build: bare('bare_tested', tested) },
      ...tools,
    ];
    const works = Object.fromEntries(
      all.map(({ name, database, build }) => [
        name,
        async () => {
          await company.fresh(database);
          return build();
        },
      ]),
    );
    const results = await inTurn(works, { rounds, say });
    const runner = results.get('runner');
    if (runner.error) throw new Error(runner.error);
    const lines = [];
    for (const { name, database, tests } of all.slice(1)) {
      const [aim] = Object.entries(AIMS).find(([of]) => name.startsWith(of)) ?? [];
      lines.push(await lineOf(company, { name, database, tests, most: AIMS[aim], runner, other: results.get(name) }));
    }
    return lines;
  } finally {
    await company.close();
  }
}

async function lineOf(company, { name, database, tests, most, runner, other }) {
  const line = { what: `${sizeOf(company.loaded)}, 4 threads`, value: runner.seconds, against: name };
  if (other.error) return { ...line, ...other };
  const { different, compared } = await differences(company, 'runner', database);
  if (different.length > 0) return { ...line, wrong: `other rows than the runner's in ${different.join(', ')}` };
  const told = tests === undefined ? 'one connection' : `${tests} tests`;
  return {
    ...line,
    most,
    other: other.seconds,
    ratio: runner.seconds / other.seconds,
    note: `${told}; ${spread(runner)} to ${spread(other)}; the same rows in ${compared} relations`,
  };
}

const spread = ({ low, high, runs }) => `${low.toFixed(2)}–${high.toFixed(2)} s (${runs})`;
