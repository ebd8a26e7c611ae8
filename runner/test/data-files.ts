import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Workplace } from './cli.ts';

/** Files below a folder in which some bytes are a trace, given as a pattern. */
export function filesWith(pattern: string, folder: string, isLeftOut = (_path: string): boolean => false): string[] {
  const traces = new RegExp(Buffer.from(pattern).toString('latin1'));
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !isLeftOut(path) && traces.test(readFileSync(path, 'latin1')));
}

/** Where the server keeps the pages of a database. */
export async function dataFolder(place: Pick<Workplace, 'rows'>): Promise<string> {
  const [[folder, database] = []] = await place.rows(
    "select setting, (select oid from pg_database where datname = current_database()) from pg_settings where name = 'data_directory'",
  );
  return join(folder ?? '', 'base', database ?? '');
}
