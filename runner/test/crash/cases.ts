import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Workplace } from '../cli.ts';
import { declare, editWorkbook, inputsOf, RH, rowOf } from '../oracle/edits.ts';
import { declarationsAs } from '../oracle/oddities.ts';

/** What a run is given: files, and the day and environment of its command. Any two cases differ in a KPI. */
export interface Case {
  readonly declarations: 'few' | 'more';
  readonly workbook: 'before' | 'after';
  /** Values of the scenario that the company applies. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly day: string;
  readonly simulation: '0' | '1';
}

const PLAIN: Case = { declarations: 'few', workbook: 'before', parameters: {}, day: '2026-11-24', simulation: '0' };
const DEARER = { taux_prime: '0.07' };
// A new address is asked for everybody's commute: a source in the midst of the graph.
const MOVED = { adresse_entreprise: '"1 Rue Neuve, 34000 Montpellier"', montant_prime_fixe: '1234.5' };

/** All that a run may have to do: land, ask, build, withdraw, or only write anew what reads the day. */
export const CASES: readonly Case[] = [
  PLAIN,
  { ...PLAIN, parameters: DEARER },
  { ...PLAIN, declarations: 'more' },
  { ...PLAIN, workbook: 'after' },
  { ...PLAIN, declarations: 'more', parameters: MOVED },
  { ...PLAIN, day: '2026-10-24' },
  { ...PLAIN, simulation: '1' },
  { ...PLAIN, workbook: 'after', parameters: MOVED, day: '2026-10-24' },
  { ...PLAIN, declarations: 'more', workbook: 'after', simulation: '1' },
  { ...PLAIN, declarations: 'more', workbook: 'after', parameters: DEARER },
];

/** The others of these cases that one kind of run makes of this one: a build, unlike a pipeline, lands nothing. */
export function nextCases(cases: readonly Case[], current: Case, kind: 'incremental' | 'full'): readonly Case[] {
  const { declarations, workbook } = current;
  return cases.filter(
    (other) =>
      other !== current &&
      (kind === 'incremental' || (other.declarations === declarations && other.workbook === workbook)),
  );
}

const FILES = {
  rh: 'sources/sample/rh.xlsx',
  sheet: 'sources/sample/declarations.csv',
  seed: 'seeds/param_avantage.csv',
};

/** Keeps both versions of each file beside the project: somebody leaves, earns more, walks; people declare more. */
export async function prepareCases(project: Workplace): Promise<void> {
  const at = (file: string): string => join(project.dir, file);
  mkdirSync(at('cases'));
  copyFileSync(at(FILES.rh), at('cases/before.xlsx'));
  copyFileSync(at(FILES.sheet), at('cases/few.csv'));
  copyFileSync(at(FILES.seed), at('cases/parameters.csv'));
  const { salaries } = await inputsOf(project);
  const drivers = salaries.filter(({ mode }) => mode === 'véhicule thermique/électrique');
  const cyclists = salaries.filter(({ mode }) => mode === 'Vélo/Trottinette/Autres');
  await editWorkbook(project, 'rh', (sheet) => {
    rowOf(sheet, drivers[0]?.id ?? '').getCell(RH.mode).value = 'Marche/running';
    for (const { id } of cyclists) rowOf(sheet, id).getCell(RH.salaire).value = 31_234.5;
    sheet.spliceRows(Number(rowOf(sheet, drivers[1]?.id ?? '').number), 1);
  });
  declare(project, declarationsAs(salaries.slice(0, 28).map(({ nom, prenom }) => [nom, prenom])));
  copyFileSync(at(FILES.rh), at('cases/after.xlsx'));
  copyFileSync(at(FILES.sheet), at('cases/more.csv'));
}

export interface CaseRun {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Puts the files of a case in their places.
 * @param label the id of the run
 * @returns how `command` is run on them
 */
export function runOf(project: Workplace, given: Case, label: string, command: readonly string[]): CaseRun {
  const at = (file: string): string => join(project.dir, file);
  copyFileSync(at(`cases/${given.workbook}.xlsx`), at(FILES.rh));
  copyFileSync(at(`cases/${given.declarations}.csv`), at(FILES.sheet));
  const seed = Object.entries(given.parameters).reduce(
    (text, [code, value]) => text.replace(new RegExp(`^(reference,${code},).*(,[^,]*)$`, 'm'), `$1${value}$2`),
    readFileSync(at('cases/parameters.csv'), 'utf8'),
  );
  writeFileSync(at(FILES.seed), seed);
  return { args: [...command, '--as-of', given.day], env: { SIMULATION: given.simulation, RUN_LABEL: label } };
}
