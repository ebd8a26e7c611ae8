import type { Workplace } from './cli.ts';

/** What tells a person of the project's employees, or what one of them earns or wrote: each value as anybody may write it. */
export async function personalValues(place: Pick<Workplace, 'rows'>): Promise<readonly string[]> {
  const people = await place.rows(
    `select nom, prenom, adresse_domicile, id_salarie, date_naissance::text, to_char(date_naissance, 'DD/MM/YYYY'),
       salaire_brut::text, trim_scale(salaire_brut)::text
     from sec.rh_salarie`,
  );
  const comments = await place.rows('select distinct commentaire from staging.stg_gsheet__declaration');
  // Shorter ones stand in too many words.
  const values = [...people, ...comments].flat().filter((value) => value !== null && value.length > 3);
  return [...new Set(values as readonly string[])];
}

/** Those of the values that stand in the text as words or numbers of their own. */
export function found(values: readonly string[], text: string): readonly string[] {
  // Most values are ruled out by their words, at once: an expression for each would take seconds.
  const words = new Set(text.match(WORDS));
  return values.filter((value) => value.match(WORDS)?.every((one) => words.has(one)) && word(value).test(text));
}

const WORDS = /[\p{L}\p{N}]+/gu;

function word(value: string): RegExp {
  return new RegExp(`(?<![\\p{L}\\p{N}.])${value.replace(/[.*+?^$()|[\]\\{}]/g, '\\$&')}(?![\\p{L}\\p{N}])`, 'u');
}
