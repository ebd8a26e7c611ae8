import { clock, type Declaration, declare } from './declaration-row.ts';
import { ENDURANCE } from './names.ts';
import type { Person } from './people.ts';
import type { Random } from './random.ts';

type Change = (row: Declaration) => Partial<Declaration>;

/** What people get wrong, each with the motive that it is rejected for. */
const REJECTED: readonly Change[] = [
  // nom_prenom_inconnu
  () => ({ nom: 'Vasseur-Inconnu', prenom: 'Paulin' }),
  (row) => ({ prenom: `${row.prenom}x` }),
  (row) => ({ nom: '', prenom: row.prenom }),
  // sport_manquant
  () => ({ sport: '' }),
  () => ({ sport: '   ' }),
  // date_invalide
  () => ({ date: '31/02/2026' }),
  () => ({ date: '2026-03-14' }),
  () => ({ date: 'hier' }),
  () => ({ date: '' }),
  // date_future: a year mistyped, far enough to stay in the future
  () => ({ date: '12/05/2062' }),
  () => ({ date: '03/09/2206' }),
  // duree_invalide
  () => ({ duree: '45 min' }),
  () => ({ duree: '00:00:00' }),
  () => ({ duree: '25:10:00' }),
  () => ({ duree: '01:75:00' }),
  () => ({ duree: '' }),
  // distance_invalide
  () => ({ sport: 'Runing', distance: '1e3' }),
  () => ({ sport: 'Runing', distance: '-3' }),
  () => ({ sport: 'Randonnée', distance: '10 km' }),
  () => ({ sport: 'Natation', distance: 'NaN' }),
];

/** Unusual but right: aliases, decimal commas, zeros left out, and a sport that the company doesn't list. */
const ACCEPTED: readonly Change[] = [
  () => ({ sport: 'Rando', distance: '12,5' }),
  () => ({ sport: 'rando', distance: '8' }),
  () => ({ sport: 'RUNING ', distance: '7,25' }),
  () => ({ sport: 'running', distance: '10.0' }),
  () => ({ sport: 'Course à pied', distance: '5,4' }),
  () => ({ sport: 'Basket-ball', distance: '' }),
  () => ({ sport: 'equitation', distance: '' }),
  () => ({ sport: 'Pétanque', distance: '' }),
  () => ({ sport: 'Pétanque', distance: '' }),
  (row) => ({ date: row.date.replace(/(^|\/)0/g, '$1') }),
  (row) => ({ date: row.date.replace(/(^|\/)0/g, '$1'), duree: '1:05:00' }),
  (row) => ({ nom: row.nom.toUpperCase() }),
  (row) => ({ prenom: ` ${row.prenom} ` }),
  () => ({ sport: 'Tennis', distance: '3' }),
  () => ({ sport: 'Runing', distance: '' }),
];

const MINUTE_MS = 60_000;
const NEAR_DUPLICATES = 8;
const SECOND_ACTIVITIES = 14;

/** The same declarations with what people do to them: oddities, answers sent twice, second activities, faults. */
export function withFaults(
  rows: readonly Declaration[],
  people: readonly Person[],
  random: Random,
): readonly Declaration[] {
  const [odd, rest] = cut(random.shuffle(rows), ACCEPTED.length);
  const [sentTwice, rest2] = cut(rest, NEAR_DUPLICATES);
  const [twoThatDay, rest3] = cut(rest2, SECOND_ACTIVITIES);
  const [models] = cut(rest3, REJECTED.length);
  const homonym = people.find((person) => people.filter((other) => hasSameName(person, other)).length > 1);
  return [
    ...rows.filter((row) => !odd.includes(row)),
    ...odd.map((row, index) => ({ ...row, ...ACCEPTED[index]?.(row) })),
    ...sentTwice.map((row) => ({ ...row, sentAt: row.sentAt + random.int(1, 20) * MINUTE_MS, commentaire: '' })),
    ...twoThatDay.map((row) => secondActivity(row, random)),
    ...models.map((row, index) => ({
      ...row,
      ...REJECTED[index]?.(row),
      sentAt: row.sentAt + random.int(1, 600) * 1000,
    })),
    // nom_prenom_ambigu
    ...(homonym ? ['2026-02-07', '2026-05-16', '2026-09-12'] : []).map((day) =>
      declare(homonym as Person, day, 'Tennis', random),
    ),
  ];
}

export function hasSameName(left: Person, right: Person): boolean {
  return left.nom === right.nom && left.prenom === right.prenom;
}

function secondActivity(row: Declaration, random: Random): Declaration {
  const sport = random.pick(['Natation', 'Boxe', 'Football', 'Runing', 'Escalade']);
  return {
    ...row,
    sentAt: row.sentAt + random.int(5, 55) * MINUTE_MS,
    sport,
    distance: ENDURANCE.includes(sport) ? random.float(1, 9).toFixed(1) : '',
    duree: clock(random.int(1300, 5000)),
    commentaire: 'Deuxième séance du jour',
  };
}

function cut<T>(items: readonly T[], count: number): readonly [readonly T[], readonly T[]] {
  return [items.slice(0, count), items.slice(count)];
}
