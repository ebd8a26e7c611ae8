import { describe, expect, it } from 'vitest';
import { ANSWER, ID, QUESTIONS, SHORT, TEXTS, useGoogleSheets } from '../../runner/test/services/declarations-sheet.ts';
import { extract, faultOf } from '../shared/testing.ts';
import { check, sheetLoader } from './load.ts';

const world = useGoogleSheets();
const load = sheetLoader(SHORT);
const CSV =
  "Horodateur,Nom,Prénom,Date,Sport type,Distance parcourue en kms,Durée de l'activité,Commentaire\r\n" +
  '22/10/2026 20:00:00,Fabre,Léa,22/10/2026,Runing,5,00:30:00,';

function publish(): string {
  world.google.put(ID, { isPublic: true, sheets: [{ title: 'Form', rows: [QUESTIONS, ANSWER] }] });
  return world.google.exportOf(ID);
}

describe('the declarations', () => {
  it('come from the path of a CSV, and are not read again when nothing changed', async () => {
    await world.write('d.csv', CSV);
    const { all, origin, originHash = '' } = await extract(load, world.context('d.csv'));
    expect(all).toEqual([{ number: 2, cells: TEXTS }]);
    expect(origin).toBe('d.csv');
    expect(await load(world.context('d.csv', { lastOriginHash: originHash }))).toBe('unchanged');
    expect(await check(world.context('d.csv'))).toBe('CSV, 1 rows, at d.csv');
  });

  it('come from an address, which is never shown whole', async () => {
    const { all, origin } = await extract(load, world.context(publish()));
    expect(all).toEqual([{ number: 2, cells: TEXTS }]);
    expect(origin).toBe(new URL(world.google.url).host);
  });

  it('are the same from a path and from an address', async () => {
    await world.write('d.csv', CSV);
    const { originHash = '' } = await extract(load, world.context('d.csv'));
    expect(await load(world.context(publish(), { lastOriginHash: originHash }))).toBe('unchanged');
  });

  it('come from a file whose name looks like the id of a spreadsheet', async () => {
    await world.write(ID, CSV);
    expect((await extract(load, world.context(ID))).all).toHaveLength(1);
    expect(world.google.requests).toEqual([]);
  });
});

describe('the declarations are refused', () => {
  it.each([
    ['when the address is none', 'https://', 'GSHEET_ADDRESS', 'URL_GSHEET'],
    ['when the path leads to nothing', 'd.csv', 'FILE_MISSING', 'd.csv'],
    ['when nothing is configured', '', 'SOURCE_NOT_CONFIGURED', 'URL_GSHEET'],
  ])('%s', async (_, url, code, place) => {
    expect(await faultOf(extract(load, world.context(url)))).toMatchObject({ code, place });
  });

  it('when a page that says not what it is stands at the address', async () => {
    const url = publish();
    world.google.fail([{ body: '\n<!DOCTYPE html>' }]);
    expect(await faultOf(extract(load, world.context(url)))).toMatchObject({ code: 'GSHEET_NOT_PUBLIC' });
  });

  it('when nobody answers at the address', async () => {
    const url = publish();
    await world.google.close();
    const fault = await faultOf(extract(load, world.context(url)));
    expect(fault).toMatchObject({ code: 'GSHEET_UNREACHABLE', found: 'ECONNREFUSED' });
  });
});
