import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { undone } from '../../runner/contracts/testing.ts';
import { land } from '../../runner/landing/land.ts';
import type { RawRow } from '../../runner/landing/types.ts';
import { builtSample, SAMPLE_DAY, type SampleProject } from '../../runner/test/sample-project.ts';
import { COLUMNS, ID, QUESTIONS, SHORT, useGoogleSheets } from '../../runner/test/services/declarations-sheet.ts';
import {
  dayCells,
  durationCells,
  momentCells,
  numberCells,
  otherCells,
  type TypedText,
  textCells,
} from '../../runner/test/services/random-cells.ts';
import { extract, faultOf } from '../shared/testing.ts';
import { sheetLoader } from './load.ts';

/** Another seed gives other sheets: SHEETS_FUZZ_SEED=42. A failure prints the one it was found with. */
const SEED = Number(process.env.SHEETS_FUZZ_SEED ?? 20_261_124);
const CSV_SHEETS = 5_000;
const API_SHEETS = 1_000;
/** How many sheets the models judge in one query; each has its own thousand of row numbers. */
const GROUP = 500;
const SPACING = 1_000;

interface RandomSheet<Cell> {
  /** Blank rows above the headers. */
  readonly above: number;
  readonly headers: readonly string[];
  /** The question of each column, -1 for one that nobody asked for. */
  readonly questions: readonly number[];
  readonly rows: readonly (readonly Cell[])[];
}

const odd = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 12 }),
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.string({
    unit: fc.constantFrom('"', ',', ';', '\t', '\r', '\n', ' ', 'a', "'", '\\', '\0', '\u0007', '\uFEFF'),
    maxLength: 10,
  }),
  fc.constantFrom(
    '1e999',
    '9'.repeat(400),
    '-0',
    'NaN',
    '=A1',
    '\\N',
    '\\.',
    '\u2028',
    '\u202Eabc',
    '\u200b',
    '99:99:99',
    '31/02/2026',
  ),
);
/** Stands for the last or the first name of an employee until one is drawn. */
const EMPLOYEE = '<employee>';
const usual: readonly fc.Arbitrary<string>[] = [
  fc.constantFrom('22/10/2026 20:00:00', '1/2/2026 8:05:09', '24/11/2026 25:00:00', ''),
  fc.constant(EMPLOYEE),
  fc.constant(EMPLOYEE),
  fc.constantFrom('22/10/2026', '1/2/2026', '3/4/2026', '24/11/2026', '25/11/2026', '29/02/2026', '01/02/0000'),
  fc.constantFrom('Runing', 'rando', 'Judo', 'quidditch', ' '),
  fc.constantFrom('', '5', '5,25', '10.5', '0', '12', '1e3', '-3', '9'.repeat(300)),
  fc.constantFrom('00:30:00', '1:02:03', '0:45:10', '23:59:59', '24:00:00', '0:00:00', '24:00:01', '45 min'),
  fc.constantFrom('', 'bien', '<!channel> & "co"', 'deux\r\nlignes'),
];
const DAYS = fc.constantFrom('2026-10-22', '2026-02-01', '2026-11-24', '2026-11-25');
const usualTyped: readonly fc.Arbitrary<TypedText>[] = [
  momentCells(DAYS),
  textCells(fc.constant(EMPLOYEE)),
  textCells(fc.constant(EMPLOYEE)),
  fc.oneof({ arbitrary: dayCells(DAYS), weight: 9 }, { arbitrary: momentCells(), weight: 1 }),
  textCells(fc.constantFrom('Runing', 'rando', 'Judo', ' ')),
  fc.oneof(numberCells(2), textCells(fc.constantFrom('', '5,25'))),
  fc.oneof({ arbitrary: durationCells(20), weight: 4 }, { arbitrary: textCells(fc.constant('45 min')), weight: 1 }),
  textCells(fc.constantFrom('', 'bien', '<!channel> & "co"')),
];
const oddTyped = fc.oneof(
  textCells(odd),
  numberCells(),
  dayCells(),
  momentCells(),
  durationCells(99_999),
  otherCells(),
);

function sheets<Cell>(cellOf: (question: number) => fc.Arbitrary<Cell>, blank: Cell): fc.Arbitrary<RandomSheet<Cell>> {
  const dressed = (text: string): fc.Arbitrary<string> =>
    fc.constantFrom(text, text.toUpperCase(), ` ${text.replaceAll(' ', '_')}`, text.normalize('NFD'), `${text}\n`);
  const surplus = fc.string({ unit: fc.constantFrom('x', 'é', '"', ',', ';', '\t', '\n', '💪'), maxLength: 6 });
  const columns = fc.integer({ min: 0, max: 3 }).chain((more) =>
    fc.shuffledSubarray([...QUESTIONS.keys(), ...Array<number>(more).fill(-1)], {
      minLength: QUESTIONS.length + more,
    }),
  );
  return columns.chain((questions) => {
    const full = fc.tuple(...questions.map(cellOf));
    const cut = fc.tuple(full, fc.nat(questions.length)).map(([cells, end]) => cells.slice(0, end));
    const row = fc.oneof(
      { arbitrary: full, weight: 6 },
      { arbitrary: cut, weight: 1 },
      { arbitrary: fc.constant(questions.map(() => blank)), weight: 1 },
    );
    return fc.record({
      above: fc.nat(2),
      headers: fc.tuple(...questions.map((question) => (question < 0 ? surplus : dressed(QUESTIONS[question] ?? '')))),
      questions: fc.constant(questions),
      rows: fc.array<readonly Cell[]>(row, { maxLength: 10 }),
    });
  });
}

function textSheets(): fc.Arbitrary<RandomSheet<string>> {
  const cells = (question: number): fc.Arbitrary<string> =>
    fc.oneof({ arbitrary: usual[question] ?? odd, weight: 12 }, { arbitrary: odd, weight: 1 });
  return named(sheets(cells, ''), (cell, name) => (cell === EMPLOYEE ? name : cell));
}

function typedSheets(): fc.Arbitrary<RandomSheet<TypedText>> {
  const cells = (question: number): fc.Arbitrary<TypedText> =>
    fc.oneof({ arbitrary: usualTyped[question] ?? oddTyped, weight: 8 }, { arbitrary: oddTyped, weight: 1 });
  return named(sheets(cells, { cell: null, text: null }), (cell, name) =>
    cell.cell === EMPLOYEE ? { cell: name, text: name } : cell,
  );
}

/** Sheets in which most rows name an employee. */
function named<Cell>(
  drawn: fc.Arbitrary<RandomSheet<Cell>>,
  put: (cell: Cell, name: string) => Cell,
): fc.Arbitrary<RandomSheet<Cell>> {
  return fc.tuple(drawn, fc.nat()).map(([sheet, draw]) => ({
    ...sheet,
    rows: sheet.rows.map((row, index) => {
      const name = names[(draw + index * 7) % names.length] ?? [];
      return row.map((cell, column) => put(cell, name[(sheet.questions[column] ?? 0) - 1] ?? ''));
    }),
  }));
}

/** A CSV as one of the programs that write them would. */
const manners = fc.record({
  delimiter: fc.constantFrom(',', ';', '\t'),
  lineEnd: fc.constantFrom('\r\n', '\n'),
  mark: fc.constantFrom('', '\uFEFF'),
  isQuoted: fc.boolean(),
});
type Manners = typeof manners extends fc.Arbitrary<infer T> ? T : never;

function csvOf({ above, headers, rows }: RandomSheet<string>, { delimiter, lineEnd, mark, isQuoted }: Manners): string {
  const write = (text: string): string =>
    isQuoted || /[",;\t\r\n\uFEFF]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  const blanks = Array<readonly string[]>(above).fill(headers.map(() => ''));
  return mark + [...blanks, headers, ...rows].map((row) => row.map(write).join(delimiter)).join(lineEnd);
}

/** The rows that should come out of a sheet. */
function expected<Cell>(
  { above, questions, rows }: RandomSheet<Cell>,
  text: (cell: Cell) => string | null,
  isBlankBy: 'row' | 'questions',
): readonly RawRow[] {
  return rows.flatMap((row, index) => {
    const texts = row.map(text);
    const cells = QUESTIONS.map((_, question) => texts[questions.indexOf(question)] || null);
    const looked = isBlankBy === 'row' ? texts : cells;
    return looked.every((cell) => (cell ?? '').trim() === '') ? [] : [{ number: above + index + 2, cells }];
  });
}

const shownText = (text: string): string => text.replaceAll('\0', '\uFFFD');
const world = useGoogleSheets();
const load = sheetLoader(SHORT, 4);
let project: SampleProject;
/** Last and first name. */
let names: readonly (readonly (string | null)[])[];
/** What came out of each sheet, for the models. */
const outcomes = { csv: [] as (readonly RawRow[])[], api: [] as (readonly RawRow[])[] };

async function readCsv(name: string, csv: string): Promise<readonly RawRow[]> {
  const { all, originHash = '' } = await extract(load, world.context(await world.write(name, csv)));
  expect(await load(world.context(name, { lastOriginHash: originHash }))).toBe('unchanged');
  return all;
}

beforeAll(async () => {
  project = await builtSample();
  names = await project.rows('select nom, prenom from sec.lien_salarie order by cle_salarie limit 40');
});
afterAll(() => project?.close());

describe('of random sheets', () => {
  it(`in ${CSV_SHEETS} CSVs, every row that is not blank comes out once, as it is, with its number`, async () => {
    await fc.assert(
      fc.asyncProperty(textSheets(), manners, async (sheet, manner) => {
        const rows = expected(sheet, shownText, 'row');
        const csv = csvOf(sheet, manner);
        if (rows.length > 0) expect(await readCsv('d.csv', csv)).toEqual(rows);
        else expect(await faultOf(readCsv('d.csv', csv))).toMatchObject({ code: 'CSV_NO_ROWS' });
        outcomes.csv.push(rows);
      }),
      { seed: SEED, numRuns: CSV_SHEETS },
    );
  });

  it(`in ${API_SHEETS} spreadsheets of the API, the same, whatever their cells are`, async () => {
    await fc.assert(
      fc.asyncProperty(typedSheets(), async (sheet) => {
        const blanks = Array<readonly string[]>(sheet.above).fill([]);
        const cells = sheet.rows.map((row) => row.map(({ cell }) => cell));
        world.google.put(ID, { sheets: [{ title: 'Form', rows: [...blanks, sheet.headers, ...cells] }] });
        const rows = expected(sheet, ({ text }) => text, 'questions');
        outcomes.api.push(rows);
        if (rows.length === 0) {
          expect(await faultOf(extract(load, world.context(ID)))).toMatchObject({ code: 'GSHEET_NO_ROWS' });
          return;
        }
        const { all, originHash = '' } = await extract(load, world.context(ID));
        expect(all).toEqual(rows);
        expect(await load(world.context(ID, { lastOriginHash: originHash }))).toBe('unchanged');
      }),
      { seed: SEED, numRuns: API_SHEETS },
    );
  });

  it.each([
    [CSV_SHEETS, 'CSVs', outcomes.csv, 500],
    [API_SHEETS, 'spreadsheets', outcomes.api, 100],
  ])(
    'all rows of the %d %s are kept, set aside or rejected by the models, each once',
    async (count, _, sheets, each) => {
      expect(sheets).toHaveLength(count);
      const models = await compiled(['stg_gsheet__declaration', 'declaration']);
      const total = { kept: 0, aside: 0, rejected: 0 };
      for (let start = 0; start < count; start += GROUP) {
        const group = sheets.slice(start, start + GROUP);
        const rows = group.flatMap((sheet, index) =>
          sheet.map(({ number, cells }) => ({ number: index * SPACING + number, cells })),
        );
        const received = Object.fromEntries(
          group.flatMap(({ length }, index) => (length > 0 ? [[index, length]] : [])),
        );
        const verdicts = await judged(rows, models);
        const sums = Object.fromEntries(
          verdicts.map(({ sheet, kept, aside, rejected }) => [sheet, kept + aside + rejected]),
        );
        expect({ seed: SEED, start, rows: sums }).toEqual({ seed: SEED, start, rows: received });
        for (const { kept, aside, rejected } of verdicts) {
          total.kept += kept;
          total.aside += aside;
          total.rejected += rejected;
        }
      }
      // Else the sheets would prove little.
      expect(Math.min(total.kept, total.aside, total.rejected)).toBeGreaterThan(each);
    },
  );
});

interface Verdict {
  /** Of the group. */
  readonly sheet: number;
  readonly kept: number;
  readonly aside: number;
  readonly rejected: number;
}

/** The SQL of models, reading all batches of their source. */
async function compiled(names: readonly string[]): Promise<readonly string[]> {
  const { stdout } = await project.runner(['compile', '--select', names.join(' '), '--output', 'json', ...SAMPLE_DAY]);
  const models = JSON.parse(stdout) as readonly { readonly name: string; readonly sql: string }[];
  return names.map((wanted) => models.find(({ name }) => name === wanted)?.sql ?? '');
}

/** Lands rows as the only batch and lets the models judge them. */
async function judged(
  rows: readonly RawRow[],
  [staging = '', declaration = '']: readonly string[],
): Promise<readonly Verdict[]> {
  await project.db.query('delete from raw.gsheet_declaration');
  const source = {
    system: 'gsheet',
    table: 'declaration',
    description: '',
    mode: 'replace',
    env: {},
    vars: [],
    columns: COLUMNS,
  } as const;
  const target = {
    db: project.db,
    raw: { schema: 'raw', name: 'gsheet_declaration' },
    stateSchema: 'ops',
    runId: 'fuzz',
  };
  const landing = await land(target, source, { origin: 'fuzz', rows }, world.context(''));
  expect(landing.batch?.rowCount).toBe(rows.length);
  const result = await undone(project.db, async (tx) => {
    await tx.query(`create or replace view staging.stg_gsheet__declaration as ${staging}`);
    return tx.query(`
      select
        num_ligne / ${SPACING},
        count(*) filter (where est_retenue),
        count(*) filter (where motif_ecart is not null),
        count(*) filter (where motif_rejet is not null)
      from (${declaration}) as declaration
      where source = 'csv_gsheet'
      group by 1`);
  });
  return result.rows.map((row) => {
    const [sheet = 0, kept = 0, aside = 0, rejected = 0] = row.map(Number);
    return { sheet, kept, aside, rejected };
  });
}
