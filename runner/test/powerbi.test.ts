import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SAMPLE_DAY, type SampleProject, sampleProject } from './sample-project.ts';

/** What an existing Power BI report reads: relation → the columns it must have at least (interfaces.md). */
const READ_BY_POWER_BI: Readonly<Record<string, string>> = {
  'metier.vw_bi_salarie': 'cle_salarie, bu, type_contrat, tranche_age, mod_depl_decl_normalise, mod_depl_decl_inconnu',
  'metier.vw_bi_activite':
    'cle_salarie, date_debut, date_activite, duree_sec, duree_min, distance_m, distance_km, type_activite_normalise, type_activite_inconnu, categorie_activite_normalise, categorie_activite_inconnu, source_donnee, cle_dedup_activite, est_exclue_structurelle, motif_exclusion',
  'metier.vw_bi_ctrl_trajet':
    'cle_salarie, mode_trajet_normalise, mode_trajet_inconnu, distance_m, distance_km, duree_sec, duree_min, seuil_km, est_incoherent, date_ctrl, est_exclue_structurelle',
  'metier.vw_bi_param_effectif': 'code_param, valeur_param, date_effet',
  'metier.vue_elig_prime': 'cle_salarie, est_eligible_prime, motif_ineligibilite',
  'metier.vue_elig_bien_etre':
    'cle_salarie, periode_debut, periode_fin, nb_activites_periode, min_activites_bien_etre, jours_bien_etre, est_eligible_bien_etre, jours_bien_etre_attribues',
  'metier.vue_avantages_salarie':
    'cle_salarie, est_eligible_prime, motif_ineligibilite, est_eligible_bien_etre, nb_activites_periode, jours_bien_etre_attribues, periode_debut, periode_fin, categorie_avantage',
  'metier.vue_kpi_cout_prime': 'taux_prime, nb_salaries_eligibles_prime, cout_annuel_total_prime',
  'metier.vue_kpi_cout_prime_fixe': 'montant_prime, nb_salaries_eligibles_prime, cout_annuel_total_prime',
  'metier.vue_kpi_jours_supplementaires':
    'min_activites_bien_etre, jours_bien_etre, nb_salaries_eligibles_bien_etre, nb_jours_supplementaires, periode_debut, periode_fin',
  'metier.vue_kpi_pratique_sportive': 'type_activite_normalise, nb_activites, periode_debut, periode_fin',
  'metier.vue_kpi_incoherences': 'nb_incoherences_detectees',
  'metier.vw_kpi_age':
    'date_run_paris, tranche_age, nb_salaries, nb_salaries_eligibles_prime, cout_annuel_total_prime_variable, cout_annuel_total_prime_fixe, nb_salaries_eligibles_bien_etre, jours_bien_etre_attribues_total',
  'metier.vue_kpi_bu':
    'bu, nb_salaries, nb_salaries_eligibles_prime, cout_annuel_total_prime_variable, cout_annuel_total_prime_fixe, nb_salaries_eligibles_bien_etre, jours_bien_etre_attribues_total',
  'metier.vue_kpi_scenario':
    'scenario, taux_prime, montant_prime, nb_salaries_eligibles_prime, cout_annuel_total_prime, cout_annuel_total_prime_fixe, nb_incoherences_detectees, nb_salaries_eligibles_bien_etre, nb_jours_supplementaires',
  'ops.histo_run':
    'id_histo_run, run_label, ts_histo, date_histo_paris, status, error_message, param_effectif, simulation, date_reference',
  'ops.run_metrique':
    'id_run, nom_pipeline, date_debut_exe, date_fin_exe, statut, nb_lignes_lues, nb_lignes_ecrites, nb_anomalies, Origine',
  'ops.rejet': 'source, id_lot, num_ligne, motif, contenu',
  'ops.anomalie': 'source, id_lot, num_ligne, cle_salarie, motif, detail',
};

/** Each history keeps the run, the moment and every column of its view. */
const HISTORIES: Readonly<Record<string, string>> = {
  'ops.histo_kpi_cout_prime': 'metier.vue_kpi_cout_prime',
  'ops.histo_kpi_cout_prime_fixe': 'metier.vue_kpi_cout_prime_fixe',
  'ops.histo_kpi_jours_sup': 'metier.vue_kpi_jours_supplementaires',
  'ops.histo_kpi_pratique_sport': 'metier.vue_kpi_pratique_sportive',
  'ops.histo_kpi_incoherences': 'metier.vue_kpi_incoherences',
  'ops.histo_kpi_age': 'metier.vw_kpi_age',
  'ops.histo_kpi_scenario': 'metier.vue_kpi_scenario',
};

let project: SampleProject;
let columns: ReadonlyMap<string, readonly string[]>;

beforeAll(async () => {
  project = await sampleProject();
  expect((await project.runner(['pipeline', ...SAMPLE_DAY])).code).toBe(0);
  const found = await project.rows(
    "select table_schema || '.' || table_name, string_agg(column_name, ',' order by ordinal_position) from information_schema.columns group by 1",
  );
  columns = new Map(found.map(([name, list]) => [name ?? '', (list ?? '').split(',')]));
});
afterAll(() => project?.close());

describe('the existing Power BI report', () => {
  it.each(Object.entries(READ_BY_POWER_BI))('finds %s with its columns', (relation, list) => {
    expect(columns.get(relation)).toEqual(expect.arrayContaining(list.split(', ')));
  });

  it.each(Object.entries(HISTORIES))('finds %s with the columns of %s', async (history, view) => {
    expect(columns.get(history)).toEqual(['id_histo_run', 'ts_snapshot', ...(columns.get(view) ?? [])]);
    expect(await project.rows(`select count(*) > 0 from ${history}`)).toEqual([['t']]);
  });

  it('reads no name, address, birth date or salary of anybody in what is not sec or raw', async () => {
    const people = await project.rows(
      'select nom, prenom, adresse_domicile, id_salarie, date_naissance::text, salaire_brut::text from sec.rh_salarie',
    );
    const relations = [...columns.keys()].filter(
      (name) => /^metier\./.test(name) || /^ops\.(histo|anomalie|run_metrique)/.test(name),
    );
    const dumps = await Promise.all(
      relations.map((name) => project.rows(`select coalesce(string_agg(r::text, E'\\n'), '') from ${name} as r`)),
    );
    const text = dumps.map(([row]) => row?.[0] ?? '').join('\n');
    const word = (value: string): RegExp =>
      new RegExp(`(?<![\\p{L}\\p{N}.])${value.replace(/[.*+?^$()|[\]\\{}]/g, '\\$&')}(?![\\p{L}\\p{N}])`, 'u');
    const leaked = people
      .flat()
      .filter((value): value is string => value !== null && value.length > 3 && word(value).test(text));
    expect([...new Set(leaked)]).toEqual([]);
  });
});
