import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import exceljs from 'exceljs';
import type { Declaration, Inputs, Salarie } from './types.ts';
import { normalise } from './values.ts';

export interface Files {
  readonly rh: string;
  readonly sport: string;
  readonly declarations: string;
  readonly trajets: string;
  /** Folder of the referentials and parameters. */
  readonly seeds: string;
}

/** Reads the files that a run reads; nobody has left and nothing is simulated. */
export async function readInputs(files: Files, salt: string): Promise<Inputs> {
  const seed = (name: string): readonly (readonly string[])[] => csv(join(files.seeds, `${name}.csv`));
  const types = new Map(
    seed('type_activite').map(([libelle = '', categorie = '']) => [normalise(libelle), { libelle, categorie }]),
  );
  for (const [alias = '', libelle = ''] of seed('type_activite_alias')) {
    const type = types.get(normalise(libelle));
    if (type) types.set(normalise(alias), type);
  }
  return {
    salaries: await readSalaries(files, salt),
    anciens: [],
    declarations: csv(files.declarations).map(asDeclaration),
    trajets: new Map(
      csv(files.trajets).map(([adresse, mode, statut, distance]) => [
        `${adresse}|${mode}`,
        statut === 'OK' ? Number(distance) : null,
      ]),
    ),
    modes: seed('mode_deplacement').map(([libelle = '', google = '', actif = '', codeSeuil = '']) => ({
      libelle,
      google,
      actif: actif === 'true',
      codeSeuil,
    })),
    types,
    parametres: seed('param_avantage').map(([scenario = '', code = '', valeur = '', dateEffet = '']) => ({
      scenario,
      code,
      valeur,
      dateEffet,
    })),
    simulees: [],
  };
}

/** Records below the header. */
function csv(path: string): readonly (readonly string[])[] {
  return (parse(readFileSync(path), { bom: true }) as string[][]).slice(1);
}

function asDeclaration(row: readonly string[], index: number): Declaration {
  const [horodateur = '', nom = '', prenom = '', date = '', sport = '', distance = '', duree = ''] = row;
  return { ligne: index + 2, horodateur, nom, prenom, date, sport, distance, duree };
}

async function readSalaries({ rh, sport }: Files, salt: string): Promise<readonly Salarie[]> {
  const sports = new Map((await sheet(sport)).map(([id = '', name = '']) => [id, name]));
  return (await sheet(rh)).map(([id = '', nom = '', prenom = '', naissance = '', bu = '', , salaire = '', ...rest]) => {
    const [, , adresse = '', mode = ''] = rest;
    const cle = `sal_${createHmac('sha256', salt).update(id).digest('hex').slice(0, 16)}`;
    return { id, cle, nom, prenom, naissance, bu, salaire, adresse, mode, sport: sports.get(id) ?? '' };
  });
}

/** The rows below the header that have an ID, each cell as text. */
async function sheet(path: string): Promise<readonly (readonly string[])[]> {
  const book = new exceljs.Workbook();
  await book.xlsx.readFile(path);
  const rows: string[][] = [];
  book.worksheets[0]?.eachRow((row, number) => {
    const cells = Array.from({ length: 11 }, (_, index) => cellText(row.getCell(index + 1).value));
    if (number > 1 && cells[0] !== '') rows.push(cells);
  });
  return rows;
}

function cellText(value: exceljs.CellValue): string {
  if (value === null || value === undefined) return '';
  return value instanceof Date ? value.toISOString().slice(0, 10) : String(value);
}
