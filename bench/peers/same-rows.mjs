// Whether two databases hold the same rows of every table and view of the project.
import { quoted } from '../../dist/runner/util/sql.js';
import { builtOf, within } from './company.mjs';

/** Which run it was, and what the runner tells of its own runs. */
const OF_A_RUN = ['id_histo_run', 'run_label', 'ts_histo', 'date_histo_paris', 'ts_snapshot'];
const OF_ALL_RUNS = ['run_metrique'];

/** @returns the names of the relations of which the rows are not the same, and the number of those compared */
export async function differences(company, one, other) {
  const compared = builtOf(company.loaded.graph).filter(({ name }) => !OF_ALL_RUNS.includes(name));
  const digests = [];
  for (const database of [one, other])
    digests.push(await within(company.open(database), (db) => digestsOf(db, compared)));
  const different = compared.filter((_, index) => digests[0][index] !== digests[1][index]).map(({ name }) => name);
  return { different, compared: compared.length };
}

async function digestsOf(db, nodes) {
  const digests = [];
  for (const { relation } of nodes) {
    const { rows } = await db.query(
      `select count(*) || ' ' || md5(string_agg(row, E'\\n' order by row))
       from (select (to_jsonb(t) - '{${OF_A_RUN.join(',')}}'::text[])::text collate "C" as row from ${quoted(relation)} as t) as r`,
    );
    digests.push(rows[0]?.[0]);
  }
  return digests;
}
