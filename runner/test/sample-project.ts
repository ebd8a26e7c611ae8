import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, type Workplace, workplace } from './cli.ts';

export type SampleProject = Workplace;

/** The day that the bundled sample is made for. */
export const SAMPLE_DAY = ['--as-of', '2026-11-24'] as const;

/** A copy of this very project with its bundled sample, as a real server would be given it. */
export function sampleProject(env: Readonly<Record<string, string>> = {}, database?: string): Promise<SampleProject> {
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
  return workplace(ROOT, parts, variables, database);
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
