import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { Loader, RawRow, Request } from '../../runner/landing/types.ts';
import { extract, testContext } from '../shared/testing.ts';
import { makeSample } from './sample.ts';

const PROJECT = resolve(import.meta.dirname, '../..');

interface Tables {
  readonly sources: Readonly<
    Record<
      string,
      {
        readonly tables: Readonly<
          Record<
            string,
            {
              readonly loader: string;
              readonly columns: readonly string[];
              readonly env: Readonly<Record<string, string | null | { readonly default: string }>>;
            }
          >
        >;
      }
    >
  >;
}

/** Runs a loader as sources.yml describes it, with the defaults of its variables. */
async function landed(
  system: string,
  table: string,
  requests: readonly Request[] = [],
): Promise<Record<string, string | null>[]> {
  const { sources } = parse(await readFile(resolve(PROJECT, 'sources/sources.yml'), 'utf8')) as Tables;
  const spec = sources[system]?.tables[table];
  if (spec === undefined) throw new Error(`no source ${system}.${table}`);
  const file = spec.loader.replace(/^dist\/sources\//, '../').replace(/\.js$/, '.ts');
  const { default: load } = (await import(file)) as { readonly default: Loader };
  const defaults = Object.entries(spec.env).flatMap(([name, value]) => {
    const text = typeof value === 'string' ? value : value?.default;
    return text === undefined ? [] : [[name, text]];
  });
  const env = { ...Object.fromEntries(defaults), P12_PSEUDO_SALT: 'sel-de-test' };
  const { all } = await extract(load, testContext({ projectDir: PROJECT, columns: spec.columns, env, requests }));
  return all.map(({ cells }: RawRow) =>
    Object.fromEntries(spec.columns.map((column, index) => [column, cells[index] ?? null])),
  );
}

describe('the sample', () => {
  it('is what its generator makes, byte for byte', async () => {
    for (const [name, bytes] of await makeSample()) {
      const committed = await readFile(resolve(import.meta.dirname, name));
      expect(bytes.equals(committed), `${name}: run "npm run sample" and commit what it writes`).toBe(true);
    }
  });

  it('has the shape of the company: 160 employees, five units, the modes in their shares', async () => {
    const people = await landed('rh', 'salarie');
    const count = (column: string, value: string): number => people.filter((row) => row[column] === value).length;
    expect(people).toHaveLength(160);
    expect(new Set(people.map(({ bu }) => bu))).toEqual(new Set(['Finance', 'Marketing', 'R&D', 'Support', 'Ventes']));
    expect(count('moyen_deplacement', 'véhicule thermique/électrique')).toBe(73);
    expect(count('moyen_deplacement', 'Marche/running')).toBe(15);
    expect(people.every((row) => /^\d{4}-\d\d-\d\d$/.test(`${row.date_naissance}`))).toBe(true);
    expect(people.every((row) => /^\d{5}$/.test(`${row.salaire_brut}`))).toBe(true);
  });

  it('has a sport for 40 % of the employees, and hundreds of empty rows that are no employees', async () => {
    const sports = await landed('sport', 'pratique');
    expect(sports).toHaveLength(160);
    expect(sports.filter((row) => row.pratique_sport !== null)).toHaveLength(64);
    expect((await readFile(resolve(import.meta.dirname, 'sport.xlsx'))).length).toBeGreaterThan(12_000);
  });

  it('has two employees with one name, and names that are hard on a matching', async () => {
    const names = (await landed('rh', 'salarie')).map(({ nom, prenom }) => `${prenom} ${nom}`);
    expect(names.length - new Set(names).size).toBe(1);
    expect(names).toContain("Jean-Noël D'Hauterive-Lacaze");
  });

  it('has about 800 declarations, with the faults that people make', async () => {
    const rows = await landed('gsheet', 'declaration');
    expect(rows.length).toBeGreaterThan(750);
    expect(rows.length).toBeLessThan(900);
    expect(rows.some(({ commentaire }) => commentaire?.includes('<!channel>'))).toBe(true);
    expect(rows.some(({ commentaire }) => commentaire?.includes('\n'))).toBe(true);
    for (const sport of ['Rando', 'RUNING ', 'Pétanque'])
      expect(rows.map(({ sport_type }) => sport_type)).toContain(sport);
    for (const date of ['31/02/2026', 'hier', '12/05/2062'])
      expect(rows.map((row) => row.date_activite)).toContain(date);
    for (const duree of ['00:00:00', '25:10:00', '45 min']) expect(rows.map((row) => row.duree)).toContain(duree);
    for (const km of ['1e3', '-3', 'NaN', '12,5']) expect(rows.map((row) => row.distance_km)).toContain(km);
  });

  it('has an answer for the commute of every employee by every mode, two of them that the address is not found', async () => {
    const homes = new Set((await landed('rh', 'salarie')).map((row) => row.adresse_domicile));
    const modes = ['walking', 'bicycling', 'transit', 'driving'];
    const requests = [...homes].flatMap((adresse) =>
      modes.map((mode) => ({ adresse: adresse ?? '', destination: 'X', mode })),
    );
    const answers = await landed('gmaps', 'trajet', requests);
    expect(answers).toHaveLength(requests.length);
    const lost = answers.filter(({ statut }) => statut === 'NOT_FOUND').map(({ adresse }) => adresse);
    expect(new Set(lost).size).toBe(2);
  });
});
