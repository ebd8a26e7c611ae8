import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type SampleProject, sampleProject } from './sample-project.ts';

/** One rule broken as a hand might break it, and the unit test that finds it. */
interface Mutation {
  readonly title: string;
  readonly file: string;
  /** Must be found exactly once in the file. */
  readonly from: string;
  readonly to: string;
  readonly model: string;
  readonly foundBy: string;
}

const MUTATIONS: readonly Mutation[] = [
  {
    title: 'a salary of zero gives the prime',
    file: 'models/metier/elig_prime.sql',
    from: 'coalesce(salaire_brut, 0) > 0',
    to: 'coalesce(salaire_brut, 0) >= 0',
    model: 'elig_prime',
    foundBy: 'a salary is missing when it is empty or zero, one cent is a salary',
  },
  {
    title: 'who has left keeps the prime',
    file: 'models/metier/elig_prime.sql',
    from: "when not salaries.actif then 'salarie_inactif'",
    to: "when salaries.actif is null then 'salarie_inactif'",
    model: 'elig_prime',
    foundBy: 'each condition that lacks, alone, is its own motive',
  },
  {
    title: 'a missing control is told before a missing salary',
    file: 'models/metier/elig_prime.sql',
    from: 'when not remunerations.est_remunere then',
    to: 'when controles.cle_salarie is not null and not remunerations.est_remunere then',
    model: 'elig_prime',
    foundBy: 'of two motives the first in the list is told',
  },
  {
    title: 'the control of another scenario counts',
    file: 'models/metier/elig_prime.sql',
    from: 'on scenarios.scenario = controles.scenario\n        and salaries',
    to: 'on salaries',
    model: 'elig_prime',
    foundBy: 'each scenario goes by its own control of the commute',
  },
  {
    title: 'one activity more than the number is asked for',
    file: 'models/metier/elig_bien_etre.sql',
    from: '>= scenarios.min_activites_bien_etre',
    to: '> scenarios.min_activites_bien_etre',
    model: 'elig_bien_etre',
    foundBy: 'fifteen activities of the window give the days',
  },
  {
    title: 'who has left gets days',
    file: 'models/metier/elig_bien_etre.sql',
    from: 'salaries.actif\n            and coalesce(',
    to: 'coalesce(',
    model: 'elig_bien_etre',
    foundBy: 'who has left is never eligible, even where no activity is asked for',
  },
  {
    title: 'an excluded activity counts',
    file: 'models/metier/elig_bien_etre.sql',
    from: 'not est_exclue_structurelle\n        and ',
    to: '',
    model: 'elig_bien_etre',
    foundBy: 'an excluded activity does not count',
  },
  {
    title: 'the last day of the window does not count',
    file: 'models/metier/elig_bien_etre.sql',
    from: 'between {{ periode_debut() }} and {{ periode_fin() }}',
    to: '>= {{ periode_debut() }} and date_activite < {{ periode_fin() }}',
    model: 'elig_bien_etre',
    foundBy: 'the window begins on the first day of its first month and ends on the last of its last',
  },
  {
    title: 'the window is a month short',
    file: 'macros/periode_debut.sql',
    from: 'add_months(-12)',
    to: 'add_months(-11)',
    model: 'elig_bien_etre',
    foundBy: 'on the first day of a year the window is the year before',
  },
  {
    title: 'with the current month the window begins on the day itself, eleven months earlier',
    file: 'macros/periode_debut.sql',
    from: 'month_start | add_months(-11)',
    to: 'add_months(-11)',
    model: 'elig_bien_etre',
    foundBy: 'with the current month the window ends on the day itself and begins eleven months earlier',
  },
  {
    title: 'the first day of the current month counts',
    file: 'macros/periode_fin.sql',
    from: 'add_days(-1)',
    to: 'add_days(0)',
    model: 'kpi_pratique_sportive',
    foundBy: 'an activity counts from the first to the last day of the window',
  },
  {
    title: 'with the current month its last days count before they have come',
    file: 'macros/periode_fin.sql',
    from: "date '{{ as_of }}'",
    to: "date '{{ as_of | month_start | add_months(1) | add_days(-1) }}'",
    model: 'kpi_pratique_sportive',
    foundBy: 'with the current month it counts up to the day itself',
  },
  {
    title: 'a commute as long as the threshold is incoherent',
    file: 'models/metier/ctrl_trajet.sql',
    from: 'distance_m > seuils',
    to: 'distance_m >= seuils',
    model: 'ctrl_trajet',
    foundBy: 'a commute as long as the threshold is credible, one metre more is not',
  },
  {
    title: 'a parameter takes effect a day late',
    file: 'models/metier/param_effectif.sql',
    from: 'date_effet <= ',
    to: 'date_effet < ',
    model: 'param_effectif',
    foundBy: 'the value in force is the latest whose day has come, its first day included',
  },
  {
    title: 'an activity of today is in the future',
    file: 'models/sec/declaration.sql',
    from: 'date_activite > {{ date_reference() }}',
    to: 'date_activite >= {{ date_reference() }}',
    model: 'declaration',
    foundBy: 'the day of the run is no future, the day after is',
  },
  {
    title: 'of two answers of a day the longest is kept before the latest',
    file: 'models/sec/declaration.sql',
    from: 'horodateur desc nulls last, duree_sec desc',
    to: 'duree_sec desc, horodateur desc nulls last',
    model: 'declaration',
    foundBy: 'of one day the latest answer is kept, though it is shorter and higher up in the sheet',
  },
  {
    title: 'a group of two shows its cost',
    file: 'models/metier/kpi_groupe.sql',
    from: "between 1 and {{ var('petit_groupe_max') }}",
    to: "between 1 and {{ var('petit_groupe_max') }} - 1",
    model: 'kpi_groupe',
    foundBy: 'a group of two eligible persons shows no variable cost, and the next smallest group is hidden with it',
  },
  {
    title: 'the prime is rounded person by person',
    file: 'models/metier/kpi_cout_prime.sql',
    from: 'round(coalesce(sum(remunerations.salaire_brut), 0) * scenarios.taux_prime, 2)',
    to: 'coalesce(sum(round(remunerations.salaire_brut * scenarios.taux_prime, 2)), 0)',
    model: 'kpi_cout_prime',
    foundBy: 'the cost is rounded once, on the total',
  },
];

let project: SampleProject;

beforeAll(async () => {
  project = await sampleProject();
});
afterAll(() => project?.close());

describe('the unit tests of the models', () => {
  it('all pass on the rules as they are, over no table', async () => {
    const { code, stdout, stderr } = await project.runner(['test', '--unit']);
    expect(stderr).toBe('');
    expect(code).toBe(0);
    const [, count] = stdout.match(/^(\d+) unit tests, 0 checks: all passed/m) ?? [];
    expect(Number(count)).toBeGreaterThan(130);
    expect(await project.rows("select nspname from pg_namespace where nspname in ('sec', 'metier')")).toEqual([]);
  });

  it.each(MUTATIONS.map((mutation) => [mutation.title, mutation] as const))(
    'find that %s',
    async (_title, { file, from, to, model, foundBy }) => {
      const path = join(project.dir, file);
      const text = readFileSync(path, 'utf8');
      expect(text.split(from)).toHaveLength(2);
      writeFileSync(
        path,
        text.replace(from, () => to),
      );
      const { code, stderr } = await project.runner(['test', '--unit', '--select', model]);
      writeFileSync(path, text);
      expect(stderr).toMatch(/^UNIT_TEST_FAILED /m);
      expect(stderr).toContain(`${model}: unit test "${foundBy}"`);
      expect(code).toBe(1);
    },
  );
});
