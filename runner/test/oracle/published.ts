import type { Workplace } from '../cli.ts';
import type { Figures, ScenarioFigures } from './types.ts';

type Rows = (sql: string) => Promise<readonly (readonly (string | null)[])[]>;

/** The figures of a database, in the form of the oracle's. The scenario `reference` is read where Power BI reads it. */
export async function published({ rows }: Workplace): Promise<Figures> {
  const list = async (sql: string): Promise<readonly string[]> => (await rows(sql)).map(([text]) => text ?? '');
  const [periode = []] = await rows('select periode_debut, periode_fin from metier.vue_kpi_jours_supplementaires');
  const names = await list('select scenario from metier.vue_kpi_scenario');
  return {
    periode: [periode[0] ?? '', periode[1] ?? ''],
    rejets: await list(
      "select num_ligne || ' ' || motif from ops.rejet where source = 'csv_gsheet' order by num_ligne",
    ),
    anomalies: await list(
      `select concat_ws(' ', num_ligne, motif, cle_salarie) from ops.anomalie
      where source = 'csv_gsheet' order by num_ligne, motif collate "C"`,
    ),
    trajetsIntrouvables: await list(
      "select cle_salarie from ops.anomalie where motif = 'trajet_introuvable' order by cle_salarie",
    ),
    activites: (
      await list(
        `select concat_ws(' ', cle_salarie, date_activite, type_activite_normalise,
          coalesce(trim_scale(distance_m)::text, '-'), duree_sec) from metier.vw_bi_activite`,
      )
    ).toSorted(),
    pratique: await counts(rows, 'select type_activite_normalise, nb_activites from metier.vue_kpi_pratique_sportive'),
    scenarios: Object.fromEntries(
      await Promise.all(names.map(async (name) => [name, await scenario(rows, name)] as const)),
    ),
  };
}

async function scenario(rows: Rows, name: string): Promise<ScenarioFigures> {
  const of = (table: string): string => `from metier.${table} where scenario = '${name}'`;
  const isReference = name === 'reference';
  const [kpi = []] = isReference ? await rows(REFERENCE) : await rows(`select ${KPI} ${of('vue_kpi_scenario')}`);
  const [eligiblesPrime, coutPrime, coutFixe, incoherences, eligiblesBienEtre, jours] = kpi;
  const controls = await rows(
    `select concat_ws(' ', cle_salarie, mode_trajet_normalise, coalesce(trim_scale(distance_m)::text, '-'),
      coalesce(trim_scale(seuil_km)::text, '-'), est_incoherent::text)
    ${isReference ? 'from metier.vw_bi_ctrl_trajet' : of('ctrl_trajet')}`,
  );
  return {
    parametres: await texts(
      rows,
      `select code_param, valeur_param ${isReference ? 'from metier.vw_bi_param_effectif' : of('param_effectif')}`,
    ),
    salaries: await texts(
      rows,
      `select cle_salarie, concat_ws('|', coalesce(motif_ineligibilite, '-'), nb_activites_periode,
        jours_bien_etre_attribues, categorie_avantage)
      ${isReference ? 'from metier.vue_avantages_salarie' : of('avantage_salarie')}`,
    ),
    controles: controls.map(([text]) => text ?? '').toSorted(),
    eligiblesPrime: Number(eligiblesPrime),
    coutPrime: coutPrime ?? '',
    coutFixe: coutFixe ?? '',
    incoherences: Number(incoherences),
    eligiblesBienEtre: Number(eligiblesBienEtre),
    jours: Number(jours),
    parBu: await texts(
      rows,
      isReference
        ? `select bu, ${GROUP} from metier.vue_kpi_bu`
        : `select groupe, ${GROUP} ${of('kpi_groupe')} and axe = 'bu'`,
    ),
    parAge: await texts(
      rows,
      isReference
        ? `select tranche_age, ${GROUP} from metier.vw_kpi_age`
        : `select groupe, ${GROUP} ${of('kpi_groupe')} and axe = 'age'`,
    ),
  };
}

const KPI = `nb_salaries_eligibles_prime, cout_annuel_total_prime, cout_annuel_total_prime_fixe,
  nb_incoherences_detectees, nb_salaries_eligibles_bien_etre, nb_jours_supplementaires`;

const REFERENCE = `select prime.nb_salaries_eligibles_prime, prime.cout_annuel_total_prime, fixe.cout_annuel_total_prime,
    nb_incoherences_detectees, nb_salaries_eligibles_bien_etre, nb_jours_supplementaires
  from metier.vue_kpi_cout_prime as prime, metier.vue_kpi_cout_prime_fixe as fixe,
    metier.vue_kpi_incoherences, metier.vue_kpi_jours_supplementaires`;

const GROUP = `concat_ws('|', nb_salaries, nb_salaries_eligibles_prime,
  coalesce(cout_annuel_total_prime_variable::text, '-'), cout_annuel_total_prime_fixe,
  nb_salaries_eligibles_bien_etre, jours_bien_etre_attribues_total)`;

async function texts(rows: Rows, sql: string): Promise<Readonly<Record<string, string>>> {
  return Object.fromEntries((await rows(sql)).map(([name, text]) => [name ?? '', text ?? '']));
}

async function counts(rows: Rows, sql: string): Promise<Readonly<Record<string, number>>> {
  return Object.fromEntries((await rows(sql)).map(([name, count]) => [name ?? '', Number(count)]));
}
