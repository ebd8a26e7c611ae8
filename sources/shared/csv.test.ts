import { describe, expect, it } from 'vitest';
import type { RawRow } from '../../runner/landing/types.ts';
import { csvRows } from './csv.ts';
import { csvOfBytes } from './csv-input.ts';
import { collect, faultOf } from './testing.ts';

const WANTED = [
  { column: 'nom', header: 'Nom' },
  { column: 'duree', header: 'Durée' },
  { column: 'commentaire', header: 'Commentaire' },
];

interface Read {
  readonly rows: RawRow[];
  readonly notices: string[];
}

async function read(content: string | Buffer): Promise<Read> {
  const notices: string[] = [];
  const input = csvOfBytes({ place: 'd.csv', bytes: Buffer.from(content) });
  return { rows: await collect(csvRows(input, WANTED, (message) => notices.push(message))), notices };
}

async function cells(content: string | Buffer): Promise<(readonly (string | null)[])[]> {
  return (await read(content)).rows.map((row) => row.cells);
}

describe('a CSV is read', () => {
  const expected = [['Hélène', '1:00', 'bien; très, bien']];

  it.each<[string, string | Buffer]>([
    ['with commas', 'Nom,Durée,Commentaire\r\nHélène,1:00,"bien; très, bien"\r\n'],
    ['with semicolons', 'Nom;Durée;Commentaire\nHélène;1:00;"bien; très, bien"\n'],
    ['with tabs', 'Nom\tDurée\tCommentaire\nHélène\t1:00\tbien; très, bien'],
    ['with another order and other columns', 'Commentaire,Note,DUREE,nom\n"bien; très, bien",x,1:00,Hélène'],
    ['with a byte order mark', '\uFEFFNom,Durée,Commentaire\nHélène,1:00,"bien; très, bien"'],
    ['in UTF-16 LE', Buffer.from('\uFEFFNom;Durée;Commentaire\r\nHélène;1:00;"bien; très, bien"', 'utf16le')],
    ['in UTF-16 BE', Buffer.from('\uFEFFNom;Durée;Commentaire\r\nHélène;1:00;"bien; très, bien"', 'utf16le').swap16()],
    ['in UTF-16 without a mark', Buffer.from('Nom;Durée;Commentaire\r\nHélène;1:00;"bien; très, bien"', 'utf16le')],
    ['in Latin-1', Buffer.from('Nom;Durée;Commentaire\r\nHélène;1:00;"bien; très, bien"', 'latin1')],
    ['with a delimiter within a quoted header', 'Nom;Durée;Commentaire;"a,b,c,d,e"\nHélène;1:00;"bien; très, bien"'],
  ])('%s', async (_, content) => expect(await cells(content)).toEqual(expected));

  it('as windows-1252 when it is not UTF-8, and says so without showing data', async () => {
    const { rows, notices } = await read(
      Buffer.from([...Buffer.from('Nom;Duree;Commentaire\nJos'), 0xe9, 0x80, 0x3b, 0x3b]),
    );
    expect(rows[0]?.cells[0]).toBe('José€');
    expect(notices).toEqual(['d.csv is not UTF-8: it was read as windows-1252.']);
  });

  it('with quotes, line breaks and emoji within a cell', async () => {
    expect(await cells('Nom,Durée,Commentaire\nA,1,"""cité"" 💪\r\nfin"\n')).toEqual([['A', '1', '"cité" 💪\r\nfin']]);
  });

  it('and its rows are numbered as in the sheet: the header is 1, a blank line counts, a line break in a cell does not', async () => {
    const { rows } = await read('Nom,Durée,Commentaire\r\nA,1,"x\r\ny"\r\n\r\n , ,\r\nB,2,\r\n');
    expect(rows.map(({ number, cells: [nom] }) => [number, nom])).toEqual([
      [2, 'A'],
      [5, 'B'],
    ]);
  });

  it('with short rows, whose last cells are empty, and long ones, whose surplus is counted in one notice', async () => {
    const { rows, notices } = await read('Nom,Durée,Commentaire\nA\nB,2,c,,\nC,3,c,x,y\nD,4,c,z\n');
    expect(rows.map((row) => row.cells)).toEqual([
      ['A', null, null],
      ['B', '2', 'c'],
      ['C', '3', 'c'],
      ['D', '4', 'c'],
    ]);
    expect(notices).toEqual(['d.csv: 3 cell(s) to the right of the last header were left out.']);
  });

  it.each([0, 1, 2, 3])('with every letter and line end whole, in a file of many blocks moved by %d', async (shift) => {
    const names = Array.from({ length: 30_000 }, (_, index) => `${'é💪'.repeat(index % 4)}${index}`);
    const text = `${'x'.repeat(shift)},Nom,Durée,Commentaire\r\n${names.map((name) => `,${name},1,\r\n`).join('')}`;
    for (const bytes of [Buffer.from(text), Buffer.from(`\uFEFF${text}`, 'utf16le')]) {
      expect((await cells(bytes)).map(([name]) => name)).toEqual(names);
    }
  });

  it('with NUL characters, which the database cannot hold, shown as U+FFFD', async () => {
    expect(await cells('Nom,Durée,Commentaire\nA\0B,1,')).toEqual([['A\uFFFDB', '1', null]]);
  });
});

describe('a CSV is refused', () => {
  const header = 'Nom,Durée,Commentaire\n';
  const long = 'x'.repeat(1_000_000);

  it.each<[string, string | Buffer, string, string]>([
    ['when it is empty', '', 'CSV_EMPTY', 'd.csv'],
    ['when it holds blanks alone', ' \n\n,,\n', 'CSV_EMPTY', 'd.csv'],
    ['when it is a web page', '<!doctype html><html>', 'CSV_HTML', 'd.csv'],
    ['when it is a workbook', Buffer.from('PK\x03\x04', 'latin1'), 'CSV_IS_WORKBOOK', 'd.csv'],
    ['without a row', header, 'CSV_NO_ROWS', 'd.csv'],
    ['without a header', 'Nom,Duree\nA,1\n', 'CSV_HEADER_MISSING', 'd.csv, row 1'],
    ['with a header twice', 'Nom,NOM,Durée,Commentaire\nA,B,1,\n', 'CSV_HEADER_TWICE', 'd.csv, row 1'],
    [
      'with a quote never closed',
      `${header}A,1,ok\n\nB,2,"oups\nC,3,x\n`,
      'CSV_QUOTE_NOT_CLOSED',
      'd.csv, row 4, column "Commentaire"',
    ],
    [
      'with a quote that a later one closes',
      `${header}B,"2,oups\nC,"3",x\n`,
      'CSV_QUOTE_MISPLACED',
      'd.csv, row 2, column "Durée"',
    ],
    [
      'with a cell of 1 MB',
      `${header}A,1,ok\nB,2,"${long}"\nC,3,x\n`,
      'CSV_CELL_TOO_LONG',
      'd.csv, row 3, column "Commentaire"',
    ],
    [
      'with 1 MB after a quote never closed',
      `${header}A,1,"${long}`,
      'CSV_QUOTE_NOT_CLOSED',
      'd.csv, row 2, column "Commentaire"',
    ],
    [
      'with a cell that fills the memory',
      `${header}A,"${long.repeat(17)}",`,
      'CSV_CELL_TOO_LONG',
      'd.csv, row 2, column "Durée"',
    ],
  ])('%s', async (_, content, code, place) => {
    expect(await faultOf(read(content))).toMatchObject({ code, place });
  });

  it('but a cell of exactly what a sheet can hold is read', async () => {
    expect((await cells(`${header}A,1,${'x'.repeat(50_000)}`))[0]?.[2]).toHaveLength(50_000);
  });

  it('without putting a row of data into the message when the header line is missing', async () => {
    const fault = await faultOf(read('Fabre,01:00:00,coucou\nPuech,02:00:00,hello\n'));
    expect(fault.found).toBe('3 cells that look like data, not shown');
    const quote = await faultOf(read('"Puech,02:00:00,hello\n'));
    expect(quote.place).toBe('d.csv, row 1, column "n° 1"');
  });
});
