import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, inject } from 'vitest';
import { openDatabase } from '../adapters/postgres.ts';
import { ROOT, type Workplace, workplace } from './cli.ts';

export type SampleProject = Workplace;

/** The day that the bundled sample is made for. */
export const SAMPLE_DAY = ['--as-of', '2026-11-24'] as const;
const BUILT = 'sample_built';

/** A copy of this very project with its bundled sample, as a real server would be given it. */
export function sampleProject(
  env: Readonly<Record<string, string>> = {},
  database?: string,
  template?: string,
): Promise<SampleProject> {
  const parts = ['project.yml', 'models', 'seeds', 'macros', 'soda', 'sources'];
  // What was read of the same files before is found by their content; to read all anew takes a second of each test.
  if (existsSync(join(ROOT, 'target', 'cache'))) parts.push('target/cache');
  const variables = {
    RH_XLSX: 'sources/sample/rh.xlsx',
    SPORT_XLSX: 'sources/sample/sport.xlsx',
    URL_GSHEET: 'sources/sample/declarations.csv',
    TRAJETS_CSV: 'sources/sample/trajets.csv',
    P12_PSEUDO_SALT: 'a-salt-for-tests',
    ...env,
  };
  return workplace(ROOT, parts, variables, database, template);
}

/** The same after `pipeline` on its day. The first test file that asks builds it; each gets a copy of that database. */
export async function builtSample(database?: string): Promise<SampleProject> {
  const server = openDatabase(inject('server'), { max: 1 });
  try {
    await server.connection(async (session) => {
      await session.query("select pg_advisory_lock(hashtext('built sample'))");
      const { rows } = await session.query(`select 1 from pg_database where datname = '${BUILT}'`);
      if (rows.length > 0) return;
      const first = await sampleProject();
      try {
        const { code, stderr } = await first.runner(['pipeline', ...SAMPLE_DAY]);
        expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
        await first.db.close();
        await session.query(`alter database ${first.config.database} rename to ${BUILT}`);
      } finally {
        await first.close();
      }
    });
  } finally {
    await server.close();
  }
  return sampleProject({}, database, BUILT);
}

const READABLE =
  "schemaname in ('metier', 'sec') or (schemaname = 'ops' and (tablename like 'histo%' or tablename in ('rejet', 'anomalie')))";

/**
 * Everything a reader could see of the business and of the history.
 * @param tables a condition on pg_tables, for less
 */
export async function publishedContent(project: SampleProject, tables = READABLE): Promise<string> {
  const relations = await project.rows(
    `select format('%I.%I', schemaname, tablename) from pg_tables where ${tables} order by 1`,
  );
  const dumps = await Promise.all(
    relations.map(([name]) => project.rows(`select t::text from ${name} as t order by 1`)),
  );
  return JSON.stringify(dumps);
}
