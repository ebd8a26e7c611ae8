import exceljs, { type CellValue } from 'exceljs';
import type { Person } from './people.ts';

const SHEET = 'Feuille 1';
const DATE_FORMAT = 'd/m/yyyy';
const FONT = { name: 'Calibri', size: 11 };
/** 1 November 2026, 08:00:00, as a zip has it: the date in the upper 16 bits, the time in the lower. */
const ZIP_DATE = ((((2026 - 1980) << 9) | (11 << 5) | 1) << 16) | (8 << 11);
/** The sport sheet ends here: below the data its cells hold a style and nothing else, as in the company's file. */
const LAST_SPORT_ROW = 1000;

const RH_COLUMNS: readonly (readonly [header: string, width: number, value: (person: Person) => CellValue])[] = [
  ['ID salarié', 11, (person) => person.id],
  ['Nom', 20, (person) => person.nom],
  ['Prénom', 14, (person) => person.prenom],
  ['Date de naissance', 18, (person) => new Date(person.naissance)],
  ['BU', 11, (person) => person.unit],
  ["Date d'embauche", 16, (person) => new Date(person.embauche)],
  ['Salaire brut', 13, (person) => person.salaire],
  ['Type de contrat', 15, (person) => person.contrat],
  ['Nombre de jours de CP', 21, (person) => person.joursConges],
  ['Adresse du domicile', 50, (person) => person.adresse],
  ['Moyen de déplacement', 30, (person) => person.mode],
];

export async function rhWorkbook(people: readonly Person[]): Promise<Buffer> {
  const { workbook, sheet } = newWorkbook(RH_COLUMNS);
  for (const person of people) {
    const row = sheet.addRow(RH_COLUMNS.map(([, , value]) => value(person)));
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

function newWorkbook(columns: readonly (readonly [header: string, width: number, ...unknown[]])[]): {
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

/** Gives all entries of an archive one date: else its bytes would differ with the time of writing. */
function fixZipDates(zip: Buffer): Buffer {
  const end = zip.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  let at = zip.readUInt32LE(end + 16);
  for (let left = zip.readUInt16LE(end + 10); left > 0; left -= 1) {
    zip.writeUInt32LE(ZIP_DATE, at + 12);
    zip.writeUInt32LE(ZIP_DATE, zip.readUInt32LE(at + 42) + 10);
    at += 46 + zip.readUInt16LE(at + 28) + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
  }
  return zip;
}
