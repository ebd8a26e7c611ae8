import { ENDURANCE } from './names.ts';
import type { Person } from './people.ts';
import type { Random } from './random.ts';

const COMMENTS: readonly string[] = [
  'Superbe météo aujourd\u2019hui',
  'Reprise en douceur',
  'Avec les collègues !',
  '"Jamais deux sans trois", disait le coach',
  'Parcours : Lattes, Pérols, retour par les étangs',
  'Première séance 💪',
  'Jambes lourdes 😅, mais ça passe',
  '<!channel> qui vient dimanche ?',
  'Tour du lac & pique-nique <3',
  'Montée\npuis descente',
];

/** One answer: each cell as the form's user typed it. */
export interface Declaration {
  /** When it was sent, milliseconds since 1970, on the clock of Paris. */
  readonly sentAt: number;
  readonly nom: string;
  readonly prenom: string;
  /** `DD/MM/YYYY`, or what was typed instead. */
  readonly date: string;
  readonly sport: string;
  readonly distance: string;
  readonly duree: string;
  readonly commentaire: string;
}

const COLUMNS: readonly (readonly [header: string, cell: (row: Declaration) => string])[] = [
  ['Horodateur', (row) => timestamp(row.sentAt)],
  ['Nom', (row) => row.nom],
  ['Prénom', (row) => row.prenom],
  ['Date', (row) => row.date],
  ['Sport type', (row) => row.sport],
  ['Distance parcourue en kms', (row) => row.distance],
  ["Durée de l'activité", (row) => row.duree],
  ['Commentaire', (row) => row.commentaire],
];

/** A declaration without fault, sent on the evening of the day (`YYYY-MM-DD`). */
export function declare(person: Person, day: string, sport: string, random: Random): Declaration {
  const km = random.float(2, 18);
  const seconds = ENDURANCE.includes(sport) ? Math.round(km * random.float(330, 720)) : random.int(1500, 7200);
  return {
    sentAt: Date.parse(day) + random.int(18 * 3600, 23 * 3600 - 1) * 1000,
    nom: person.nom,
    prenom: person.prenom,
    date: frenchDate(day),
    sport,
    distance: ENDURANCE.includes(sport) ? km.toFixed(1) : '',
    duree: clock(Math.min(seconds, 4 * 3600)),
    commentaire: random.chance(0.3) ? random.pick(COMMENTS) : '',
  };
}

function frenchDate(day: string): string {
  return day.split('-').reverse().join('/');
}

/** `HH:MM:SS`, for less than a day. */
export function clock(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(11, 19);
}

/** As Google exports a sheet: CRLF between records, quotes only where they are needed. */
export function toCsv(declarations: readonly Declaration[]): string {
  const rows = declarations.map((row) => COLUMNS.map(([, cell]) => cell(row)));
  return [COLUMNS.map(([header]) => header), ...rows].map((cells) => `${cells.map(quoted).join(',')}\r\n`).join('');
}

function timestamp(time: number): string {
  const iso = new Date(time).toISOString();
  return `${frenchDate(iso.slice(0, 10))} ${iso.slice(11, 19)}`;
}

function quoted(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
