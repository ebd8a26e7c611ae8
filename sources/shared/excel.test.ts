import { describe, expect, it } from 'vitest';
import { type SheetRow, sheetRows } from './excel.ts';
import { readInput } from './input.ts';
import { collect, faultOf, testContext, useTempDir, workbookBytes } from './testing.ts';

const folder = useTempDir();
const WANTED = [
  { column: 'id', header: 'ID salarié' },
  { column: 'nom', header: 'Nom' },
  { column: 'ville', header: 'Ville' },
];
const HEADERS = ['ID salarié', 'Nom', 'Ville'];

async function rowsOf(
  sheets: Parameters<typeof workbookBytes>[0],
  change?: Parameters<typeof workbookBytes>[1],
): Promise<SheetRow[]> {
  await folder.write('book.xlsx', await workbookBytes(sheets, change));
  const file = await readInput(testContext({ projectDir: folder.path(), env: { XLSX: 'book.xlsx' } }), 'XLSX');
  return collect(sheetRows(file, WANTED));
}

describe('the rows of a workbook', () => {
  it('come in the order of the headers asked, whatever the order and the spelling in the sheet', async () => {
    const rows = await rowsOf({
      'Feuille 1': [
        ['NOM', 'Note', 'ville ', 'id_salarie'],
        ['Fabre', 'x', 'Sète', 7],
      ],
    });
    expect(rows).toEqual([{ sheet: 'Feuille 1', number: 2, cells: ['7', 'Fabre', 'Sète'] }]);
  });

  it('keep the number that Excel shows, and empty ones are left out', async () => {
    const rows = await rowsOf({ A: [HEADERS, [1, 'a', 'b'], [], [' ', null, ''], [2, 'c', null]] });
    expect(rows.map(({ number, cells }) => [number, ...cells])).toEqual([
      [2, '1', 'a', 'b'],
      [5, '2', 'c', null],
    ]);
  });

  it('may stand under a title', async () => {
    const rows = await rowsOf({ A: [['Liste du personnel'], [], HEADERS, [1, 'a', 'b']] });
    expect(rows.map(({ number }) => number)).toEqual([4]);
  });

  it('are those of the sheet that has the headers, wherever it is', async () => {
    const rows = await rowsOf({ Aide: [['Mode d’emploi']], Modèle: [HEADERS], Données: [HEADERS, [1, 'a', 'b']] });
    expect(rows.map(({ sheet }) => sheet)).toEqual(['Données']);
  });

  it('of a hidden sheet do not count', async () => {
    const rows = await rowsOf({ Ancien: [HEADERS, [1, 'a', 'b']], Actuel: [HEADERS, [2, 'a', 'b']] }, (workbook) => {
      const [first] = workbook.worksheets;
      if (first !== undefined) first.state = 'hidden';
    });
    expect(rows.map(({ cells }) => cells[0])).toEqual(['2']);
  });

  it('keep their accents in a file of many blocks', async () => {
    const names = Array.from({ length: 1500 }, (_, index) => `${'é'.repeat(200 + (index % 7))}${index}`);
    const rows = await rowsOf({ A: [HEADERS, ...names.map((name, index) => [index, name, name])] });
    expect(rows.map(({ cells }) => cells[1])).toEqual(names);
  });
});

describe('a workbook is refused', () => {
  it('when no sheet has the headers, showing what each sheet has instead', async () => {
    const fault = await faultOf(rowsOf({ Budget: [['Poste', 'Montant']], Vide: [], Liste: [[12, 'Jeanne', 'Sète']] }));
    expect(fault).toMatchObject({
      code: 'EXCEL_NO_SHEET',
      place: 'book.xlsx',
      found: 'sheet "Budget", row 1: "Poste", "Montant", sheet "Liste", row 1: 3 cells that look like data, not shown',
    });
    expect(fault.hint).toContain('missing: "ID salarié", "Nom", "Ville"');
  });

  it('when a header is missing, with the near name', async () => {
    expect(
      await faultOf(
        rowsOf({
          A: [
            ['ID salarié', 'Nom', 'Vile'],
            [1, 'a', 'b'],
          ],
        }),
      ),
    ).toMatchObject({
      code: 'EXCEL_HEADER_MISSING',
      message: 'A header is missing: "Ville" (near: "Vile").',
      place: 'book.xlsx, sheet "A", row 1',
      found: '"ID salarié", "Nom", "Vile"',
    });
  });

  it('when a header is there twice', async () => {
    expect(
      await faultOf(
        rowsOf({
          A: [
            [...HEADERS, 'nom'],
            [1, 'a', 'b', 'c'],
          ],
        }),
      ),
    ).toMatchObject({
      code: 'EXCEL_HEADER_TWICE',
      message: 'A header is there twice: "Nom".',
    });
  });

  it('when there is no row under the headers', async () => {
    expect(await faultOf(rowsOf({ A: [HEADERS, [], [null, ' ']] }))).toMatchObject({
      code: 'EXCEL_NO_ROWS',
      place: 'book.xlsx, sheet "A"',
    });
  });

  it('when two sheets could be meant', async () => {
    const rows = [HEADERS, [1, 'a', 'b']];
    expect(await faultOf(rowsOf({ '2025': rows, '2026': rows }))).toMatchObject({
      code: 'EXCEL_TWO_SHEETS',
      found: '"2025", "2026"',
    });
  });
});
