import { describe, expect, it } from 'vitest';
import { extract, faultOf, type TestContext, testContext, useTempDir } from '../shared/testing.ts';
import load, { check } from './load.ts';

const folder = useTempDir();
const COLUMNS = ['adresse', 'destination', 'mode', 'statut', 'distance_m', 'duree_sec', 'date_ctrl'];
const HEADER = 'adresse,mode,statut,distance_m,duree_sec\n';
const HOME = '1 Rue X, 34970 Lattes';
const WORK = '2 Rue Y, 34970 Lattes';

function ask(modes: readonly string[], env: Readonly<Record<string, string>> = { TRAJETS_CSV: 't.csv' }): TestContext {
  const requests = modes.map((mode) => ({ adresse: HOME, destination: WORK, mode }));
  return testContext({ projectDir: folder.path(), columns: COLUMNS, requests, env });
}

describe('recorded commutes', () => {
  it('answer a question by address and mode, on the day of the run', async () => {
    await folder.write('t.csv', `${HEADER}" ${HOME} ",walking,OK,1200,900\n"${HOME}",driving,OK,1500,200\n`);
    const { all, origin } = await extract(load, ask(['driving']));
    expect(all).toEqual([{ number: 1, cells: [HOME, WORK, 'driving', 'OK', '1500', '200', '2026-11-24'] }]);
    expect(origin).toBe('t.csv');
  });

  it('can say that an address is not found', async () => {
    await folder.write('t.csv', `${HEADER}"${HOME}",walking,NOT_FOUND,,\n`);
    const { all } = await extract(load, ask(['walking']));
    expect(all[0]?.cells.slice(3, 6)).toEqual(['NOT_FOUND', null, null]);
  });

  it('give no row to a question that they lack, and one notice counts these', async () => {
    await folder.write('t.csv', `${HEADER}"${HOME}",walking,OK,1200,900\n`);
    const context = ask(['walking', 'transit', 'driving']);
    expect((await extract(load, context)).all).toHaveLength(1);
    expect(context.notices).toEqual(['2 of 3 commute(s) got no answer; they are asked again next time.']);
  });

  it('are not even opened when there is nothing to ask', async () => {
    expect((await extract(load, ask([], { TRAJETS_CSV: 'nowhere.csv' }))).all).toEqual([]);
  });

  it('may say the same twice, but not disagree', async () => {
    const row = `"${HOME}",walking,OK,1200,900\n`;
    await folder.write('t.csv', HEADER + row + row);
    expect((await extract(load, ask(['walking']))).all).toHaveLength(1);
    await folder.write('t.csv', `${HEADER}${row}"${HOME}",transit,OK,1,1\n"${HOME}",walking,OK,1300,900\n`);
    const fault = await faultOf(extract(load, ask(['walking'])));
    expect(fault).toMatchObject({ code: 'TRAJETS_CONFLICT', place: 't.csv, rows 2 and 4' });
    expect(JSON.stringify(fault)).not.toContain(HOME);
  });

  it.each([
    ['walking,OK,12.5,900', 'distance_m'],
    ['walking,OK,-3,900', 'distance_m'],
    ['walking,OK,,900', 'distance_m'],
    ['walking,OK,1200,1e3', 'duree_sec'],
    ['teleport,OK,1200,900', 'mode'],
    ['walking,,1200,900', 'statut'],
  ])('with a wrong cell (%s) are refused, naming row and column', async (cells, column) => {
    await folder.write('t.csv', `${HEADER}"${HOME}",driving,OK,1,1\n"${HOME}",${cells}\n`);
    expect(await faultOf(extract(load, ask(['walking'])))).toMatchObject({
      code: 'TRAJETS_CELL_INVALID',
      place: `t.csv, row 3, column "${column}"`,
    });
  });

  it('are used even where there is a key', async () => {
    await folder.write('t.csv', `${HEADER}"${HOME}",walking,OK,1200,900\n`);
    const env = { TRAJETS_CSV: 't.csv', GOOGLE_MAPS_API_KEY: 'secret', GOOGLE_MAPS_ROOT_URL: 'http://127.0.0.1:9' };
    expect((await extract(load, ask(['walking'], env))).all).toHaveLength(1);
    expect(await check(ask([], env))).toBe('1 recorded commute(s)');
  });

  it('or a key are needed', async () => {
    expect(await faultOf(extract(load, ask(['walking'], {})))).toMatchObject({ code: 'SOURCE_NOT_CONFIGURED' });
    expect(await faultOf(check(ask([], {})))).toMatchObject({ code: 'SOURCE_NOT_CONFIGURED' });
  });
});
