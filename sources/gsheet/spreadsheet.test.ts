import { describe, expect, it } from 'vitest';
import { ANSWER, ID, QUESTIONS, SHORT, TEXTS, useGoogleSheets } from '../../runner/test/services/declarations-sheet.ts';
import { ROBOT } from '../../runner/test/services/google-sheets.ts';
import { day, duration, type GridCell, moment, serialOf } from '../../runner/test/services/sheet-grid.ts';
import { extract, faultOf } from '../shared/testing.ts';
import { check, sheetLoader } from './load.ts';

const world = useGoogleSheets();
const load = sheetLoader(SHORT, 3);
const FORM = 'Réponses au formulaire 1';

function put(rows: readonly (readonly GridCell[])[], fields: { readonly isPublic?: boolean } = {}): void {
  world.google.put(ID, { sheets: [{ title: FORM, rows }], ...fields });
}

const numbered = (count: number): (readonly GridCell[])[] =>
  Array.from({ length: count }, (_, index) => ANSWER.with(7, `n° ${index + 2}`));

describe('a spreadsheet is read through the API', () => {
  it('by its id, by the service account of the key file', async () => {
    put([QUESTIONS, ANSWER]);
    const { all, origin } = await extract(load, world.context(ID));
    expect(all).toEqual([{ number: 2, cells: TEXTS }]);
    expect(origin).toBe(`${new URL(world.google.url).host}, sheet "${FORM}"`);
  });

  it.each([
    `https://docs.google.com/spreadsheets/d/${ID}/edit#gid=0`,
    `https://docs.google.com/spreadsheets/d/${ID}/edit?usp=sharing`,
    `https://docs.google.com/spreadsheets/u/1/d/${ID}/edit?gid=12#gid=12`,
    `https://docs.google.com/spreadsheets/d/${ID}`,
    `docs.google.com/spreadsheets/d/${ID}/edit`,
    `https://docs.google.com/open?id=${ID}`,
    `https://drive.google.com/open?usp=sharing&id=${ID}`,
    `https://drive.google.com/file/d/${ID}/view?usp=sharing`,
  ])('by its address in the browser: %s', async (address) => {
    put([QUESTIONS, ANSWER]);
    expect((await extract(load, world.context(address))).all).toHaveLength(1);
  });

  it('page by page, with the numbers of the sheet, without blank rows', async () => {
    const rows: (readonly GridCell[])[] = numbered(10);
    rows[2] = [];
    rows[6] = [null, ' ', null];
    put([QUESTIONS, ...rows, [], []]);
    const { all } = await extract(load, world.context(ID));
    expect(all.map(({ number }) => number)).toEqual([2, 3, 5, 6, 7, 9, 10, 11]);
    expect(all.map(({ cells }) => cells[7])).toEqual([2, 3, 5, 6, 7, 9, 10, 11].map((number) => `n° ${number}`));
  });

  it('whatever stands above, to the left and between the columns, in any order', async () => {
    const mixed = (cells: readonly GridCell[]): GridCell[] => [null, cells[7] ?? null, 'new', ...cells.slice(0, 7)];
    put([['Déclarations 2026'], [], mixed(QUESTIONS.map((text) => text.toUpperCase())), mixed(ANSWER.with(7, 'bien'))]);
    const { all } = await extract(load, world.context(ID));
    expect(all).toEqual([{ number: 4, cells: TEXTS.with(7, 'bien') }]);
  });

  it('in a column beyond Z', async () => {
    const far = (cells: readonly GridCell[]): GridCell[] => [...Array<null>(700).fill(null), ...cells];
    put([far(QUESTIONS), far(ANSWER)]);
    expect((await extract(load, world.context(ID))).all).toEqual([{ number: 2, cells: TEXTS }]);
  });

  it('from the sheet with the headers, be its name what it may, never from a hidden one', async () => {
    world.google.put(ID, {
      sheets: [
        { title: 'Accueil', rows: [['Bonjour']] },
        { title: 'caché', hidden: true, rows: [QUESTIONS, ANSWER, ANSWER] },
        { title: "l'été ! 'A1:B2' 😀", rows: [QUESTIONS, ANSWER] },
        { title: 'vide', rows: [QUESTIONS] },
      ],
    });
    expect((await extract(load, world.context(ID))).all).toHaveLength(1);
  });

  it('and not landed again when no cell has changed', async () => {
    put([QUESTIONS, ...numbered(5)]);
    const { originHash = '' } = await extract(load, world.context(ID));
    expect(await load(world.context(ID, { lastOriginHash: originHash }))).toBe('unchanged');
    put([QUESTIONS, ...numbered(5).with(4, ANSWER)]);
    expect(await load(world.context(ID, { lastOriginHash: originHash }))).not.toBe('unchanged');
  });

  it('as a French CSV export of it, but for the sign of decimals', async () => {
    const rows = [
      ANSWER,
      ANSWER.with(5, 5.25),
      [moment(serialOf('2026-01-04T08:05:09')), 'De, La "Tour"', 'Zoé\nÉmilie', day(serialOf('2026-01-04'))],
      ANSWER.with(6, duration(25.5 / 24)),
      ANSWER.with(5, day(46_058)),
      ANSWER.with(5, '1 000,5').with(7, '=1+1'),
      [],
      ANSWER.with(5, { error: 'N_A' }).with(6, '45 min'),
    ];
    put([QUESTIONS, ...rows], { isPublic: true });
    const typed = (await extract(load, world.context(ID))).all;
    const csv = (await extract(load, world.context(world.google.exportOf(ID)))).all;
    expect(typed.map(({ cells }) => cells[5])).toEqual(['5', '5.25', null, '5', '05/02/2026', '1 000,5', '#N/A']);
    expect(typed[4]?.cells[5]).toBe('05/02/2026');
    expect(
      typed.map((row) => ({
        ...row,
        cells: row.cells.with(5, row.cells[5] === '5.25' ? '5,25' : (row.cells[5] ?? null)),
      })),
    ).toEqual(csv);
  });

  it('the same in a sheet of American locale', async () => {
    put([QUESTIONS, ANSWER]);
    const { originHash } = await extract(load, world.context(ID));
    const american = ANSWER.with(0, moment(serialOf('2026-10-22T20:00:00'), 'en_US')).with(
      3,
      day(serialOf('2026-10-22'), 'en_US'),
    );
    world.google.put(ID, { locale: 'en_US', sheets: [{ title: FORM, rows: [QUESTIONS, american] }] });
    expect((await extract(load, world.context(ID))).originHash).toBe(originHash);
  });

  it('once more when a row was moved while it was read', async () => {
    put([QUESTIONS, ...numbered(8)]);
    let pages = 0;
    world.google.fail([{ slow: 0 }], ({ query }) => {
      if (!query.get('ranges')?.includes('!A')) return false;
      pages += 1;
      if (pages === 2) put([QUESTIONS, ...numbered(9).slice(1)]);
      return false;
    });
    const context = world.context(ID);
    const { all } = await extract(load, context);
    expect(all.map(({ cells }) => cells[7])).toEqual([3, 4, 5, 6, 7, 8, 9, 10].map((number) => `n° ${number}`));
    expect(context.notices).toEqual([
      `${new URL(world.google.url).host} was changed while it was being read. Read again (1 of 2).`,
    ]);
  });

  it('and its check says which sheet, how many rows and as whom, without reading them', async () => {
    put([QUESTIONS, ...numbered(9)]);
    expect(await check(world.context(ID))).toBe(`sheet "${FORM}", at most 9 rows, as ${ROBOT}`);
    expect(world.google.requests.map(({ path }) => path)).toEqual([
      '/token',
      ...Array(2).fill(`/v4/spreadsheets/${ID}`),
    ]);
  });
});

describe('a spreadsheet whose rows move all the time', () => {
  it('is given up after three reads, and nothing is landed', async () => {
    let version = 0;
    put([QUESTIONS, ...numbered(8)]);
    world.google.fail([{ slow: 0 }], () => {
      version += 1;
      put([QUESTIONS, ...numbered(8).map((row) => row.with(7, `version ${version}`))]);
      return false;
    });
    expect(await faultOf(extract(load, world.context(ID)))).toMatchObject({ code: 'GSHEET_CHANGED' });
  });
});
