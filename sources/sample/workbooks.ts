import exceljs from 'exceljs';
import type { Person } from './people.ts';
import { fixZipDates } from './zip-dates.ts';

const SHEET = 'Feuille 1';
const DATE_FORMAT = 'd/m/yyyy';
const FONT = { name: 'Calibri', size: 11 };
/** The sport sheet ends here: below the data its cells hold a style and nothing else, as in the company's file. */
const LAST_SPORT_ROW = 1000;

export async function rhWorkbook(people: readonly Person[]): Promise<Buffer> {
  const { workbook, sheet } = newWorkbook([
    ['ID salarié', 11],
    ['Nom', 20],
    ['Prénom', 14],
    ['Date de naissance', 18],
    ['BU', 11],
    ["Date d'embauche", 16],
    ['Salaire brut', 13],
    ['Type de contrat', 15],
    ['Nombre de jours de CP', 21],
    ['Adresse du domicile', 50],
    ['Moyen de déplacement', 30],
  ]);
  for (const person of people) {
    const row = sheet.addRow([
      person.id,
      person.nom,
      person.prenom,
      new Date(person.naissance),
      person.unit,
      new Date(person.embauche),
      person.salaire,
      person.contrat,
      person.joursConges,
      person.adresse,
      person.mode,
    ]);
    row.font = FONT;
    row.getCell(4).numFmt = DATE_FORMAT;
    row.getCell(6).numFmt = DATE_FORMAT;
  }
  return toBytes(workbook);
}

export async function sportWorkbook(people: readonly Person[]): Promise<Buffer> {
  const { workbook, sheet } = newWorkbook([
    ['ID salarié', 11],
    ["Pratique d'un sport", 20],
  ]);
  for (const { id, sport } of people.toSorted((left, right) => left.id - right.id)) sheet.addRow([id, sport]);
  for (let row = 2; row <= LAST_SPORT_ROW; row += 1) {
    for (const column of [1, 2]) sheet.getCell(row, column).font = FONT;
  }
  // exceljs counts only the cells that hold something.
  Object.defineProperty(sheet, 'dimensions', { value: `A1:B${LAST_SPORT_ROW}` });
  return toBytes(workbook);
}

function newWorkbook(columns: readonly (readonly [header: string, width: number])[]): {
  readonly workbook: exceljs.Workbook;
  readonly sheet: exceljs.Worksheet;
} {
  const workbook = new exceljs.Workbook();
  // exceljs would write the time of day.
  workbook.created = new Date('2026-11-01T08:00:00Z');
  workbook.modified = workbook.created;
  workbook.creator = 'sample';
  workbook.lastModifiedBy = 'sample';
  const sheet = workbook.addWorksheet(SHEET);
  sheet.columns = columns.map(([header, width]) => ({ header, width }));
  sheet.getRow(1).font = { ...FONT, bold: true };
  return { workbook, sheet };
}

async function toBytes(workbook: exceljs.Workbook): Promise<Buffer> {
  return fixZipDates(Buffer.from(await workbook.xlsx.writeBuffer()));
}
