import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { extract, faultOf, type TestContext, testContext, useTempDir } from '../shared/testing.ts';
import load from './load.ts';

const folder = useTempDir();
const COLUMNS = ['horodateur', 'nom', 'prenom', 'date_activite', 'sport_type', 'distance_km', 'duree', 'commentaire'];
const CSV =
  "Horodateur,Nom,Prénom,Date,Sport type,Distance parcourue en kms,Durée de l'activité,Commentaire\r\n" +
  '22/10/2026 20:00:00,Fabre,Léa,22/10/2026,Runing,"5,2",00:30:00,\r\n';
const ROW = ['22/10/2026 20:00:00', 'Fabre', 'Léa', '22/10/2026', 'Runing', '5,2', '00:30:00', null];

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

async function serve(answer: (response: ServerResponse) => void): Promise<string> {
  const server = createServer((_, response) => answer(response));
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/export?format=csv&key=secret`;
}

function at(url: string, lastOriginHash: string | null = null): TestContext {
  return testContext({ projectDir: folder.path(), columns: COLUMNS, env: { URL_GSHEET: url }, lastOriginHash });
}

describe('the declarations', () => {
  it('come from the path of a CSV, and are not read again when nothing changed', async () => {
    await folder.write('d.csv', CSV);
    const { all, origin, originHash = '' } = await extract(load, at('d.csv'));
    expect(all).toEqual([{ number: 2, cells: ROW }]);
    expect(origin).toBe('d.csv');
    expect(await load(at('d.csv', originHash))).toBe('unchanged');
  });

  it('come from an address, which is never shown whole', async () => {
    const url = await serve((response) => response.setHeader('content-type', 'text/csv').end(CSV));
    const { all, origin } = await extract(load, at(url));
    expect(all).toEqual([{ number: 2, cells: ROW }]);
    expect(origin).toBe(new URL(url).host);
  });

  it('are the same from a path and from an address', async () => {
    await folder.write('d.csv', CSV);
    const { originHash = '' } = await extract(load, at('d.csv'));
    const url = await serve((response) => response.end(CSV));
    expect(await load(at(url, originHash))).toBe('unchanged');
  });
});

describe('an address of the declarations is refused', () => {
  const cases: readonly [string, string, (response: ServerResponse) => void][] = [
    ['when it answers with an error', 'GSHEET_HTTP_STATUS', (response) => response.writeHead(404).end('no')],
    [
      'when it answers with a page to sign in',
      'GSHEET_NOT_PUBLIC',
      (response) => response.setHeader('content-type', 'text/html; charset=utf-8').end('<html></html>'),
    ],
    [
      'when it answers with a page of no declared type',
      'GSHEET_NOT_PUBLIC',
      (response) => response.end('\n<!DOCTYPE html>'),
    ],
    [
      'when the connection breaks off',
      'GSHEET_UNREACHABLE',
      (response) => {
        response.writeHead(200, { 'content-length': '5000' });
        response.write(CSV);
        setImmediate(() => response.destroy());
      },
    ],
  ];
  it.each(cases)('%s, naming the host only', async (_, code, answer) => {
    const url = await serve(answer);
    const fault = await faultOf(extract(load, at(url)));
    expect(fault).toMatchObject({ code, place: new URL(url).host });
    expect(JSON.stringify({ ...fault, message: fault.message })).not.toContain('secret');
  });

  it('when nobody answers', async () => {
    const url = await serve((response) => response.end());
    const [server] = servers.splice(0);
    await new Promise((resolve) => server?.close(resolve));
    expect(await faultOf(extract(load, at(url)))).toMatchObject({ code: 'GSHEET_UNREACHABLE', found: 'ECONNREFUSED' });
  });

  it('when it is no address', async () => {
    expect(await faultOf(extract(load, at('https://')))).toMatchObject({ code: 'GSHEET_ADDRESS' });
  });

  it('when it is the id of a spreadsheet, which needs an API that comes later', async () => {
    const id = '1aB2cD3eF4gH5iJ6kL7mN8oP9qR0sT1uV2wX3yZ4_-5a';
    expect(await faultOf(extract(load, at(id)))).toMatchObject({ code: 'GSHEET_API_LATER' });
    await folder.write(id, CSV);
    expect((await extract(load, at(id))).all).toHaveLength(1);
  });

  it('when it is a path to nothing', async () => {
    expect(await faultOf(extract(load, at('d.csv')))).toMatchObject({ code: 'FILE_MISSING', place: 'd.csv' });
  });
});
