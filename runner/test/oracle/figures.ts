import { benefits } from './benefits.ts';
import { INCONNU, judgeDeclarations } from './declarations.ts';
import type { Activite, Figures, Inputs, Question } from './types.ts';
import { normalise, windowOf } from './values.ts';

/**
 * The figures that the rules of the business give, worked out a second time and by other means than the models:
 * decimals as whole numbers, one person after the other, nothing of SQL.
 */
export function figures(inputs: Inputs, { jour, moisCourant }: Question): Figures {
  const declared = judgeDeclarations(inputs, jour);
  const taken = new Set(declared.activites.map((one) => `${one.cle} ${one.jour}`));
  const activites = [...declared.activites, ...inputs.simulees.filter((one) => !taken.has(`${one.cle} ${one.jour}`))];
  const periode = windowOf(jour, moisCourant);
  const current = new Set(inputs.salaries.map(({ cle }) => cle));
  const comptees = activites.filter(
    (one) => one.jour >= periode[0] && one.jour <= periode[1] && one.type !== INCONNU && current.has(one.cle),
  );
  const scenarios = [...new Set(inputs.parametres.map(({ scenario }) => scenario))];
  return {
    periode,
    rejets: declared.rejets,
    anomalies: declared.anomalies,
    trajetsIntrouvables: notFound(inputs),
    activites: activites.map(described).sort(),
    pratique: Object.fromEntries(
      [...new Set([...inputs.types.values()].map(({ libelle }) => libelle))].map((libelle) => [
        libelle,
        comptees.filter(({ type }) => type === libelle).length,
      ]),
    ),
    scenarios: withoutTelling(
      Object.fromEntries(
        scenarios.map((name) => [name, benefits(inputs, { jour, comptees, valeurs: effective(inputs, name, jour) })]),
      ),
    ),
  };
}

/**
 * The total of a simulation that one or two persons get, or would get beside those of the reference or lose, is a salary
 * and not shown; the company's own always is.
 */
function withoutTelling(scenarios: Figures['scenarios']): Figures['scenarios'] {
  const eligible = (name: string): readonly string[] =>
    Object.entries(scenarios[name]?.salaries ?? {}).flatMap(([cle, one]) => (one.startsWith('-') ? [cle] : []));
  const reference = new Set(eligible('reference'));
  return Object.fromEntries(
    Object.entries(scenarios).map(([name, kpi]) => {
      const own = eligible(name);
      const others = own.filter((cle) => !reference.has(cle)).length;
      const apart = others + reference.size - (own.length - others);
      const isTold = apart > 0 && (apart <= 2 || (own.length > 0 && own.length <= 2));
      return [name, isTold ? { ...kpi, coutPrime: '' } : kpi];
    }),
  );
}

export function described({ cle, jour, type, distanceM, dureeSec }: Activite): string {
  return `${cle} ${jour} ${type} ${distanceM ?? '-'} ${dureeSec}`;
}

/** The latest value in force of each code; what a scenario does not set is the reference's. */
function effective({ parametres }: Inputs, name: string, jour: string): ReadonlyMap<string, string> {
  const inForce = (scenario: string) =>
    parametres
      .filter((one) => one.scenario === scenario && one.dateEffet <= jour)
      .sort((a, b) => (a.dateEffet < b.dateEffet ? -1 : 1))
      .map(({ code, valeur }) => [code, valeur] as const);
  return new Map([...inForce('reference'), ...inForce(name)]);
}

/** Employees whose address Google can't find. */
function notFound({ salaries, modes, trajets }: Inputs): readonly string[] {
  const lost = salaries.filter(({ adresse, mode }) => {
    const google = modes.find(({ libelle }) => normalise(libelle) === normalise(mode))?.google;
    return (
      google !== undefined && adresse.trim() !== '' && (trajets.get(`${adresse.trim()}|${google}`) ?? null) === null
    );
  });
  return lost.map(({ cle }) => cle).sort();
}
