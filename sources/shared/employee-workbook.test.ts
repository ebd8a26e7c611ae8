import { describe, expect, it } from 'vitest';
import rh from '../rh/load.ts';
import sport from '../sport/load.ts';
import {
  extract,
  faultOf,
  type TestCell,
  type TestContext,
  testContext,
  useTempDir,
  workbookBytes,
} from './testing.ts';

const folder = useTempDir();
const HEADERS = [
  'Nom',
  'ID salarié',
  'Prénom',
  'Date de naissance',
  'BU',
  'Date d’embauche',
  'Salaire brut',
  'Type de contrat',
  'Nombre de jours de CP',
  'Adresse du domicile',
  'Moyen de déplacement',
];
const COLUMNS = ['cle_salarie', 'id_salarie', 'nom', 'date_naissance', 'salaire_brut'];

function person(id: TestCell): TestCell[] {
  return [
    'Fabre',
    id,
    'Léa',
    new Date('1990-07-06'),
    'R&D',
    new Date('2020-12-14'),
    30940.5,
    'CDI',
    29,
    '1 Rue X',
    'Marche',
  ];
}

async function rhContext(rows: readonly TestCell[][], more: Partial<TestContext> = {}): Promise<TestContext> {
  const bytes = await workbookBytes({ 'Feuille 1': [HEADERS, ...rows] });
  await folder.write('rh.xlsx', bytes);
  const env = { RH_XLSX: 'rh.xlsx', P12_PSEUDO_SALT: 'sel-de-test' };
  return testContext({ projectDir: folder.path(), columns: COLUMNS, ...more, env });
}

describe('the file of the employees', () => {
  it('gives each row the pseudonym of its ID, and typed cells as text', async () => {
    const { all, origin } = await extract(rh, await rhContext([person(59019)]));
    expect(origin).toBe('rh.xlsx');
    expect(all).toEqual([{ number: 2, cells: ['sal_685511786c8f7ca6', '59019', 'Fabre', '1990-07-06', '30940.5'] }]);
  });

  it('that did not change is not read again', async () => {
    const context = await rhContext([person(1)]);
    const { originHash } = await extract(rh, context);
    expect(await rh({ ...context, lastOriginHash: originHash ?? '' })).toBe('unchanged');
  });

  it('is read again with another salt', async () => {
    const context = await rhContext([person(1)]);
    const { originHash = '' } = await extract(rh, context);
    const salted = { ...context, lastOriginHash: originHash };
    expect(await rh(salted)).toBe('unchanged');
    const other = { ...salted, env: (name: string) => (name === 'RH_XLSX' ? 'rh.xlsx' : 'autre') };
    expect(await rh(other)).not.toBe('unchanged');
  });

  it('with two rows for one ID is refused, naming the ID and both rows and no name', async () => {
    const fault = await faultOf(extract(rh, await rhContext([person(59019), person(7), [], person('59019 ')])));
    expect(fault).toMatchObject({
      code: 'EXCEL_ID_TWICE',
      found: '59019 (rows 2 and 5)',
      place: 'rh.xlsx, sheet "Feuille 1"',
    });
    expect(JSON.stringify({ ...fault, message: fault.message })).not.toContain('Fabre');
  });

  it('with a row that has no ID is refused, naming the row', async () => {
    expect(
      await faultOf(extract(rh, await rhContext([person(1), person(null), person({ error: '#N/A' })]))),
    ).toMatchObject({
      code: 'EXCEL_ID_MISSING',
      message: '2 rows have no ID salarié: row 3, 4.',
      place: 'rh.xlsx, sheet "Feuille 1", row 3',
    });
  });

  it('is not opened without a salt', async () => {
    const context = testContext({ projectDir: folder.path(), columns: COLUMNS, env: { RH_XLSX: 'nowhere.xlsx' } });
    expect(await faultOf(extract(rh, context))).toMatchObject({ code: 'SALT_MISSING' });
  });

  it('can only fill columns that it knows', async () => {
    const context = await rhContext([person(1)], { columns: ['cle_salarie', 'surnom'] });
    expect(await faultOf(extract(rh, context))).toMatchObject({ code: 'SOURCE_COLUMN_UNKNOWN', found: 'surnom' });
  });
});

describe('the file of the sports', () => {
  it('gives a row to each employee, with a sport or without', async () => {
    const rows = [
      ['ID salarié', 'Pratique d’un sport'],
      [59019, 'Boxe'],
      [7, null],
      ...Array.from({ length: 300 }, () => [null]),
    ];
    await folder.write('sport.xlsx', await workbookBytes({ 'Feuille 1': rows }));
    const env = { SPORT_XLSX: 'sport.xlsx', P12_PSEUDO_SALT: 'sel-de-test' };
    const columns = ['cle_salarie', 'id_salarie', 'pratique_sport'];
    const { all } = await extract(sport, testContext({ projectDir: folder.path(), columns, env }));
    expect(all.map(({ cells }) => cells.slice(1))).toEqual([
      ['59019', 'Boxe'],
      ['7', null],
    ]);
  });
});
