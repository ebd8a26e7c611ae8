import { ENDURANCE, FIRST_NAMES, LAST_NAMES, OTHER_SPORTS, SPECIAL_NAMES, STREETS, TOWNS, type Town } from './names.ts';
import type { Random } from './random.ts';

const EMPLOYEES = 160;

const UNITS = ['Finance', 'Marketing', 'R&D', 'Support', 'Ventes'] as const;

/** How many employees come by each mode: about 45 % drive, 33 % cycle, 12 % take the tram or bus, 9 % walk or run. */
const MODES = [
  { label: 'véhicule thermique/électrique', count: 73, usualKm: 40, beyondKm: 0, beyond: 0 },
  { label: 'Vélo/Trottinette/Autres', count: 53, usualKm: 20, beyondKm: 25, beyond: 3 },
  { label: 'Transports en commun', count: 19, usualKm: 20, beyondKm: 0, beyond: 0 },
  { label: 'Marche/running', count: 15, usualKm: 6, beyondKm: 15, beyond: 2 },
] as const;

export interface Person {
  readonly id: number;
  readonly nom: string;
  readonly prenom: string;
  /** `YYYY-MM-DD` */
  readonly naissance: string;
  readonly unit: string;
  readonly embauche: string;
  /** Gross, euros a year. */
  readonly salaire: number;
  readonly contrat: string;
  readonly joursConges: number;
  readonly adresse: string;
  /** From home to the company by road, kilometres. */
  readonly km: number;
  readonly mode: string;
  /** What HR was told; `null` for about 60 % of the employees. */
  readonly sport: string | null;
}

/** The company: fictitious employees in the order of the file. */
export function makePeople(random: Random): readonly Person[] {
  const names = makeNames(random);
  const commutes = makeCommutes(random);
  const ids = new Set<number>();
  while (ids.size < EMPLOYEES) ids.add(random.int(10_000, 99_999));
  const sports = random.shuffle(Array.from({ length: EMPLOYEES }, (_, index) => index < EMPLOYEES * 0.4));
  return random.shuffle([...ids]).map((id, index) => {
    const [nom, prenom] = names[index] ?? ['', ''];
    const { mode, town } = commutes[index] ?? { mode: '', town: { name: '', km: 0 } };
    const birthYear = random.int(1963, 2003);
    return {
      id,
      nom,
      prenom,
      naissance: day(random, birthYear),
      unit: random.pick(UNITS),
      embauche: day(random, random.int(Math.max(2008, birthYear + 20), 2025)),
      salaire: random.int(2400, 7600) * 10,
      contrat: random.chance(0.85) ? 'CDI' : 'CDD',
      joursConges: random.int(25, 29),
      adresse: `${random.int(1, 180)} ${random.pick(STREETS)}, ${town.name}`,
      km: Math.max(0.4, town.km * random.float(0.9, 1.1)),
      mode,
      sport: sports[index] ? random.pick([...ENDURANCE, ...OTHER_SPORTS]) : null,
    };
  });
}

/** Every full name once, but for the homonyms among the special ones; surnames do come back. */
function makeNames(random: Random): readonly (readonly [string, string])[] {
  const taken = new Set(SPECIAL_NAMES.map((name) => name.join(' ')));
  const names: (readonly [string, string])[] = [...SPECIAL_NAMES];
  while (names.length < EMPLOYEES) {
    const name = [random.pick(LAST_NAMES), random.pick(FIRST_NAMES)] as const;
    if (!taken.has(name.join(' '))) names.push(name);
    taken.add(name.join(' '));
  }
  return random.shuffle(names);
}

/** Who walks or cycles lives near, but for a few who can't be believed. */
function makeCommutes(random: Random): readonly { readonly mode: string; readonly town: Town }[] {
  const commutes = MODES.flatMap(({ label, count, usualKm, beyondKm, beyond }) =>
    Array.from({ length: count }, (_, index) => {
      const isBeyond = index < beyond;
      // A tenth more than the limit, since the distance of a person varies by that much around the town's.
      const towns = TOWNS.filter(({ km }) => (isBeyond ? km > beyondKm * 1.15 : km < usualKm));
      return { mode: label, town: random.pick(towns) };
    }),
  );
  return random.shuffle(commutes);
}

function day(random: Random, year: number): string {
  return `${year}-${String(random.int(1, 12)).padStart(2, '0')}-${String(random.int(1, 28)).padStart(2, '0')}`;
}
