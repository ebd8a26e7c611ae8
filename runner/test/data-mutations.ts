/** What a bug or a hand may do to published data, and the check that finds it. */
export interface Mutation {
  readonly title: string;
  /** Whose contract finds it. */
  readonly node: string;
  readonly sql: string;
  /** The path of the check. */
  readonly check: string;
  readonly outcome: 'FAILED' | 'WARN';
}

type Row = readonly [title: string, sql: string, check: string, outcome?: 'WARN'];

/** Changes one row. */
function set(table: string, change: string, where = 'true'): string {
  return `update ${table} set ${change} where ${oneOf(table, where)}`;
}

/** Takes one row away. */
function lose(table: string, where = 'true'): string {
  return `delete from ${table} where ${oneOf(table, where)}`;
}

/** Adds a copy of one row, with other values. */
function add(table: string, values: Readonly<Record<string, string>>, where = 'true'): string {
  const other = Object.entries(values).map(([column, value]) => `'${column}', ${value}`);
  return `insert into ${table} select (jsonb_populate_record(t, jsonb_build_object(${other.join(', ')}))).* from ${table} t
    where ${oneOf(table, where)}`;
}

/** Makes a view show one row less. */
function hide(view: string): string {
  return `do $$ begin execute
    'create or replace view ${view} as select * from (' || rtrim(pg_get_viewdef('${view}'), ';') || ') v offset 1';
  end $$`;
}

/** Makes a view show 1.5 wherever it shows or hides a cost. */
function tell(view: string, column: string): string {
  return `do $$ begin execute
    'create or replace view ${view} as select ' || (
      select string_agg(case attname when '${column}' then '1.5::numeric as ' else '' end || quote_ident(attname), ', ' order by attnum)
      from pg_attribute where attrelid = '${view}'::regclass and attnum > 0
    ) || ' from (' || rtrim(pg_get_viewdef('${view}'), ';') || ') v';
  end $$`;
}

function oneOf(table: string, where: string): string {
  return `(tableoid, ctid) = (select tableoid, ctid from ${table} where ${where} order by 1, 2 limit 1)`;
}

const REFERENCE = "scenario = 'reference'";
const NOBODY = "'sal_0000000000000000'";
const ELIGIBLE = `(select cle_salarie from metier.elig_prime where ${REFERENCE} and est_eligible_prime order by 1 limit 1)`;
const A_RUN = "'another-run'";

// biome-ignore format: one mutation a line
const ROWS: Readonly<Record<string, readonly Row[]>> = {
  stg_rh__salarie: [
    ['a row of the HR workbook is lost', lose('raw.rh_salarie'), 'checks.failed_rows.lot'],
    ['an ID stands where the pseudonym should', set('raw.rh_salarie', 'cle_salarie = id_salarie'), 'columns.cle_salarie.checks.invalid'],
    ['two employees have one ID', 'update raw.rh_salarie set id_salarie = (select min(id_salarie) from raw.rh_salarie)', 'columns.id_salarie.checks.duplicate'],
    ['the salaries of one employee in nine are written as in the US', "update raw.rh_salarie set salaire_brut = '47,770' where row_number % 9 = 0", 'columns.salaire_brut.checks.missing'],
  ],
  stg_sport__pratique: [
    ['a row of the sport workbook is lost', lose('raw.sport_pratique'), 'checks.failed_rows.lot'],
  ],
  stg_gsheet__declaration: [
    ['a declaration is lost on its way from the sheet', lose('raw.gsheet_declaration'), 'checks.failed_rows.lot'],
    ['a declaration is landed twice', add('raw.gsheet_declaration', {}), 'checks.duplicate'],
  ],
  stg_simulation__declaration: [
    ['a simulated declaration is lost', lose('raw.simulation_declaration'), 'checks.failed_rows.lot'],
  ],
  stg_gmaps__trajet: [
    ['a commute was asked by plane', set('raw.gmaps_trajet', "mode = 'plane'"), 'columns.mode.checks.invalid'],
  ],
  rh_salarie: [
    ['a salary is raised by hand', set('sec.rh_salarie', 'salaire_brut = salaire_brut + 1000'), 'checks.failed_rows.presents'],
    ['an employee of the workbook is no longer active', set('sec.rh_salarie', 'actif = false'), 'checks.failed_rows.presents'],
    ['who is in no workbook is active', add('sec.rh_salarie', { cle_salarie: NOBODY }), 'checks.failed_rows.partis'],
    ['one person has two pseudonyms', add('sec.rh_salarie', { cle_salarie: NOBODY }), 'checks.failed_rows.sel'],
    ['a salary is negative', set('sec.rh_salarie', 'salaire_brut = -1'), 'columns.salaire_brut.checks.invalid'],
    ['a salary cannot be read', set('sec.rh_salarie', 'salaire_brut = null'), 'columns.salaire_brut.checks.missing', 'WARN'],
    ['a sport was declared under an ID that HR do not have', set('raw.sport_pratique', `cle_salarie = ${NOBODY}`), 'checks.failed_rows.sport', 'WARN'],
  ],
  lien_salarie: [
    ['somebody else stands behind a pseudonym', set('sec.lien_salarie', "prenom = 'Autre'"), 'checks.failed_rows.tous'],
    ['a namesake is not counted', set('sec.lien_salarie', 'nb_homonymes = 1', 'nb_homonymes > 1'), 'checks.failed_rows.homonymes'],
  ],
  declaration: [
    ['a declaration is lost', lose('sec.declaration'), 'checks.failed_rows.lues'],
    ['a declaration is both kept and rejected', set('sec.declaration', "motif_rejet = 'date_future'", 'est_retenue'), 'checks.failed_rows.sort'],
    ['a declaration of 25 hours is accepted', set('sec.declaration', 'duree_sec = 90000', 'est_retenue'), 'checks.failed_rows.acceptee'],
    ['a declaration of minus one minute is accepted', set('sec.declaration', 'duree_sec = -60', 'est_retenue'), 'checks.failed_rows.acceptee'],
    ['a declaration of nobody is accepted', set('sec.declaration', 'cle_salarie = null', 'est_retenue'), 'checks.failed_rows.nom'],
    ['a declaration of an employee who does not exist', set('sec.declaration', `cle_salarie = ${NOBODY}`), 'columns.cle_salarie.checks.invalid'],
    ['a motive of rejection that the referential does not know', set('sec.declaration', "motif_rejet = 'trop_loin'", 'motif_rejet is not null'), 'columns.motif_rejet.checks.invalid'],
    ['two activities of one day are kept', set('sec.declaration', 'motif_ecart = null, est_retenue = true', 'motif_ecart is not null'), 'checks.failed_rows.unique'],
    ['both activities of a day are set aside', set('sec.declaration', "motif_ecart = 'plusieurs_activites_jour', est_retenue = false", 'est_retenue'), 'checks.failed_rows.unique'],
    ['a simulated activity is kept before a real one', set('sec.declaration', "source = 'csv_simule'", "est_retenue and (cle_salarie, date_activite) in (select cle_salarie, date_activite from sec.declaration where motif_ecart is not null and source = 'csv_gsheet')"), 'checks.failed_rows.unique'],
    ['a simulated declaration passes for a real one, that Slack may congratulate', set('sec.declaration', "source = 'csv_gsheet'", "source = 'csv_simule'"), 'checks.failed_rows.lues'],
    ['a simulated declaration has the comment of a person', set('sec.declaration', "commentaire = 'bravo'", "source = 'csv_simule'"), 'checks.failed_rows.simulee'],
    ['a football match has a distance', set('sec.declaration', 'distance_m = 5000', "categorie_activite_normalise = 'NON_ENDURANCE'"), 'checks.failed_rows.distance'],
    ['football becomes a sport of endurance', set('sec.declaration', "categorie_activite_normalise = 'ENDURANCE'", "type_activite_normalise = 'Football'"), 'checks.failed_rows.categorie'],
    ['a sport that the referential does not know', set('sec.declaration', "type_activite_normalise = 'Curling'"), 'columns.type_activite_normalise.checks.invalid'],
  ],
  salarie: [
    ['an employee is lost', lose('metier.salarie'), 'checks.failed_rows.tous'],
    ['an employee stands twice', add('metier.salarie', {}), 'columns.cle_salarie.checks.duplicate'],
    ['an employee that HR do not know', add('metier.salarie', { cle_salarie: NOBODY }), 'columns.cle_salarie.checks.invalid'],
    ['an employee is counted in another business unit', set('metier.salarie', "bu = 'Autre'"), 'checks.failed_rows.tous'],
    ['a young employee is counted with those over 56', set('metier.salarie', "tranche_age = '56+'", "tranche_age = '26-35'"), 'checks.failed_rows.age'],
    ['an age band that is not in the referential', set('metier.salarie', "tranche_age = '57+'"), 'columns.tranche_age.checks.invalid'],
    ['who drives a car is said to walk', set('metier.salarie', "mode_google = 'walking', mod_depl_decl_actif = true", "mode_google = 'driving'"), 'checks.failed_rows.mode'],
    ['a mode of transport that is not in the referential', set('metier.salarie', "mod_depl_decl_normalise = 'Trottinette'"), 'columns.mod_depl_decl_normalise.checks.invalid'],
    ['a name leaves sec in a text', "update metier.salarie s set type_contrat = concat(s.type_contrat, ' ', l.prenom, ' ', l.nom) from sec.lien_salarie l where s.cle_salarie = l.cle_salarie", 'checks.failed_rows.nom'],
  ],
  activite: [
    ['an activity of nobody', set('metier.activite', `cle_salarie = ${NOBODY}`), 'columns.cle_salarie.checks.invalid'],
    ['an activity is lost', lose('metier.activite'), 'checks.failed_rows.retenues'],
    ['an activity that nobody declared', add('metier.activite', { date_activite: "'2026-12-31'" }), 'checks.failed_rows.retenues'],
    ['an activity has another distance than was declared', set('metier.activite', 'distance_m = distance_m * 10', 'distance_m > 0'), 'checks.failed_rows.retenues'],
    ['two activities of one employee and day', add('metier.activite', { cle_dedup_activite: "'other'" }), 'checks.duplicate'],
    ['an activity of minus one minute', set('metier.activite', 'duree_sec = -60'), 'columns.duree_sec.checks.invalid'],
    ['an activity of 25 hours', set('metier.activite', 'duree_sec = 90000'), 'columns.duree_sec.checks.invalid'],
    ['an activity of a known sport counts for nothing', set('metier.activite', "est_exclue_structurelle = true, motif_exclusion = 'Type activité inconnu'", 'not est_exclue_structurelle'), 'checks.failed_rows.comptee'],
    ['an activity counts for nothing without a word', set('metier.activite', 'est_exclue_structurelle = true', 'not est_exclue_structurelle'), 'checks.failed_rows.exclusion'],
    ['an activity starts an hour late', set('metier.activite', "date_debut = date_debut + interval '1 hour'"), 'checks.failed_rows.cle'],
    ['a distance typed in metres', set('metier.activite', 'distance_m = 5000000', 'distance_m > 0'), 'columns.distance_m.checks.invalid.metres', 'WARN'],
  ],
  profil_simulation: [
    ['an employee has no profile', lose('metier.profil_simulation'), 'checks.failed_rows.tous'],
    ['a profile draws more activities than its volume', set('metier.profil_simulation', 'max_mois = 99'), 'checks.failed_rows.tirage'],
  ],
  trajet_attendu: [
    ['a commute is not judged in a scenario', lose('sec.trajet_attendu'), 'checks.failed_rows.complet'],
    ['a commute begins at another address', set('sec.trajet_attendu', "adresse = 'ailleurs'"), 'checks.failed_rows.trajet'],
  ],
  trajet_requis: [['a commute is not asked for', lose('sec.trajet_requis'), 'checks.failed_rows.complet']],
  ctrl_trajet: [
    ['a control without a distance counts as known', set('metier.ctrl_trajet', 'distance_m = null, duree_sec = null', 'distance_m > 0'), 'checks.failed_rows.distance'],
    ['the control of a commute is lost', lose('metier.ctrl_trajet'), 'checks.failed_rows.complet'],
    ['a commute is shorter than was answered', set('metier.ctrl_trajet', 'distance_m = 1', 'distance_m > 1'), 'checks.failed_rows.complet'],
    ['a commute is controlled in a scenario that does not exist', set('metier.ctrl_trajet', "scenario = 'simulation_9'"), 'checks.failed_rows.complet'],
    ['a commute beyond its threshold passes', set('metier.ctrl_trajet', 'est_incoherent = false', 'est_incoherent'), 'checks.failed_rows.incoherent'],
    ['a commute is judged by a threshold of its own', set('metier.ctrl_trajet', 'seuil_km = 99', 'seuil_km is not null'), 'checks.failed_rows.seuil'],
  ],
  elig_prime: [
    ['a scenario is missing', `delete from metier.elig_prime where not ${REFERENCE}`, 'checks.failed_rows.somme'],
    ['an employee is missing in a scenario', lose('metier.elig_prime'), 'checks.failed_rows.somme'],
    ['a motive is not counted', set('metier.elig_prime', 'motif_ineligibilite = null', 'not est_eligible_prime'), 'checks.failed_rows.somme'],
    ['an eligible person has a motive', set('metier.elig_prime', "motif_ineligibilite = 'mode_inconnu'", 'est_eligible_prime'), 'checks.failed_rows.motif'],
    ['an eligible person has no control', `delete from metier.ctrl_trajet where cle_salarie = ${ELIGIBLE}`, 'checks.failed_rows.conditions'],
    ['an eligible person has no salary', `update sec.rh_salarie set salaire_brut = null where cle_salarie = ${ELIGIBLE}`, 'checks.failed_rows.conditions'],
    ['who has left keeps the prime', `update metier.salarie set actif = false where cle_salarie = ${ELIGIBLE}`, 'checks.failed_rows.conditions'],
    ['somebody is told a motive that does not hold', set('metier.elig_prime', "motif_ineligibilite = 'salaire_manquant'", 'not est_eligible_prime'), 'checks.failed_rows.conditions'],
  ],
  elig_bien_etre: [
    ['an employee is missing in a scenario', lose('metier.elig_bien_etre'), 'checks.failed_rows.complet'],
    ['three activities give the days', set('metier.elig_bien_etre', 'est_eligible_bien_etre = true, jours_bien_etre_attribues = jours_bien_etre', 'nb_activites_periode < 4'), 'checks.failed_rows.conditions'],
    ['an eligible person gets a day more', set('metier.elig_bien_etre', 'jours_bien_etre_attribues = 6', 'est_eligible_bien_etre'), 'checks.failed_rows.jours'],
    ['an activity is counted for somebody else, the sum is right', `${set('metier.elig_bien_etre', 'nb_activites_periode = nb_activites_periode - 1', `${REFERENCE} and nb_activites_periode = 20`)}; ${set('metier.elig_bien_etre', 'nb_activites_periode = nb_activites_periode + 1', `${REFERENCE} and nb_activites_periode = 18`)}`, 'checks.failed_rows.activites'],
    ['the window is a month short', "update metier.elig_bien_etre set periode_debut = periode_debut + interval '1 month'", 'checks.failed_rows.periode'],
    ['one employee has a window of their own', set('metier.elig_bien_etre', "periode_debut = periode_debut - interval '1 year', periode_fin = periode_fin - interval '1 year'"), 'checks.metric.periodes'],
  ],
  avantage_salarie: [
    ['an employee is missing in a scenario', lose('metier.avantage_salarie'), 'checks.failed_rows.complet'],
    ['the days differ from those that were granted', set('metier.avantage_salarie', 'jours_bien_etre_attribues = 4', 'est_eligible_bien_etre'), 'checks.failed_rows.complet'],
    ['who has both benefits is told one', set('metier.avantage_salarie', "categorie_avantage = 'PRIME_SEULE'", "categorie_avantage = 'PRIME+BIEN_ETRE'"), 'checks.failed_rows.categorie'],
  ],
  kpi_cout_prime: [
    ['a scenario is missing', lose('metier.kpi_cout_prime'), 'checks.failed_rows.calcul'],
    ['the prime costs a cent more', set('metier.kpi_cout_prime', 'cout_annuel_total_prime = cout_annuel_total_prime + 0.01'), 'checks.failed_rows.calcul'],
    ['one person too many is eligible', set('metier.kpi_cout_prime', 'nb_salaries_eligibles_prime = nb_salaries_eligibles_prime + 1'), 'checks.failed_rows.calcul'],
  ],
  kpi_cout_prime_fixe: [
    ['the fixed prime is paid once too often', set('metier.kpi_cout_prime_fixe', 'cout_annuel_total_prime = cout_annuel_total_prime + montant_prime'), 'checks.failed_rows.calcul'],
  ],
  kpi_incoherences: [
    ['an incoherent commute is not counted', set('metier.kpi_incoherences', 'nb_incoherences_detectees = nb_incoherences_detectees - 1'), 'checks.failed_rows.calcul'],
  ],
  kpi_jours_supplementaires: [
    ['the days are not five for each eligible person', set('metier.kpi_jours_supplementaires', 'nb_jours_supplementaires = nb_jours_supplementaires - 1'), 'checks.failed_rows.produit'],
    ['an eligible person is not counted', set('metier.kpi_jours_supplementaires', 'nb_salaries_eligibles_bien_etre = nb_salaries_eligibles_bien_etre - 1, nb_jours_supplementaires = nb_jours_supplementaires - jours_bien_etre'), 'checks.failed_rows.calcul'],
  ],
  kpi_pratique_sportive: [
    ['a sport that nobody practised is left out', lose('metier.kpi_pratique_sportive'), 'checks.failed_rows.calcul'],
    ['an activity of the window is in no sport', set('metier.kpi_pratique_sportive', 'nb_activites = nb_activites - 1', 'nb_activites > 0'), 'checks.failed_rows.somme'],
    ['a sport stands twice, with twice its activities', 'update metier.kpi_pratique_sportive set nb_activites = nb_activites * 2; insert into metier.kpi_pratique_sportive select * from metier.kpi_pratique_sportive', 'checks.failed_rows.calcul'],
    ['activities of nobody are not counted', 'update metier.activite set cle_salarie = null; update metier.kpi_pratique_sportive set nb_activites = 0', 'checks.failed_rows.calcul'],
  ],
  kpi_groupe: [
    ['an eligible person is counted in no business unit', set('metier.kpi_groupe', 'nb_salaries_eligibles_prime = nb_salaries_eligibles_prime - 1', "axe = 'bu'"), 'checks.failed_rows.somme'],
    ['the days by age are not the days in all', set('metier.kpi_groupe', 'jours_bien_etre_attribues_total = jours_bien_etre_attribues_total + 5', "axe = 'age'"), 'checks.failed_rows.somme'],
    ['two business units change places', "update metier.kpi_groupe set groupe = case groupe when 'Finance' then 'Ventes' else 'Finance' end where groupe in ('Finance', 'Ventes')", 'checks.failed_rows.calcul'],
    ['the cost of a group is wrong', set('metier.kpi_groupe', 'cout_annuel_total_prime_variable = cout_annuel_total_prime_variable + 1', 'cout_annuel_total_prime_variable > 0'), 'checks.failed_rows.calcul'],
    ['a small group shows its cost', set('metier.kpi_groupe', 'nb_salaries_eligibles_prime = 2', 'cout_annuel_total_prime_variable > 0'), 'checks.failed_rows.petit'],
    ['one group alone is hidden, and the others give it away', set('metier.kpi_groupe', 'cout_annuel_total_prime_variable = null', 'nb_salaries_eligibles_prime > 0'), 'checks.failed_rows.seul'],
    ['a group with nothing to count shows nothing', set('metier.kpi_groupe', 'cout_annuel_total_prime_variable = null', 'nb_salaries_eligibles_prime = 0'), 'checks.failed_rows.vide'],
    ['an age band without anybody is left out', lose('metier.kpi_groupe', 'nb_salaries = 0'), 'checks.failed_rows.groupes'],
  ],
  cout_publiable: [
    ['whether a scenario may be shown is not judged', lose('metier.cout_publiable', `mesure = 'scenario' and groupe <> 'reference'`), 'checks.failed_rows.tous'],
    ['a benefit is not of who is eligible', set('metier.avantage_salarie', 'est_eligible_prime = false', 'est_eligible_prime'), 'checks.failed_rows.memes'],
    ['what the company pays is not shown', set('metier.cout_publiable', 'est_publiable = false', `mesure = 'scenario' and groupe = 'reference'`), 'checks.failed_rows.reference'],
    ['one group alone is hidden, and the others give it away', set('metier.cout_publiable', 'est_publiable = false', `mesure = 'bu'`), 'checks.failed_rows.seul'],
    ['a simulation without one person shows its cost', set('metier.elig_prime', 'est_eligible_prime = false', `scenario = 'simulation_1' and est_eligible_prime`), 'checks.failed_rows.proches'],
  ],
  kpi_scenario: [
    ['the scenarios side by side differ from their KPI', set('metier.kpi_scenario', 'nb_incoherences_detectees = 0'), 'checks.failed_rows.scenarios'],
    ['both primes are not for the same persons', set('metier.kpi_cout_prime_fixe', 'nb_salaries_eligibles_prime = 1'), 'checks.failed_rows.memes'],
  ],
  vw_kpi_age: [
    ['Power BI is shown a cost that is not to be shown', tell('metier.vw_kpi_age', 'cout_annuel_total_prime_variable'), 'checks.failed_rows.montre'],
    ['Power BI is shown a row less', hide('metier.vw_kpi_age'), 'checks.failed_rows.tous'],
    ['a declaration of tomorrow is accepted', set('sec.declaration', "date_activite = '2026-11-25'", 'est_retenue'), 'checks.failed_rows.futur'],
  ],
  vue_kpi_cout_prime: [
    ['the scenario that the company applies is missing', `delete from metier.kpi_cout_prime where ${REFERENCE}`, 'checks.row_count'],
  ],
  vw_bi_salarie: [['Power BI is shown a row less', hide('metier.vw_bi_salarie'), 'checks.failed_rows.tous']],
  vw_bi_activite: [['Power BI is shown a row less', hide('metier.vw_bi_activite'), 'checks.failed_rows.tous']],
  vw_bi_ctrl_trajet: [['Power BI is shown a row less', hide('metier.vw_bi_ctrl_trajet'), 'checks.failed_rows.tous']],
  vw_bi_param_effectif: [['Power BI is shown a row less', hide('metier.vw_bi_param_effectif'), 'checks.failed_rows.tous']],
  vue_elig_prime: [['Power BI is shown a row less', hide('metier.vue_elig_prime'), 'checks.failed_rows.tous']],
  vue_elig_bien_etre: [['Power BI is shown a row less', hide('metier.vue_elig_bien_etre'), 'checks.failed_rows.tous']],
  vue_avantages_salarie: [['Power BI is shown a row less', hide('metier.vue_avantages_salarie'), 'checks.failed_rows.tous']],
  vue_kpi_bu: [
    ['Power BI is shown a row less', hide('metier.vue_kpi_bu'), 'checks.failed_rows.tous'],
    ['Power BI is shown a cost that is not to be shown', tell('metier.vue_kpi_bu', 'cout_annuel_total_prime_variable'), 'checks.failed_rows.montre'],
  ],
  vue_kpi_pratique_sportive: [['Power BI is shown a row less', hide('metier.vue_kpi_pratique_sportive'), 'checks.failed_rows.tous']],
  vue_kpi_scenario: [
    ['Power BI is shown a row less', hide('metier.vue_kpi_scenario'), 'checks.failed_rows.tous'],
    ['Power BI is shown a cost that is not to be shown', tell('metier.vue_kpi_scenario', 'cout_annuel_total_prime'), 'checks.failed_rows.montre'],
  ],
  rejet: [
    ['a rejected declaration is lost', lose('ops.rejet'), 'checks.failed_rows.rejetees'],
    ['a reject has no motive', set('ops.rejet', 'motif = null'), 'columns.motif.checks.missing'],
    ['a reject has another motive than was found', set('ops.rejet', "motif = 'date_future'", "motif <> 'date_future'"), 'checks.failed_rows.rejetees'],
    ['a motive is told in the words of another', set('ops.rejet', "libelle_motif = 'Le sport n''est pas renseigné'", "motif <> 'sport_manquant'"), 'checks.failed_rows.libelle'],
  ],
  anomalie: [
    ['a declaration set aside is lost', lose('ops.anomalie', "motif = 'plusieurs_activites_jour'"), 'checks.failed_rows.ecartees'],
    ['nobody hears of another sport', lose('ops.anomalie', "motif = 'sport_different'"), 'checks.failed_rows.sports'],
    ['nobody hears of an address that was not found', lose('ops.anomalie', "motif = 'trajet_introuvable'"), 'checks.failed_rows.trajets'],
    ['an anomaly is laid to somebody else', set('ops.anomalie', `cle_salarie = ${NOBODY}`), 'checks.failed_rows.sports'],
    ['an alert tells a name', "update ops.anomalie a set detail = concat(l.prenom, ' ', l.nom) from sec.lien_salarie l where a.cle_salarie = l.cle_salarie", 'checks.failed_rows.nom'],
  ],
  bilan_declaration: [
    ['the counts do not add up', set('ops.bilan_declaration', 'nb_rejetees = nb_rejetees + 1'), 'checks.failed_rows.bilan'],
    ['the counts add up and are wrong', set('ops.bilan_declaration', 'nb_rejetees = nb_rejetees + 1, nb_retenues = nb_retenues - 1'), 'checks.failed_rows.calcul'],
    ['a source is not counted', lose('ops.bilan_declaration'), 'checks.row_count'],
  ],
  message_felicitation: [
    ['an activity is not congratulated', lose('ops.message_felicitation'), 'checks.failed_rows.activites'],
    ['an activity that was simulated is congratulated', add('ops.message_felicitation', { cle_message: "'x'" }), 'checks.failed_rows.activites'],
    ['someone else is congratulated', "update ops.message_felicitation set texte = 'Bravo Personne !'", 'checks.failed_rows.nom'],
    ['a comment calls the whole channel', set('ops.message_felicitation', "texte = texte || ' <!channel>'"), 'checks.failed_rows.marques'],
    ['an ampersand is not written as Slack wants it', set('ops.message_felicitation', "texte = texte || ' & co'"), 'checks.failed_rows.marques'],
    ['a sport loses its words by its new name', set('metier.message_sport', "type_activite = 'Randonnee'", "type_activite = 'Randonnée'"), 'checks.failed_rows.sports'],
  ],
  run_metrique: [
    ['a run ended before it began', set('ops.run', "finished_at = started_at - interval '1 second'"), 'checks.failed_rows.fin'],
    ['nothing has run for three days', "update ops.run set started_at = started_at - interval '3 days'", 'checks.freshness', 'WARN'],
  ],
  histo_run: [
    ['the total is not the sum by business unit', set('metier.kpi_groupe', 'nb_salaries_eligibles_prime = nb_salaries_eligibles_prime + 1', "axe = 'bu'"), 'checks.failed_rows.total'],
    ['the total cost is not the sum by age', set('metier.kpi_scenario', 'cout_annuel_total_prime = cout_annuel_total_prime + 1'), 'checks.failed_rows.total'],
    ['a sport is counted in another window', 'update metier.kpi_pratique_sportive set periode_debut = periode_debut + 1', 'checks.failed_rows.pratique'],
    ['a run that failed says nothing', set('ops.histo_run', "status = 'erreur'"), 'checks.failed_rows.erreur'],
    ['a run is noted on another day', set('ops.histo_run', 'date_histo_paris = date_histo_paris - 1'), 'checks.failed_rows.jour'],
  ],
  histo_kpi_cout_prime: [
    ['a run has lost its KPI', lose('ops.histo_kpi_cout_prime'), 'checks.failed_rows.run'],
    ['a run has its KPI twice', add('ops.histo_kpi_cout_prime', {}), 'columns.id_histo_run.checks.duplicate'],
    ['the KPI of a run that does not exist', add('ops.histo_kpi_cout_prime', { id_histo_run: A_RUN }), 'checks.failed_rows.run'],
    ['the rate is not that of the run', set('ops.histo_kpi_cout_prime', 'taux_prime = 0.5'), 'checks.failed_rows.parametres'],
  ],
  histo_kpi_cout_prime_fixe: [
    ['a run has lost its fixed prime', lose('ops.histo_kpi_cout_prime_fixe'), 'checks.failed_rows.run'],
    ['the amount is not that of the run', set('ops.histo_kpi_cout_prime_fixe', 'montant_prime = 1'), 'checks.failed_rows.parametres'],
  ],
  histo_kpi_incoherences: [
    ['a run has lost its incoherent commutes', lose('ops.histo_kpi_incoherences'), 'checks.failed_rows.run'],
  ],
  histo_kpi_pratique_sport: [
    ['a run has lost its sports', 'delete from ops.histo_kpi_pratique_sport', 'checks.failed_rows.run'],
  ],
  histo_kpi_jours_sup: [
    ['a run has lost its days', lose('ops.histo_kpi_jours_sup'), 'checks.failed_rows.run'],
    ['a past run gives a day more to each', set('ops.histo_kpi_jours_sup', 'jours_bien_etre = 6'), 'checks.failed_rows.parametres'],
    ['a day is added to a past run', set('ops.histo_kpi_jours_sup', 'nb_jours_supplementaires = nb_jours_supplementaires + 1'), 'checks.failed_rows.produit'],
  ],
  histo_kpi_age: [
    ['the KPI of a run are dated of another time', set('ops.histo_kpi_age', "ts_snapshot = ts_snapshot - interval '1 day'"), 'checks.failed_rows.run'],
  ],
  histo_kpi_scenario: [
    ['a run has lost its scenarios', 'delete from ops.histo_kpi_scenario', 'checks.failed_rows.run'],
    ['the rate of a scenario is not that of the run', set('ops.histo_kpi_scenario', 'taux_prime = 0.5'), 'checks.failed_rows.parametres'],
    ['a past run has lost what the company paid', set('ops.histo_kpi_scenario', 'cout_annuel_total_prime = null', REFERENCE), 'checks.failed_rows.reference'],
    ['a scenario of a past run is lost', lose('ops.histo_kpi_scenario', `not ${REFERENCE}`), 'checks.failed_rows.scenarios'],
    ['two KPI of a past run differ', set('ops.histo_kpi_cout_prime', 'cout_annuel_total_prime = 0'), 'checks.failed_rows.accord'],
    ['the ages of a past run are not its total', lose('ops.histo_kpi_age', 'nb_salaries_eligibles_prime > 0'), 'checks.failed_rows.accord'],
  ],
  histo_eligible: [
    ['an eligible person of a past run is forgotten in a scenario', lose('sec.histo_eligible'), 'checks.failed_rows.scenario'],
    ['an eligible person of a past run had another age', set('sec.histo_eligible', "tranche_age = 'INCONNU'", REFERENCE), 'checks.failed_rows.age'],
    ['the history is of others than the costs that are published', set('metier.cout_publiable', "membres = 'x'"), 'checks.failed_rows.publies'],
  ],
  histo_jugement: [
    ['a cost is shown whose persons are not those of the run', lose('sec.histo_eligible'), 'checks.failed_rows.histoire'],
    ['a cost of a run that does not exist is shown', add('ops.histo_jugement', { id_histo_run: A_RUN }), 'checks.failed_rows.histoire'],
  ],
  histo_publiable: [
    ['a cost of the past is shown beside others than it was judged beside', set('metier.cout_publiable', "membres = 'x'"), 'checks.failed_rows.publies'],
  ],
  param_avantage: [
    ['the company has no address', set('metier.param_avantage', "valeur_param = ' '", "code_param = 'adresse_entreprise'"), 'checks.failed_rows.adresse'],
    ['a parameter has two values on one day', add('metier.param_avantage', { valeur_param: "'0.06'" }), 'checks.duplicate'],
    ['a rate of 5 instead of 0.05', set('metier.param_avantage', "valeur_param = '5'", "code_param = 'taux_prime'"), 'checks.failed_rows.taux'],
    ['a negative threshold', set('metier.param_avantage', "valeur_param = '-15'", "code_param = 'seuil_km_marche_course'"), 'checks.failed_rows.nombre'],
    ['half a day', set('metier.param_avantage', "valeur_param = '2.5'", "code_param = 'jours_bien_etre'"), 'checks.failed_rows.entier'],
    ['a code that does not exist', set('metier.param_avantage', "code_param = 'taux_primes'"), 'columns.code_param.checks.invalid'],
    ['a parameter that the company does not set', lose('metier.param_avantage', REFERENCE), 'checks.failed_rows.reference'],
    ['a threshold in metres', set('metier.param_avantage', "valeur_param = '15000'", "code_param = 'seuil_km_marche_course'"), 'checks.failed_rows.metres', 'WARN'],
  ],
  param_effectif: [
    ['a code is taken out of the list while it has a value', lose('metier.code_param'), 'checks.failed_rows.codes'],
    ['a rate where a whole number is asked', set('metier.code_param', "type_param = 'entier'", "code_param = 'taux_prime'"), 'checks.failed_rows.type'],
    ['a value is in force that nobody set', set('metier.param_effectif', "valeur_param = '0.99'", "code_param = 'taux_prime'"), 'checks.failed_rows.provenance'],
    ['a former value is still in force', add('metier.param_avantage', { valeur_param: "'0.06'", date_effet: "'2019-01-01'" }, `${REFERENCE} and code_param = 'taux_prime'`).concat(";update metier.param_effectif set valeur_param = '0.06', date_effet = '2019-01-01' where scenario = 'reference' and code_param = 'taux_prime'"), 'checks.failed_rows.provenance'],
    ['a scenario goes by the rate of reference instead of its own', "update metier.param_effectif set valeur_param = '0.05', est_herite = true where scenario = 'simulation_1' and code_param = 'taux_prime'", 'checks.failed_rows.provenance'],
    ['a parameter lacks in a scenario', lose('metier.param_effectif'), 'checks.failed_rows.complet'],
  ],
  param_scenario: [
    ['the scenario that the company applies is missing', lose('metier.param_scenario', REFERENCE), 'checks.failed_rows.reference'],
    ['a scenario is missing', lose('metier.param_scenario', `not ${REFERENCE}`), 'checks.failed_rows.valeurs'],
    ['a threshold is not the one in force', set('metier.param_scenario', 'seuil_km_velo_autres = 30'), 'checks.failed_rows.valeurs'],
    ['four hundred days a year', set('metier.param_scenario', 'jours_bien_etre = 400'), 'columns.jours_bien_etre.checks.invalid'],
  ],
  appellation_activite: [
    ['an alias of a sport that does not exist', set('metier.type_activite_alias', "libelle = 'Curling'"), 'checks.failed_rows.alias'],
    ['an alias of two sports', add('metier.appellation_activite', { libelle: "'Judo'" }, "libelle <> 'Judo'"), 'columns.nom_normalise.checks.duplicate'],
  ],
  tranche_age: [
    ['an age is in no band', set('metier.tranche_age', 'age_max = 34', "tranche_age = '26-35'"), 'checks.failed_rows.suite'],
    ['an age is in two bands', set('metier.tranche_age', 'age_max = 36', "tranche_age = '26-35'"), 'checks.failed_rows.suite'],
    ['there is no band for an unknown age', lose('metier.tranche_age', "tranche_age = 'INCONNU'"), 'checks.metric.inconnu'],
  ],
  type_activite: [
    ['a sport called INCONNU would count', set('metier.type_activite', "libelle = 'INCONNU'"), 'columns.libelle.checks.invalid.reserve'],
    ['a sport of no category', set('metier.type_activite', "categorie = 'LOISIR'"), 'columns.categorie.checks.invalid'],
  ],
  message_sport: [
    ['a new sport would have no words', lose('metier.message_sport', "type_activite = 'AUTRE'"), 'checks.metric.autre'],
    ['a placeholder that nothing fills in', set('metier.message_sport', "texte = texte || '{prénom}'", "texte is not null"), 'checks.failed_rows.accolades'],
    ['a text without a distance tells one', set('metier.message_sport', "texte_sans_distance = texte_sans_distance || '{km}'"), 'checks.failed_rows.distance'],
    ['a wording calls the whole channel', set('metier.message_sport', "texte_sans_distance = '<!channel>'"), 'columns.texte_sans_distance.checks.invalid.marques'],
  ],
  mode_deplacement: [
    ['a mode that Google does not know', set('metier.mode_deplacement', "mode_google = 'flying'"), 'columns.mode_google.checks.invalid'],
    ['an active mode without a threshold', set('metier.mode_deplacement', 'code_param_seuil = null', 'est_actif'), 'checks.failed_rows.seuil'],
  ],
  simulation_volume: [
    ['a profile has no volume', lose('metier.simulation_volume'), 'checks.metric.complet'],
    ['the least is above the most', set('metier.simulation_volume', 'min_mois = max_mois + 1'), 'checks.failed_rows.bornes'],
  ],
};

export const MUTATIONS: readonly Mutation[] = Object.entries(ROWS).flatMap(([node, rows]) =>
  rows.map(([title, sql, check, outcome]) => ({ title, node, sql, check, outcome: outcome ?? 'FAILED' })),
);
