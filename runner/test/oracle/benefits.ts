import { INCONNU } from './declarations.ts';
import type { Activite, Inputs, Mode, Salarie, ScenarioFigures } from './types.ts';
import { ageBand, type Decimal, decimal, euros, normalise, sum, times } from './values.ts';

const BANDS = ['<26', '26-35', '36-45', '46-55', '56+', INCONNU];
const SMALL_GROUP = 2;

export interface Scenario {
  readonly jour: string;
  /** Code → effective value. */
  readonly valeurs: ReadonlyMap<string, string>;
  /** Activities that count: in the window, of a known type. */
  readonly comptees: readonly Activite[];
}

interface Control {
  readonly mode: Mode | null;
  readonly metres: number | null;
  readonly estIncoherent: boolean;
}

interface Verdict {
  readonly salarie: Salarie;
  readonly controle: Control | null;
  /** Why there is no prime; `null` when there is. */
  readonly motif: string | null;
  readonly activites: number;
  readonly estBienEtre: boolean;
  readonly jours: number;
}

/** What a scenario costs and gives. Who has left is eligible to nothing and counted nowhere. */
export function benefits(inputs: Inputs, scenario: Scenario): ScenarioFigures {
  const verdicts = inputs.salaries.map((salarie) => decide(salarie, inputs, scenario));
  const eligible = verdicts.filter(({ motif }) => motif === null);
  const controls = verdicts.flatMap(({ salarie, controle }) => (controle ? [{ cle: salarie.cle, controle }] : []));
  return {
    parametres: Object.fromEntries(scenario.valeurs),
    salaries: Object.fromEntries([
      ...verdicts.map((one) => [one.salarie.cle, described(one)] as const),
      ...inputs.anciens.map(({ cle }) => [cle, 'salarie_inactif|0|0|RIEN'] as const),
    ]),
    controles: controls.map(({ cle, controle }) => `${cle} ${judged(controle, scenario)}`).sort(),
    eligiblesPrime: eligible.length,
    coutPrime: variableCost(eligible, scenario),
    coutFixe: fixedCost(eligible, scenario),
    incoherences: controls.filter(({ controle }) => controle.estIncoherent).length,
    eligiblesBienEtre: verdicts.filter(({ estBienEtre }) => estBienEtre).length,
    jours: verdicts.reduce((total, { jours }) => total + jours, 0),
    parBu: groups(verdicts, scenario, ({ bu }) => bu.trim() || INCONNU, []),
    parAge: groups(verdicts, scenario, ({ naissance }) => ageBand(naissance, scenario.jour), BANDS),
  };
}

function described({ motif, activites, estBienEtre, jours }: Verdict): string {
  const category = motif === null ? (estBienEtre ? 'PRIME+BIEN_ETRE' : 'PRIME_SEULE') : estBienEtre && 'BIEN_ETRE_SEUL';
  return [motif ?? '-', activites, jours, category || 'RIEN'].join('|');
}

function judged({ mode, metres, estIncoherent }: Control, scenario: Scenario): string {
  const km = mode?.actif ? Number(scenario.valeurs.get(mode.codeSeuil)) : '-';
  return [mode?.google ?? INCONNU, metres ?? '-', km, estIncoherent].join(' ');
}

function decide(salarie: Salarie, inputs: Inputs, scenario: Scenario): Verdict {
  const controle = control(salarie, inputs, scenario);
  const activites = scenario.comptees.filter(({ cle }) => cle === salarie.cle).length;
  const estBienEtre = activites >= Number(number(scenario, 'min_activites_bien_etre').digits);
  const jours = estBienEtre ? Number(number(scenario, 'jours_bien_etre').digits) : 0;
  return { salarie, controle, motif: motive(salarie, controle), activites, estBienEtre, jours };
}

/** Home to company. A mode that the referential does not know has a control of the mode `INCONNU`. */
function control({ adresse, mode: declared }: Salarie, inputs: Inputs, scenario: Scenario): Control | null {
  const mode = inputs.modes.find(({ libelle }) => normalise(libelle) === normalise(declared));
  if (adresse.trim() === '') return null;
  if (!mode) return { mode: null, metres: null, estIncoherent: false };
  const metres = inputs.trajets.get(`${adresse.trim()}|${mode.google}`) ?? null;
  if (metres === null) return null;
  return { mode, metres, estIncoherent: mode.actif && isBeyond(metres, number(scenario, mode.codeSeuil)) };
}

/** The first that holds, in the order of the rules. */
function motive({ salaire }: Salarie, controle: Control | null): string | null {
  if ((decimal(salaire)?.digits ?? 0n) === 0n) return 'salaire_manquant';
  if (!controle) return 'ctrl_trajet_manquant';
  if (!controle.mode) return 'ctrl_trajet_exclu';
  if (controle.estIncoherent) return 'ctrl_trajet_incoherent';
  return controle.mode.actif ? null : 'mode_non_sportif';
}

function isBeyond(metres: number, km: Decimal): boolean {
  return BigInt(metres) * 10n ** BigInt(km.scale) > km.digits * 1000n;
}

function number({ valeurs }: Scenario, code: string): Decimal {
  const value = decimal(valeurs.get(code) ?? '');
  if (!value) throw new Error(`${code} has no value`);
  return value;
}

function variableCost(eligible: readonly Verdict[], scenario: Scenario): string {
  const salaries = eligible.map(({ salarie }) => decimal(salarie.salaire) ?? { digits: 0n, scale: 0 });
  return euros(times(sum(salaries), number(scenario, 'taux_prime')));
}

function fixedCost(eligible: readonly Verdict[], scenario: Scenario): string {
  return euros(times({ digits: BigInt(eligible.length), scale: 0 }, number(scenario, 'montant_prime_fixe')));
}

/** A group of one or two eligible persons shows no variable cost, nor does the next smallest. */
function groups(
  verdicts: readonly Verdict[],
  scenario: Scenario,
  by: (salarie: Salarie) => string,
  always: readonly string[],
): Readonly<Record<string, string>> {
  const names = [...new Set([...always, ...verdicts.map(({ salarie }) => by(salarie))])];
  const members = names.map((name) => ({ name, all: verdicts.filter(({ salarie }) => by(salarie) === name) }));
  const sized = members.map(({ name, all }) => ({ name, all, in: all.filter(({ motif }) => motif === null) }));
  const small = sized.filter((group) => group.in.length > 0 && group.in.length <= SMALL_GROUP);
  const [next] = sized
    .filter((group) => group.in.length > SMALL_GROUP)
    .sort((a, b) => a.in.length - b.in.length || (a.name < b.name ? -1 : 1));
  const hidden = small.length > 0 ? [...small, next] : [];
  return Object.fromEntries(
    sized.map((group) => [
      group.name,
      [
        group.all.length,
        group.in.length,
        hidden.includes(group) ? '-' : variableCost(group.in, scenario),
        fixedCost(group.in, scenario),
        group.all.filter(({ estBienEtre }) => estBienEtre).length,
        group.all.reduce((total, { jours }) => total + jours, 0),
      ].join('|'),
    ]),
  );
}
