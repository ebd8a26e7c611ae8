import type { Activite, Declaration, Inputs, Salarie } from './types.ts';
import { decimal, frenchDay, normalise, rounded, seconds } from './values.ts';

export const INCONNU = 'INCONNU';

export interface Declared {
  readonly rejets: readonly string[];
  readonly anomalies: readonly string[];
  readonly activites: readonly Activite[];
}

interface Accepted extends Activite {
  readonly ligne: number;
  /** Sorts as the moment does; empty when it can't be read. */
  readonly moment: string;
}

/** What becomes of each row of the sheet. */
export function judgeDeclarations(inputs: Inputs, jour: string): Declared {
  const rejets: string[] = [];
  const accepted: Accepted[] = [];
  const anomalies: (readonly [number, string])[] = [];
  const everybody = [...inputs.salaries, ...inputs.anciens];
  for (const row of inputs.declarations) {
    const named = everybody.filter((one) => fullName(one) === fullName(row));
    const motive = reasonToReject(row, named.length, jour);
    const [salarie] = named;
    if (motive !== null || salarie === undefined) {
      rejets.push(`${row.ligne} ${motive}`);
      continue;
    }
    const activity = accept(row, salarie, inputs);
    accepted.push(activity);
    const declared = salarie.sport.trim() === '' ? null : typeOf(salarie.sport, inputs);
    if (declared === null) anomalies.push([row.ligne, `sport_non_declare ${salarie.cle}`]);
    else if (declared !== activity.type) anomalies.push([row.ligne, `sport_different ${salarie.cle}`]);
  }
  const { kept, aside } = onePerDay(accepted);
  const found = [...anomalies, ...aside].sort(([a, left], [b, right]) => a - b || (left < right ? -1 : 1));
  return { rejets, anomalies: found.map(([ligne, text]) => `${ligne} ${text}`), activites: kept };
}

function fullName({ nom, prenom }: { readonly nom: string; readonly prenom: string }): string {
  return `${normalise(nom)}|${normalise(prenom)}`;
}

/** The first motive that holds. */
function reasonToReject(row: Declaration, homonyms: number, jour: string): string | null {
  const date = frenchDay(row.date);
  if (homonyms === 0) return 'nom_prenom_inconnu';
  if (homonyms > 1) return 'nom_prenom_ambigu';
  if (row.sport.trim() === '') return 'sport_manquant';
  if (date === null) return 'date_invalide';
  if (date > jour) return 'date_future';
  if (seconds(row.duree) === null) return 'duree_invalide';
  if (row.distance.trim() !== '' && decimal(row.distance) === null) return 'distance_invalide';
  return null;
}

function accept(row: Declaration, salarie: Salarie, inputs: Inputs): Accepted {
  const type = typeOf(row.sport, inputs);
  const km = decimal(row.distance);
  const isMeasured = inputs.types.get(normalise(row.sport))?.categorie === 'ENDURANCE';
  return {
    ligne: row.ligne,
    moment: moment(row.horodateur),
    cle: salarie.cle,
    jour: frenchDay(row.date) ?? '',
    type,
    distanceM: isMeasured && km ? Number(rounded(km, 3)) : null,
    dureeSec: seconds(row.duree) ?? 0,
  };
}

/** `DD/MM/YYYY HH:MM:SS` (leading zeros may lack); one that can't be read is before all others. */
function moment(text: string): string {
  const [day = '', time = ''] = text.trim().split(/\s+/);
  const isTime = /^([01]?\d|2[0-3]):[0-5]\d:[0-5]\d$/.test(time);
  return frenchDay(day) && isTime ? `${frenchDay(day)} ${time.padStart(8, '0')}` : '';
}

function typeOf(sport: string, { types }: Inputs): string {
  return types.get(normalise(sport))?.libelle ?? INCONNU;
}

/** The latest `Horodateur` wins, then the longest, then the last row of the sheet. */
function onePerDay(accepted: readonly Accepted[]): {
  readonly kept: readonly Accepted[];
  readonly aside: readonly (readonly [number, string])[];
} {
  const days = new Map<string, readonly Accepted[]>();
  for (const one of accepted) {
    const day = `${one.cle} ${one.jour}`;
    days.set(day, [...(days.get(day) ?? []), one]);
  }
  const kept: Accepted[] = [];
  const aside: (readonly [number, string])[] = [];
  for (const rows of days.values()) {
    const [winner, ...others] = rows.toSorted(
      (a, b) => compare(b.moment, a.moment) || b.dureeSec - a.dureeSec || b.ligne - a.ligne,
    );
    if (winner) kept.push(winner);
    for (const other of others) {
      const isTwin =
        other.type === winner?.type && other.dureeSec === winner.dureeSec && other.distanceM === winner.distanceM;
      aside.push([
        other.ligne,
        `${isTwin ? 'doublon_quasi_identique_ecarte' : 'plusieurs_activites_jour'} ${other.cle}`,
      ]);
    }
  }
  return { kept, aside };
}

function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
