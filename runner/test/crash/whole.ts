import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Database } from '../../adapters/types.ts';

/** What stands in no relation of a target that is whole, whenever a run was ended: each row a sentence about a part. */
const BROKEN = `
  select 'left over: ' || n.nspname || '.' || c.relname
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where n.nspname !~ '^(pg_|information_schema$)' and c.relname ~ '__(aside|old|rows)'
  union all
  select 'not attached: raw.' || c.relname
  from pg_class c where c.relnamespace = to_regnamespace('raw') and c.relkind = 'r' and not c.relispartition
  union all
  select 'batch or partition alone: ' || coalesce(p.name, b.name)
  from (select c.relname::text as name from pg_class c where c.relnamespace = to_regnamespace('raw') and c.relispartition) as p
  full join (select replace(source, '.', '_') || '_' || batch_id as name from ops.batch where pruned_at is null) as b on b.name = p.name
  where p.name is null or b.name is null
  union all
  select 'state without its relation: ' || s.node_id
  from ops.node_state s
  where s.node_id !~ '^source' and not exists (
    select from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname in ('staging', 'sec', 'metier', 'ops') and c.relname = regexp_replace(s.node_id, '^.*[.]', '') and c.relkind in ('r', 'v', 'm'))
  union all
  select 'relation without its state: ' || n.nspname || '.' || c.relname
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where n.nspname in ('staging', 'sec', 'metier') and c.relkind in ('r', 'v', 'm') and not exists (
    select from ops.node_state s where regexp_replace(s.node_id, '^.*[.]', '') = c.relname)
  union all
  select 'published, and not noted: ' || s.node_id || ' by ' || s.run_id
  from ops.node_state s
  where s.node_id !~ '^source' and not exists (
    select from ops.node_result r where r.run_id = s.run_id and r.node_id = s.node_id)
  union all
  select 'noted as done, and not published: ' || r.node_id || ' by ' || r.run_id
  from ops.node_result r join ops.run using (run_id)
  -- an ephemeral model is tested, and published nowhere
  where r.status = 'success' and r.node_id !~ '^source|[.]membre_cout$' and run.started_at >= all (
      select later.started_at from ops.node_result o join ops.run later using (run_id) where o.node_id = r.node_id and o.status = 'success')
    and not exists (select from ops.node_state s where s.node_id = r.node_id and s.run_id = r.run_id)
  union all
  select 'results of no run: ' || r.run_id from ops.node_result r where not exists (select from ops.run where run_id = r.run_id)
  union all
  select 'index not valid: ' || i.indexrelid::regclass from pg_index i where not (i.indisvalid and i.indisready and i.indislive)`;

/** Rows of one run in each table of the history, which is written in one transaction. */
export const HISTORY: Readonly<Record<string, number>> = {
  run: 1,
  kpi_cout_prime: 1,
  kpi_cout_prime_fixe: 1,
  kpi_jours_sup: 1,
  kpi_pratique_sport: 15,
  kpi_incoherences: 1,
  kpi_age: 6,
  kpi_scenario: 3,
};

/** A query that finds runs of which the history holds some rows, but not each that it should, once. */
export const HISTORY_BROKEN = `
  select 'history of ' || id_histo_run || ': ' || string_agg(name || ' ' || rows, ', ')
  from (${Object.keys(HISTORY)
    .map((name) => `select '${name}' as name, id_histo_run, count(*) as rows from ops.histo_${name} group by 2`)
    .join(' union all ')}) as counted
  group by id_histo_run
  having jsonb_object_agg(name, rows) <> '${JSON.stringify(HISTORY)}'`;

/** What is not whole in a target at rest and in the folder of its project; nothing, whenever a run was ended. */
export async function brokenIn(db: Database, dir: string): Promise<readonly string[]> {
  const broken = await sentences(db, (await exists(db, 'ops.node_state')) ? BROKEN : 'select where false');
  const history = (await exists(db, 'ops.histo_kpi_scenario')) ? await sentences(db, HISTORY_BROKEN) : [];
  return [...broken, ...history, ...(await miscounted(db)), ...tornIn(dir)];
}

/** Files for other programs that are cut off. */
function tornIn(dir: string): readonly string[] {
  const target = join(dir, 'target');
  const files = existsSync(target) ? readdirSync(target).filter((file) => file.endsWith('.json')) : [];
  return files
    .filter((file) => !isJson(readFileSync(join(target, file), 'utf8')))
    .map((file) => `torn: target/${file}`);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Batches whose rows in `raw` are not as many as were noted. */
async function miscounted(db: Database): Promise<readonly string[]> {
  const tables = await db.query(
    "select relname from pg_class where relnamespace = to_regnamespace('raw') and relkind = 'p' order by 1",
  );
  const names = tables.rows.map(([name]) => name ?? '');
  if (names.length === 0 || !(await exists(db, 'ops.batch'))) return [];
  const counts = names.map(
    (name) => `select '${name}' as name, batch_id, count(*) as rows from raw.${name} group by batch_id`,
  );
  return sentences(
    db,
    `select 'batch ' || batch_id || ': ' || coalesce(rows, 0) || ' rows' from ops.batch left join (${counts.join(' union all ')}) as c
     using (batch_id) where pruned_at is null and row_count <> coalesce(rows, 0) or (rows > 0 and name <> replace(source, '.', '_'))`,
  );
}

/** What all that was ever asked, or every run, has left in them, a case does not decide. */
const NOT_COMPARED = /^(stg_gmaps__trajet|run_metrique|histo_)/;

/** Columns that tell batches and days of asking apart. */
const NOT_DECIDED = ['date_ctrl', 'id_lot'];

/** A hash of each published relation's rows, whatever their order, but for what a case does not decide. */
export async function contentsOf(db: Database): Promise<Readonly<Record<string, string>>> {
  const relations = await db.query(
    `select n.nspname || '.' || c.relname, c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
     join ops.node_state s on regexp_replace(s.node_id, '^.*[.]', '') = c.relname
     where n.nspname in ('staging', 'sec', 'metier', 'ops') and c.relkind in ('r', 'v', 'm') and s.node_id !~ '^source' order by 1`,
  );
  const compared = relations.rows.filter(([, name]) => !NOT_COMPARED.test(name ?? ''));
  const digests = compared.map(([name = '']) =>
    digestOf(name ?? '', name === 'ops.anomalie' ? [...NOT_DECIDED, 'num_ligne'] : NOT_DECIDED),
  );
  const hashes = await db.query(digests.join(' union all '));
  return Object.fromEntries(hashes.rows.map(([name, hash]) => [name ?? '', hash ?? '']));
}

/** SQL that gives a relation's name and the hash of its rows. @param without columns that do not count */
export function digestOf(relation: string, without: readonly string[], where = 'true'): string {
  const row = `(to_jsonb(t) - '{${without.join(',')}}'::text[])::text`;
  return `select '${relation}' as name, md5(coalesce(string_agg(${row}, ';' order by ${row}), '')) from ${relation} as t where ${where}`;
}

export async function sentences(db: Pick<Database, 'query'>, sql: string): Promise<readonly string[]> {
  return (await db.query(sql)).rows.map(([text]) => text ?? '');
}

async function exists(db: Database, relation: string): Promise<boolean> {
  return (await sentences(db, `select to_regclass('${relation}') is not null`))[0] === 't';
}
