/** What an existing Power BI report reads: relation | what tells its rows (- for one row) | the columns it must have at least, with their types. */
const READ_BY_POWER_BI = `
metier.vw_bi_salarie | cle_salarie | cle_salarie text, bu text, type_contrat text, tranche_age text, mod_depl_decl_normalise text, mod_depl_decl_inconnu boolean
metier.vw_bi_activite | cle_salarie, date_activite | cle_salarie text, date_debut timestamptz, date_activite date, duree_sec integer, duree_min numeric, distance_m numeric, distance_km numeric, type_activite_normalise text, type_activite_inconnu boolean, categorie_activite_normalise text, categorie_activite_inconnu boolean, source_donnee text, cle_dedup_activite text, est_exclue_structurelle boolean, motif_exclusion text
metier.vw_bi_ctrl_trajet | cle_salarie | cle_salarie text, mode_trajet_normalise text, mode_trajet_inconnu boolean, distance_m numeric, distance_km numeric, duree_sec numeric, duree_min numeric, seuil_km numeric, est_incoherent boolean, date_ctrl date, est_exclue_structurelle boolean
metier.vw_bi_param_effectif | code_param | code_param text, valeur_param text, date_effet date
metier.vue_elig_prime | cle_salarie | cle_salarie text, est_eligible_prime boolean, motif_ineligibilite text
metier.vue_elig_bien_etre | cle_salarie | cle_salarie text, periode_debut date, periode_fin date, nb_activites_periode bigint, min_activites_bien_etre integer, jours_bien_etre integer, est_eligible_bien_etre boolean, jours_bien_etre_attribues integer
metier.vue_avantages_salarie | cle_salarie | cle_salarie text, est_eligible_prime boolean, motif_ineligibilite text, est_eligible_bien_etre boolean, nb_activites_periode bigint, jours_bien_etre_attribues integer, periode_debut date, periode_fin date, categorie_avantage text
metier.vue_kpi_cout_prime | - | taux_prime numeric, nb_salaries_eligibles_prime bigint, cout_annuel_total_prime numeric
metier.vue_kpi_cout_prime_fixe | - | montant_prime numeric, nb_salaries_eligibles_prime bigint, cout_annuel_total_prime numeric
metier.vue_kpi_jours_supplementaires | - | min_activites_bien_etre integer, jours_bien_etre integer, nb_salaries_eligibles_bien_etre bigint, nb_jours_supplementaires bigint, periode_debut date, periode_fin date
metier.vue_kpi_pratique_sportive | type_activite_normalise | type_activite_normalise text, nb_activites bigint, periode_debut date, periode_fin date
metier.vue_kpi_incoherences | - | nb_incoherences_detectees bigint
metier.vw_kpi_age | tranche_age | date_run_paris date, tranche_age text, nb_salaries bigint, nb_salaries_eligibles_prime bigint, cout_annuel_total_prime_variable numeric, cout_annuel_total_prime_fixe numeric, nb_salaries_eligibles_bien_etre bigint, jours_bien_etre_attribues_total bigint
metier.vue_kpi_bu | bu | bu text, nb_salaries bigint, nb_salaries_eligibles_prime bigint, cout_annuel_total_prime_variable numeric, cout_annuel_total_prime_fixe numeric, nb_salaries_eligibles_bien_etre bigint, jours_bien_etre_attribues_total bigint
metier.vue_kpi_scenario | scenario | scenario text, taux_prime numeric, montant_prime numeric, nb_salaries_eligibles_prime bigint, cout_annuel_total_prime numeric, cout_annuel_total_prime_fixe numeric, nb_incoherences_detectees bigint, nb_salaries_eligibles_bien_etre bigint, nb_jours_supplementaires bigint
ops.histo_run | id_histo_run | id_histo_run text, run_label text, ts_histo timestamptz, date_histo_paris date, status text, error_message text, param_effectif jsonb, simulation boolean, date_reference date
ops.run_metrique | id_run | id_run text, nom_pipeline text, date_debut_exe timestamptz, date_fin_exe timestamptz, statut text, nb_lignes_lues bigint, nb_lignes_ecrites bigint, nb_anomalies bigint, Origine text
ops.rejet | source, id_lot, num_ligne | source text, id_lot bigint, num_ligne integer, motif text, contenu jsonb
ops.anomalie | source, id_lot, num_ligne, cle_salarie, motif | source text, id_lot bigint, num_ligne integer, cle_salarie text, motif text, detail text
`;

/** Each history keeps the run, the moment and every column of its view: history | what tells its rows | view. */
const HISTORIES = `
ops.histo_kpi_cout_prime | id_histo_run | metier.vue_kpi_cout_prime
ops.histo_kpi_cout_prime_fixe | id_histo_run | metier.vue_kpi_cout_prime_fixe
ops.histo_kpi_jours_sup | id_histo_run | metier.vue_kpi_jours_supplementaires
ops.histo_kpi_pratique_sport | id_histo_run, type_activite_normalise | metier.vue_kpi_pratique_sportive
ops.histo_kpi_incoherences | id_histo_run | metier.vue_kpi_incoherences
ops.histo_kpi_age | id_histo_run, tranche_age | metier.vw_kpi_age
ops.histo_kpi_scenario | id_histo_run, scenario | metier.vue_kpi_scenario
`;

export interface ReadRelation {
  readonly relation: string;
  /** Columns that tell its rows; `-` for one row. */
  readonly key: string;
  /** Name → type, as `information_schema` calls it, but timestamptz. */
  readonly columns: Readonly<Record<string, string>>;
}

export const RELATIONS: readonly ReadRelation[] = table(READ_BY_POWER_BI).map(
  ([relation = '', key = '', columns = '']) => ({
    relation,
    key,
    columns: Object.fromEntries(columns.split(', ').map((column) => column.split(' ') as [string, string])),
  }),
);

export const HISTORY_OF = table(HISTORIES).map(([relation = '', key = '', view = '']) => ({
  relation,
  key,
  view,
}));

function table(text: string): readonly (readonly string[])[] {
  const lines = text.trim().split('\n');
  return lines.map((line) => line.split('|').map((cell) => cell.trim()));
}
