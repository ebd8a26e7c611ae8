import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import exceljs from 'exceljs';
import type { Workplace } from '../cli.ts';
import { readInputs } from './read.ts';
import type { Activite, Inputs } from './types.ts';
import { seconds } from './values.ts';

export const SALT = 'a-salt-for-tests';
const SAMPLE = 'sources/sample';

/** Columns of the two workbooks, counted from 1. */
export const RH = { id: 1, nom: 2, prenom: 3, naissance: 4, bu: 5, salaire: 7, adresse: 10, mode: 11 } as const;
export const SPORT = { id: 1, sport: 2 } as const;

/** What a project reads, as its files are now. */
export function inputsOf({ dir }: Workplace): Promise<Inputs> {
  const sample = (name: string): string => join(dir, SAMPLE, name);
  const files = { rh: sample('rh.xlsx'), sport: sample('sport.xlsx'), declarations: sample('declarations.csv') };
  return readInputs({ ...files, trajets: sample('trajets.csv'), seeds: join(dir, 'seeds') }, SALT);
}

export async function editWorkbook(
  { dir }: Workplace,
  name: 'rh' | 'sport',
  change: (sheet: exceljs.Worksheet) => void,
): Promise<void> {
  const path = join(dir, SAMPLE, `${name}.xlsx`);
  const book = new exceljs.Workbook();
  await book.xlsx.readFile(path);
  const [sheet] = book.worksheets;
  if (sheet) change(sheet);
  await book.xlsx.writeFile(path);
}

/** Row of an employee in a sheet, by the ID. */
export function rowOf(sheet: exceljs.Worksheet, id: string): exceljs.Row {
  const found: exceljs.Row[] = [];
  sheet.eachRow((row) => {
    if (String(row.getCell(RH.id).value) === id) found.push(row);
  });
  const [row] = found;
  if (!row) throw new Error(`no row of the employee ${id}`);
  return row;
}

/** @param file below the project folder */
export function editText({ dir }: Workplace, file: string, change: (text: string) => string): void {
  writeFileSync(join(dir, file), change(readFileSync(join(dir, file), 'utf8')));
}

/** Adds rows at the end of the sheet of declarations. */
export function declare(project: Workplace, rows: readonly (readonly string[])[]): void {
  const lines = rows.map((cells) => `${cells.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(',')}\r\n`);
  editText(project, `${SAMPLE}/declarations.csv`, (text) => `${text}${lines.join('')}`);
}

/** The simulated activities in force, as they landed. */
export async function simulatedIn({ rows }: Workplace): Promise<readonly Activite[]> {
  const landed = await rows(
    `select cle_salarie, date_activite, sport_type, distance_km, duree from raw.simulation_declaration
    where batch_id = (select max(batch_id) from ops.batch where source = 'simulation.declaration')`,
  );
  return landed.map(([cle, jour, type, km, duree]) => ({
    cle: cle ?? '',
    jour: jour ?? '',
    type: type ?? '',
    distanceM: km ? Math.round(Number(km) * 1000) : null,
    dureeSec: seconds(duree ?? '') ?? 0,
  }));
}
