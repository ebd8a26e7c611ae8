import type { Session } from '../adapters/types.ts';
import type { Sum } from './privacy-attack.ts';

type Query = Pick<Session, 'query'>;

/** Who was added up at a moment: the eligible of each scenario, and those of `reference` by business unit and age band. */
export type Groups = ReadonlyMap<string, Sum>;

/** The costs that the views show: kind, group, run (none: of today). */
const OF_TODAY = `
  select 'scenario', 'reference', null from metier.vue_kpi_cout_prime where cout_annuel_total_prime is not null
  union all select 'scenario', scenario, null from metier.vue_kpi_scenario where cout_annuel_total_prime is not null
  union all select 'bu', bu, null from metier.vue_kpi_bu where cout_annuel_total_prime_variable is not null
  union all select 'age', tranche_age, null from metier.vw_kpi_age where cout_annuel_total_prime_variable is not null`;

const OF_THE_PAST = `
  select 'scenario', 'reference', id_histo_run from ops.histo_kpi_cout_prime where cout_annuel_total_prime is not null
  union all select 'scenario', scenario, id_histo_run from ops.histo_kpi_scenario where cout_annuel_total_prime is not null
  union all select 'age', tranche_age, id_histo_run from ops.histo_kpi_age where cout_annuel_total_prime_variable is not null`;

/** What small groups alone leave of a scenario's total and its groups: the attack that has to succeed. */
const UNGUARDED = `
  select 'scenario', 'reference', null
  union all select axe, groupe, null from metier.kpi_groupe
  where scenario = 'reference' and cout_annuel_total_prime_variable is not null`;

const GROUPS = `
  select 'scenario ' || scenario, string_agg(cle_salarie, ' ' order by cle_salarie)
  from metier.elig_prime where est_eligible_prime group by scenario
  union all
  select kind || ' ' || name, string_agg(cle_salarie, ' ' order by cle_salarie)
  from metier.elig_prime
  join metier.salarie using (cle_salarie)
  cross join lateral (values ('bu', bu), ('age', tranche_age)) as g (kind, name)
  where scenario = 'reference' and est_eligible_prime
  group by kind, name`;

/** Who is added up now, read as the owner: it all stands in the views of persons too. */
export async function groupsOf(db: Query): Promise<Groups> {
  const { rows } = await db.query(GROUPS);
  return new Map(rows.map(([name, members]) => [name ?? '', (members ?? '').split(' ')]));
}

/**
 * The sums behind all the costs that a role sees.
 * @param past who was added up in each run of the history
 */
export async function sumsSeenBy(
  db: Query,
  role: string,
  past: ReadonlyMap<string, Groups> = new Map(),
): Promise<readonly Sum[]> {
  const today = await groupsOf(db);
  await db.query(`set role ${role}`);
  const { rows } = await db.query(`${OF_TODAY} union all ${OF_THE_PAST}`);
  await db.query('reset role');
  return sums(rows, today, past);
}

/** The total and the groups of `reference` as if nothing were hidden for what can be computed from it. */
export async function sumsUnguarded(db: Query): Promise<readonly Sum[]> {
  return sums((await db.query(UNGUARDED)).rows, await groupsOf(db), new Map());
}

function sums(
  rows: readonly (readonly (string | null)[])[],
  today: Groups,
  past: ReadonlyMap<string, Groups>,
): readonly Sum[] {
  return rows.flatMap(([kind, name, run]) => {
    const groups = run ? past.get(run) : today;
    if (!groups) throw new Error(`a cost of a run that nobody made: ${run}`);
    const members = groups.get(`${kind} ${name}`);
    return members ? [members] : [];
  });
}
