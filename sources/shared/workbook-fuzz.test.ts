import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RawRow } from '../../runner/landing/types.ts';
import rh from '../rh/load.ts';
import sport from '../sport/load.ts';
import { isFault } from './fault.ts';
import { type TestCell, testContext, useTempDir, workbookBytes } from './testing.ts';
import { storedWorkbook } from './testing-workbook.ts';

/** Another one is tried by WORKBOOK_SEED=… npx vitest run sources/shared/workbook-fuzz.test.ts; a failure prints its own. */
const SEED = Number(process.env.WORKBOOK_SEED ?? 20_261_124);
const folder = useTempDir();

const RH = [
  'ID salarié',
  'Nom',
  'Prénom',
  'Date de naissance',
  'BU',
  "Date d'embauche",
  'Salaire brut',
  'Type de contrat',
  'Nombre de jours de CP',
  'Adresse du domicile',
  'Moyen de déplacement',
];
const SPORT = ['ID salarié', "Pratique d'un sport"];
const COLUMNS = {
  rh: [
    'id_salarie',
    'nom',
    'prenom',
    'date_naissance',
    'bu',
    'date_embauche',
    'salaire_brut',
    'type_contrat',
    'nb_jours_cp',
    'adresse_domicile',
    'moyen_deplacement',
  ],
  sport: ['id_salarie', 'pratique_sport'],
};
type Kind = keyof typeof COLUMNS;

interface Outcome {
  readonly code?: string;
  readonly hash?: string;
  readonly rows: readonly RawRow[];
}

/** What the loader makes of a file; an error that is no fault fails the test. */
async function outcome(kind: Kind, bytes: Buffer): Promise<Outcome> {
  await folder.write('book.xlsx', bytes);
  const env = { RH_XLSX: 'book.xlsx', SPORT_XLSX: 'book.xlsx', P12_PSEUDO_SALT: 'sel' };
  const context = testContext({ projectDir: folder.path(), columns: COLUMNS[kind], env });
  const rows: RawRow[] = [];
  try {
    const extraction = await (kind === 'rh' ? rh : sport)(context);
    if (extraction === 'unchanged') throw new Error('the loader says "unchanged"');
    for await (const row of extraction.rows) rows.push(row);
    return { hash: extraction.originHash ?? '', rows };
  } catch (error) {
    if (!isFault(error) || !/^EXCEL_[A-Z_]+$/.test(error.code) || !error.hint) throw error;
    return { code: error.code, rows: [] };
  }
}

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.string({
    unit: fc.constantFrom(
      'é',
      '\u0301',
      '\n',
      '\r',
      '\t',
      '"',
      "'",
      '&',
      '<',
      '>',
      ';',
      '_x000D_',
      '_x0000_',
      '&amp;',
      '\u0000',
      '\u001b',
      '😀',
      '\u202e',
      '\ufeff',
      ' ',
      ']]>',
    ),
    maxLength: 12,
  }),
);
const value: fc.Arbitrary<TestCell> = fc.oneof(
  text,
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom(0, -0, 1e308, 5e-324, 30_940.5, 2 ** 53),
  fc.boolean(),
  fc.constant(null),
  fc.date({ min: new Date('1905-01-01'), max: new Date('9999-12-31'), noInvalidDate: true }),
  fc.constantFrom<TestCell>({ error: '#N/A' }, { error: '#DIV/0!' }),
  text.map((words): TestCell => ({ richText: [{ text: words }, { font: { bold: true }, text: 'x' }] })),
  text.map((words): TestCell => ({ text: `x${words}`, hyperlink: 'https://example.org/' })),
  fc
    .oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), text)
    .map((result): TestCell => ({ formula: 'A1', result })),
);

/** A header as people write it: other case, spaces, `_`, apostrophe. */
function spelled(header: string): fc.Arbitrary<string> {
  return fc.constantFrom(
    header,
    header.toUpperCase(),
    header.replaceAll(' ', '_'),
    ` ${header}  `,
    header.normalize('NFD'),
    header.replace("'", '’'),
  );
}

const ids = fc.uniqueArray(fc.integer({ min: 1, max: 10 ** 9 }), { minLength: 1, maxLength: 8 });

interface Book {
  readonly kind: Kind;
  readonly ids: readonly number[];
  readonly bytes: Buffer;
  /** The number of the row of each ID. */
  readonly numbers: readonly number[];
}

/** A workbook with one good sheet somewhere: its bytes are made when it is read, since exceljs writes asynchronously. */
const book: fc.Arbitrary<() => Promise<Book>> = fc.constantFrom<Kind>('rh', 'sport').chain((kind) => {
  const wanted = kind === 'rh' ? RH : SPORT;
  return fc
    .record({
      ids,
      headers: fc.tuple(...wanted.map(spelled)),
      order: fc.shuffledSubarray([...wanted.keys(), wanted.length], { minLength: wanted.length + 1 }),
      cells: fc.array(fc.array(value, { minLength: wanted.length, maxLength: wanted.length }), {
        minLength: 8,
        maxLength: 8,
      }),
      blanks: fc.array(fc.nat(3), { minLength: 8, maxLength: 8 }),
      titles: fc.nat(4),
      idAsText: fc.boolean(),
      before: fc.array(fc.array(text, { maxLength: 3 }), { maxLength: 3 }),
      date1904: fc.boolean(),
    })
    .map((made) => async () => {
      const grid: TestCell[][] = Array.from({ length: made.titles }, (_, index) => (index % 2 === 0 ? ['Titre'] : []));
      const inOrder = (cells: readonly TestCell[]): TestCell[] => made.order.map((index) => cells[index] ?? null);
      grid.push(inOrder([...made.headers, 'Autre']));
      const numbers = made.ids.map((id, index) => {
        for (let blank = made.blanks[index] ?? 0; blank > 0; blank -= 1) grid.push([]);
        const [, ...others] = made.cells[index] ?? [];
        grid.push(inOrder([made.idAsText ? ` ${id}` : id, ...others, 'autre']));
        return grid.length;
      });
      const bytes = await workbookBytes({ Avant: made.before, Personnel: grid, Après: [['fin']] }, (workbook) => {
        workbook.properties.date1904 = made.date1904;
      });
      return { kind, ids: made.ids, bytes, numbers };
    });
});

/** XML of cells as no program writes it, true and false. */
const oddCell = fc.record({
  reference: fc.constantFrom('', ' r="B2"', ' r="C2"', ' r="A2"', ' r="XFD2"', ' r="ZZZZ9"', ' r="B3"', ' r=""'),
  type: fc.constantFrom('', ' t="s"', ' t="str"', ' t="inlineStr"', ' t="b"', ' t="e"', ' t="d"', ' t="n"', ' t="?"'),
  style: fc.constantFrom('', ' s="0"', ' s="1"', ' s="99"', ' s="x"'),
  content: fc.oneof(
    fc.constantFrom(
      '',
      '<v/>',
      '<f>A1</f>',
      '<is><t>a</t></is>',
      '<is><r><t>a</t></r><r><t>b</t></r></is>',
      '<v><![CDATA[1]]></v>',
      '<v>&#x10FFFF;</v>',
      '<v>&bad;</v>',
      '<v>2020-02-30T25:00:00</v>',
      '<x>',
    ),
    fc.string({ unit: 'grapheme', maxLength: 8 }).map((words) => `<v>${words.replace(/[<&]/g, '')}</v>`),
    fc.double().map((number) => `<f>1</f><v>${number}</v>`),
  ),
});

describe('any workbook', () => {
  it('of 500 gives each employee once, with the number of the row, and the same again', async () => {
    await fc.assert(
      fc.asyncProperty(book, async (make) => {
        const { kind, ids: expected, bytes, numbers } = await make();
        const first = await outcome(kind, bytes);
        expect(first.code).toBeUndefined();
        expect(first.rows.map(({ cells }) => Number(cells[0]))).toEqual(expected);
        expect(first.rows.map(({ number }) => number)).toEqual(numbers);
        expect(await outcome(kind, bytes)).toEqual(first);
      }),
      { numRuns: 500, seed: SEED },
    );
  });

  it('of 500 made by hand gives its row once, or is refused', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(oddCell, { maxLength: 3 }), async (cells) => {
        const sports = '<row r="1"><c t="str"><v>ID salarié</v></c><c t="str"><v>Pratique d’un sport</v></c></row>';
        const odd = cells.map(({ reference, type, style, content }) => `<c${reference}${type}${style}>${content}</c>`);
        const bytes = storedWorkbook({
          rows: `${sports}<row r="2"><c r="A2"><v>7</v></c>${odd.join('')}</row>`,
          styles: '<styleSheet><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>',
          sharedTexts: '<sst><si><t>a</t></si></sst>',
        });
        const first = await outcome('sport', bytes);
        if (first.code === undefined)
          expect(first.rows.map(({ number, cells: [id] }) => [number, id])).toEqual([[2, '7']]);
        else expect(first.code).toBe('EXCEL_UNREADABLE');
        expect(await outcome('sport', bytes)).toEqual(first);
      }),
      { numRuns: 500, seed: SEED },
    );
  });

  it('of which bytes were changed, cut, repeated or taken out, 500 times, gives the same rows or is refused', async () => {
    const rows = Array.from({ length: 40 }, (_, index) => [index + 1, ['Boxe', 'Voile', null][index % 3] ?? null]);
    const bytes = await workbookBytes({ A: [SPORT, ...rows] });
    const whole = await outcome('sport', bytes);
    expect(whole.rows).toHaveLength(40);
    let refused = 0;
    const place = fc.nat(bytes.length - 1);
    const edit = fc.oneof(
      fc.tuple(place, fc.integer({ min: 1, max: 255 })).map(([at, bits]) => (from: Buffer) => {
        const changed = Buffer.from(from);
        changed[at % changed.length] = (changed[at % changed.length] ?? 0) ^ bits;
        return changed;
      }),
      place.map((at) => (from: Buffer) => from.subarray(0, at)),
      fc.tuple(place, fc.nat(600), fc.nat(3)).map(
        ([at, length, times]) =>
          (from: Buffer) =>
            Buffer.concat([
              from.subarray(0, at),
              ...Array<Buffer>(times).fill(from.subarray(at, at + length)),
              from.subarray(at + length),
            ]),
      ),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 3 }), async (edits) => {
        const result = await outcome(
          'sport',
          edits.reduce((from, change) => change(from), bytes),
        );
        if (result.code === undefined) expect(result.rows).toEqual(whole.rows);
        else refused += 1;
      }),
      { numRuns: 500, seed: SEED },
    );
    expect(refused).toBeGreaterThan(100);
  });
});
