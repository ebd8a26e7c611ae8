import type { Request } from '../../runner/landing/types.ts';
import { sourceFault } from '../shared/fault.ts';

/** One employee, as the model `profil_simulation` describes them. */
export interface Profile {
  readonly cleSalarie: string;
  readonly modeGoogle: string | null;
  readonly sportsEndurance: readonly string[];
  readonly sportsAutres: readonly string[];
  /** Activities per month, both included. */
  readonly minMois: number;
  readonly maxMois: number;
  /** First and last day of the activities, both included, `YYYY-MM-DD`. */
  readonly debut: string;
  readonly fin: string;
}

/** @throws a fault that names the employee's pseudonym and the column */
export function toProfile(request: Request): Profile {
  const cleSalarie = request.cle_salarie ?? '';
  if (cleSalarie === '') throw badProfile('without key', 'cle_salarie', 'a key', null);
  const profile = {
    cleSalarie,
    modeGoogle: request.mode_google ?? null,
    sportsEndurance: labels(request.sports_endurance),
    sportsAutres: labels(request.sports_autres),
    minMois: count(request, 'min_mois', cleSalarie),
    maxMois: count(request, 'max_mois', cleSalarie),
    debut: day(request, 'debut', cleSalarie),
    fin: day(request, 'fin', cleSalarie),
  };
  if (profile.maxMois < profile.minMois) {
    throw badProfile(cleSalarie, 'max_mois', `at least min_mois (${profile.minMois})`, String(profile.maxMois));
  }
  if (profile.sportsEndurance.length + profile.sportsAutres.length === 0) {
    throw badProfile(cleSalarie, 'sports_endurance', 'a sport there or in sports_autres', null);
  }
  return profile;
}

function labels(text: string | null | undefined): readonly string[] {
  return (text ?? '').split('|').filter((label) => label !== '');
}

function count(request: Request, column: string, cle: string): number {
  const text = request[column] ?? '';
  if (/^\d{1,3}$/.test(text)) return Number(text);
  throw badProfile(cle, column, 'a whole number from 0 to 999', text);
}

function day(request: Request, column: string, cle: string): string {
  const text = request[column] ?? '';
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text));
  if (isDay) return text;
  throw badProfile(cle, column, 'a day, YYYY-MM-DD', text);
}

function badProfile(cle: string, column: string, expected: string, found: string | null): Error {
  return sourceFault(`The profile of ${cle} has a wrong ${column}.`, {
    code: 'SIMULATION_PROFILE',
    place: `profil_simulation, ${cle}, column ${column}`,
    expected,
    found: found || 'nothing',
    hint: 'Correct the model profil_simulation.',
  });
}
