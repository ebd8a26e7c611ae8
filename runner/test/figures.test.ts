import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import type exceljs from 'exceljs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { declare, editText, editWorkbook, inputsOf, RH, rowOf, SALT, SPORT } from './oracle/edits.ts';
import { figures } from './oracle/figures.ts';
import { cyclists, declarationsAs, oddDeclarations } from './oracle/oddities.ts';
import { published } from './oracle/published.ts';
import type { Figures, Inputs, Salarie } from './oracle/types.ts';
import { type SampleProject, sampleProject } from './sample-project.ts';

const DAY = '2026-11-24';
let project: SampleProject;

/** Runs the pipeline for a day and compares all that it published with the rules. */
async function expectTheRules(jour: string, more: Partial<Inputs> = {}, moisCourant = false): Promise<Figures> {
  const vars = moisCourant ? ['--vars', 'inclure_mois_courant=true'] : [];
  const { code, stdout, stderr } = await project.runner(['pipeline', '--as-of', jour, ...vars]);
  expect(code, `${stdout}\n${stderr}`).toBe(0);
  const expected = figures({ ...(await inputsOf(project)), ...more }, { jour, moisCourant });
  expect(await published(project)).toEqual(expected);
  return expected;
}

/** The different words that stand at a place of the lines. */
const wordsOf = (lines: readonly string[], position: number, separator = ' '): string =>
  [...new Set(lines.map((line) => line.split(separator)[position] ?? ''))].sort().join(' ');

describe('every figure of the sample is what the rules give', () => {
  beforeAll(async () => {
    project = await sampleProject({ P12_PSEUDO_SALT: SALT });
  });
  afterAll(() => project?.close());

  it.each([
    ['on its day', DAY, false],
    ['on its day, the current month included', DAY, true],
    ['on the first day of a month', '2026-11-01', false],
    ['on the last day of February', '2026-02-28', false],
    ['on the last day of a year, the current month included', '2025-12-31', true],
    ['on the first day of a year', '2027-01-01', false],
  ])('%s', async (_title, jour, moisCourant) => {
    await expectTheRules(jour, {}, moisCourant);
  });

  it('with other parameters, from the day that each takes effect', async () => {
    editText(project, 'seeds/param_avantage.csv', (text) =>
      [
        text.trimEnd(),
        'reference,taux_prime,0.0475,2026-06-01',
        'reference,taux_prime,0.2,2026-05-01',
        'reference,seuil_km_velo_autres,8.25,2026-11-24',
        'reference,seuil_km_marche_course,2,2026-11-25',
        'reference,min_activites_bien_etre,4,2026-11-25',
        'reference,montant_prime_fixe,999.99,2026-11-25',
        'seuils_stricts,seuil_km_marche_course,1,2021-01-01',
        'seuils_stricts,seuil_km_velo_autres,2.5,2021-01-01',
        'seuils_stricts,taux_prime,0.03333,2021-01-01',
        'seuils_stricts,jours_bien_etre,0,2021-01-01',
        'simulation_1,min_activites_bien_etre,0,2021-01-01',
        'plus_tard,taux_prime,0.5,2026-11-25',
        '',
      ].join('\n'),
    );
    const today = await expectTheRules(DAY);
    const tomorrow = await expectTheRules('2026-11-25');
    await expectTheRules('2026-05-15');
    expect(today.scenarios.reference?.parametres).toMatchObject({ taux_prime: '0.0475', seuil_km_velo_autres: '8.25' });
    expect(tomorrow.scenarios.reference?.parametres).toMatchObject({ min_activites_bien_etre: '4' });
    expect(today.scenarios.plus_tard).toEqual(today.scenarios.reference);
    expect(
      Object.values(today.scenarios.seuils_stricts?.parBu ?? {}).filter((text) => text.includes('|-|')),
    ).not.toEqual([]);
  });
});

describe('every figure of a company where everything happens is what the rules give', () => {
  let named: Readonly<Record<string, Salarie>>;
  const who = (role: string): Salarie => {
    const salarie = named[role];
    if (!salarie) throw new Error(`nobody is ${role}`);
    return salarie;
  };

  beforeAll(async () => {
    project = await sampleProject({ P12_PSEUDO_SALT: SALT });
    const near = cyclists(await inputsOf(project));
    const roles =
      'odd leaver zero unpaid cents homeless nowhere lost shouting homonym namesake unitless turns26 still25 leap unborn near far';
    named = Object.fromEntries(
      roles.split(' ').flatMap((role, index) => {
        const salarie = near[index];
        return salarie ? [[role, salarie] as const] : [];
      }),
    );
    // Exactly at the limit of what is credible, and one metre more.
    editText(project, 'sources/sample/trajets.csv', (text) =>
      Object.entries({ near: 25_000, far: 25_001 }).reduce(
        (edited, [role, metres]) =>
          edited.replace(new RegExp(`("${who(role).adresse}",bicycling,OK),\\d+`), `$1,${metres}`),
        text,
      ),
    );
    copyFileSync(join(project.dir, 'sources/sample/rh.xlsx'), join(project.dir, 'rh-before.xlsx'));
  });
  afterAll(() => project?.close());

  it('before it happens', async () => {
    const { scenarios } = await expectTheRules(DAY);
    expect(scenarios.reference?.salaries[who('near').cle]).toMatch(/^-/);
    expect(scenarios.reference?.salaries[who('far').cle]).toMatch(/^ctrl_trajet_incoherent/);
  });

  it('after people left, moved, married and told HR and the form all sorts of things', async () => {
    await editWorkbook(project, 'rh', (sheet) => {
      const set = (role: string, column: keyof typeof RH, value: string | number | Date | null): void => {
        rowOf(sheet, who(role).id).getCell(RH[column]).value = value;
      };
      set('zero', 'salaire', 0);
      set('unpaid', 'salaire', null);
      // With the newcomer's, a twentieth of all ends with half a cent.
      set('cents', 'salaire', 30940.6);
      set('homeless', 'adresse', null);
      set('lost', 'mode', 'Trottinette volante');
      set('nowhere', 'mode', 'Trottinette volante');
      set('nowhere', 'adresse', null);
      set('shouting', 'mode', '  VELO/trottinette/AUTRES ');
      set('namesake', 'nom', ` ${who('homonym').nom.toUpperCase()}`);
      set('namesake', 'prenom', who('homonym').prenom);
      set('unitless', 'bu', null);
      set('turns26', 'naissance', new Date('2000-11-24'));
      set('still25', 'naissance', new Date('2000-11-25'));
      set('leap', 'naissance', new Date('2000-02-29'));
      set('unborn', 'naissance', null);
      const newcomer = (rowOf(sheet, who('near').id).values as exceljs.CellValue[]).slice(1);
      const fill = (column: keyof typeof RH, value: string): void => {
        newcomer[RH[column] - 1] = value;
      };
      fill('id', '00123');
      fill('nom', 'D’Été');
      fill('prenom', 'Zoé  Marie');
      fill('salaire', '41250,50');
      sheet.addRow(newcomer);
      sheet.spliceRows(Number(rowOf(sheet, who('leaver').id).number), 1);
    });
    await editWorkbook(project, 'sport', (sheet) => {
      const set = (role: string, sport: string | null): void => {
        rowOf(sheet, who(role).id).getCell(SPORT.sport).value = sport;
      };
      set('odd', '  COURSE  à pied');
      set('near', 'Yoga');
      set('far', '   ');
      set('homeless', 'basket-ball');
    });
    declare(project, oddDeclarations(who('odd')));
    declare(project, oddDeclarations(who('near')));
    declare(
      project,
      declarationsAs([
        [who('leaver').nom, who('leaver').prenom],
        [who('homonym').nom, who('homonym').prenom.toLowerCase()],
        ['d’ete', ' zoe marie'],
        ['D’ETE ', 'Zoé \u00a0  MARIE'],
        [who('odd').prenom, who('odd').nom],
        ['', ''],
      ]),
    );
    const all = await expectTheRules(DAY, { anciens: [who('leaver')] });
    const reference = all.scenarios.reference;
    expect(wordsOf(all.rejets, 1)).toBe(
      'date_future date_invalide distance_invalide duree_invalide nom_prenom_ambigu nom_prenom_inconnu sport_manquant',
    );
    expect(wordsOf(all.anomalies, 1)).toBe(
      'doublon_quasi_identique_ecarte plusieurs_activites_jour sport_different sport_non_declare',
    );
    expect(wordsOf(Object.values(reference?.salaries ?? {}), 0, '|')).toBe(
      '- ctrl_trajet_exclu ctrl_trajet_incoherent ctrl_trajet_manquant mode_non_sportif salaire_manquant salarie_inactif',
    );
    expect(reference?.coutPrime).toMatch(/[05]6$/);
    expect(reference?.parAge).toMatchObject({ INCONNU: expect.stringMatching(/^1\|1\|-/) });
    const kept = await project.rows(
      `select bool_or(s.actif), count(*) > 0, bool_and(a.est_exclue_structurelle) from sec.rh_salarie as s
      inner join metier.vw_bi_activite as a using (cle_salarie) where cle_salarie = '${who('leaver').cle}'`,
    );
    expect(kept).toEqual([['f', 't', 't']]);
  });

  it('on other days', async () => {
    await expectTheRules('2026-02-28', { anciens: [who('leaver')] });
    await expectTheRules('2026-03-31', { anciens: [who('leaver')] }, true);
  });

  it('after who had left came back, and who had come left', async () => {
    const newcomer = (await inputsOf(project)).salaries.filter(({ id }) => id === '00123');
    copyFileSync(join(project.dir, 'rh-before.xlsx'), join(project.dir, 'sources/sample/rh.xlsx'));
    expect(newcomer).toHaveLength(1);
    await expectTheRules(DAY, { anciens: newcomer });
  });
});
