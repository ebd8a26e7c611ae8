import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Ended } from './cli.ts';
import { editText, editWorkbook, RH } from './oracle/edits.ts';
import { startRunner } from './processes.ts';
import { builtSample, SAMPLE_DAY, type SampleProject, sampleProject } from './sample-project.ts';
import { type GoogleMaps, refused, startGoogleMaps, type Way } from './services/google-maps.ts';
import { sampleWays } from './services/sample.ts';
import type { Received } from './services/service.ts';

const ELIGIBILITY = 'select * from metier.vue_elig_prime order by cle_salarie';
const PARAMETERS = 'seeds/param_avantage.csv';
const COMMUTES = 'select count(*) from raw.gmaps_trajet';
const DENIED = refused('REQUEST_DENIED', 'You must enable Billing on the Google Cloud Project.');
const open: SampleProject[] = [];
const printed: string[] = [];
let google: GoogleMaps;
let ways: ReadonlyMap<string, Way>;
let project: SampleProject;

async function newProject(env: Readonly<Record<string, string>> = {}): Promise<SampleProject> {
  const made = await sampleProject(env);
  open.push(made);
  return made;
}

async function run(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> {
  const ended = await project.runner([...args, ...SAMPLE_DAY], env);
  printed.push(ended.stdout, ended.stderr);
  return ended;
}

const pipeline = (env?: Readonly<Record<string, string>>): Promise<Ended> => run(['pipeline'], env);
const one = async (sql: string): Promise<string | null> => (await project.rows(sql))[0]?.[0] ?? null;
/** The elements asked by what `work` does. */
async function asked(work: () => Promise<unknown>): Promise<readonly string[]> {
  const before = google.elements.length;
  await work();
  return google.elements.slice(before);
}

beforeEach(async () => {
  ways = sampleWays();
  google = await startGoogleMaps((origin, _, mode) => ways.get(`${mode} ${origin}`));
  project = await newProject({ TRAJETS_CSV: '', GOOGLE_MAPS_API_KEY: google.key, GOOGLE_MAPS_ROOT_URL: google.url });
});
afterEach(async () => {
  expect(printed.join('\n')).not.toContain(google.key);
  for (const made of open.splice(0)) await made.close();
  await google.close();
});

describe('the commutes of the sample, asked of Google Maps', () => {
  it('make the same people eligible as recorded answers do, and the key is nowhere', async () => {
    const ended = await pipeline();
    expect(ended.stderr).toBe('');
    expect(ended.code).toBe(0);
    expect(ended.stdout).toMatch(
      /gmaps\.trajet: Google Maps is asked for \d+ element\(s\) in \d+ request\(s\): walking/,
    );
    expect(ended.stdout).toMatch(/, \d+ OK, \d+ not found, 0 without answer\./);
    expect(String(google.elements.length)).toBe(await one(COMMUTES));
    expect(new Set(google.elements).size).toBe(google.elements.length);

    const recorded = await builtSample();
    open.push(recorded);
    expect(await project.rows(ELIGIBILITY)).toEqual(await recorded.rows(ELIGIBILITY));
    const anomalies = "select cle_salarie, detail from ops.anomalie where motif = 'trajet_introuvable' order by 1, 2";
    expect(await project.rows(anomalies)).toEqual(await recorded.rows(anomalies));

    const tables =
      "select table_schema || '.' || table_name from information_schema.tables where table_schema in ('ops', 'raw')";
    for (const [table] of await project.rows(tables)) {
      expect((await project.rows(`select t::text from ${table} as t`)).join('\n')).not.toContain(google.key);
    }
    for (const file of filesBelow(join(project.dir, 'target'))) {
      expect(readFileSync(file, 'latin1')).not.toContain(google.key);
    }
  });

  it('are asked once: a threshold asks nothing, a new home itself alone, FORCE_GMAPS=1 all, and the latest answer counts', async () => {
    expect((await pipeline()).code).toBe(0);
    const all = google.elements.slice();
    const incoherent = 'select nb_incoherences_detectees from metier.vue_kpi_incoherences';
    const before = Number(await one(incoherent));
    editText(project, PARAMETERS, (text) => text.replace('seuil_km_velo_autres,25', 'seuil_km_velo_autres,7.5'));
    expect(await asked(pipeline)).toEqual([]);
    expect(Number(await one(incoherent))).toBeGreaterThan(before);

    await editWorkbook(project, 'rh', (sheet) => {
      sheet.getRow(2).getCell(RH.adresse).value = '1 Rue | Neuve, 34970 Lattes';
      sheet.getRow(2).getCell(RH.mode).value = 'Marche/running';
    });
    const dry = await run(['load', 'gmaps', '--dry-run']);
    expect(dry.stdout).toMatch(/gmaps.trajet +unchanged/);
    expect(await asked(pipeline)).toEqual([expect.stringMatching(/^walking: 1 Rue Neuve, 34970 Lattes → /)]);

    const ok = "select count(*) from staging.stg_gmaps__trajet where statut = 'OK'";
    ways = new Map([...ways].map(([pair]) => [pair, { status: 'ZERO_RESULTS' }]));
    expect(await asked(() => pipeline({ FORCE_GMAPS: '1' }))).toEqual([]);
    editText(project, PARAMETERS, (text) => text.replace('seuil_km_velo_autres,7.5', 'seuil_km_velo_autres,8'));
    const again = await asked(() => pipeline({ FORCE_GMAPS: '1' }));
    expect(Math.abs(again.length - all.length)).toBeLessThanOrEqual(1);
    expect(again.length).toBeGreaterThan(25);
    expect(await one(`${ok} and id_lot = (select max(batch_id) from ops.batch where source = 'gmaps.trajet')`)).toBe(
      '0',
    );
    expect(Number(await one(ok))).toBeLessThanOrEqual(1);
    expect(await one('select count(*) from metier.ctrl_trajet where distance_m is not null')).toBe(await one(ok));
  });
});

describe('a part of the answers', () => {
  let isDenied = false;
  const driving = ({ query }: Received): boolean => query.get('mode') === 'driving';
  const denyDriving = (): void => {
    isDenied = true;
    google.fail(Array(10).fill(DENIED), (request) => isDenied && driving(request));
  };
  const byMode = 'select mode, count(*) from raw.gmaps_trajet group by mode order by mode';

  it('is kept while nothing is built on it, and the next run asks for the rest', async () => {
    denyDriving();
    const first = await pipeline();
    const landed = Number(await one(COMMUTES));
    expect(first.code).toBe(1);
    expect(first.stderr).toMatch(
      /GMAPS_BILLING[\s\S]*\d+ of \d+ commutes got no answer: 127\.0\.0\.1:\d+ refuses to answer/,
    );
    expect(first.stderr).toContain('What came is kept, and the next run asks for the rest only.');
    expect(landed).toBeGreaterThan(0);
    const result = "select status, row_count, message from ops.node_result where name = 'gmaps.trajet'";
    expect(await project.rows(result)).toEqual([
      ['error', String(landed), `GMAPS_BILLING ${new URL(google.url).host}`],
    ]);
    expect(await one("select row_count from ops.batch where source = 'gmaps.trajet'")).toBe(String(landed));
    expect(await one("select to_regclass('metier.ctrl_trajet')")).toBeNull();
    expect(await one("select status from ops.node_result where name = 'ctrl_trajet'")).toBe('upstream_failed');
    isDenied = false;

    const rest = await asked(async () => expect((await pipeline()).code).toBe(0));
    expect(rest.length).toBeGreaterThan(0);
    expect(rest.length + landed).toBe(Number(await one(COMMUTES)));
    expect(
      await one('select count(*) from (select distinct adresse, destination, mode from raw.gmaps_trajet) as t'),
    ).toBe(await one(COMMUTES));
  });

  it('leaves published data as they are', async () => {
    expect((await pipeline()).code).toBe(0);
    const [eligibility, modes] = [await project.rows(ELIGIBILITY), await project.rows(byMode)];
    editText(project, PARAMETERS, (text) => text.replace('1362 Av. des Platanes', '1 Quai Sud'));
    denyDriving();
    expect((await pipeline()).code).toBe(1);
    expect(await project.rows(ELIGIBILITY)).toEqual(eligibility);
    expect(await project.rows(byMode)).not.toEqual(modes);
    isDenied = false;
    await pipeline();
    expect(await one(`select count(*) from (${byMode}) as t`)).toBe(String(modes.length));
    expect(await project.rows(byMode)).toEqual(modes.map(([mode, count]) => [mode, String(2 * Number(count))]));
  });

  it('is nothing where a run is killed in the middle: the next one asks for all', async () => {
    google.fail(['hang'], driving);
    const killed = startRunner(project, ['pipeline', ...SAMPLE_DAY]);
    await expect.poll(() => google.requests.filter(driving).length, { timeout: 60_000 }).toBeGreaterThan(0);
    killed.kill('SIGKILL');
    await killed.ended;
    expect(await one(COMMUTES)).toBe('0');
    expect(await one("select count(*) from ops.batch where source = 'gmaps.trajet'")).toBe('0');
    const all = await asked(async () => expect((await run(['pipeline', '--wait=60'])).code).toBe(0));
    expect(String(all.length)).toBe(await one(COMMUTES));
  });
});

describe('load --dry-run', () => {
  it('says what would land, and what Google would be asked, and does neither', async () => {
    const first = await run(['load', '--dry-run']);
    expect(first.code).toBe(0);
    expect(first.stdout).toMatch(/rh\.salarie +would land +\d+ rows/);
    expect(first.stdout).toMatch(/gsheet\.declaration +would land +\d+ rows/);
    expect(first.stdout).not.toMatch(/gmaps|S=|G=/);
    expect(await one("select to_regclass('ops.run')")).toBeNull();

    expect((await run(['load'])).code).toBe(0);
    const runs = await one('select count(*) from ops.run');
    expect((await run(['load', '--dry-run'])).stdout).toMatch(/rh\.salarie +unchanged/);
    editText(project, 'sources/sample/declarations.csv', (text) => text.replace(/[^\n]*\n$/, ''));
    expect((await run(['load', 'gsheet', '--dry-run'])).stdout).toMatch(/gsheet\.declaration +would land +\d+ rows/);
    editText(project, 'sources/sample/declarations.csv', () => '');
    const refusedFile = await run(['load', 'gsheet', '--dry-run']);
    expect([refusedFile.code, refusedFile.stdout]).toEqual([
      1,
      expect.stringMatching(/gsheet\.declaration +refused +CSV_EMPTY/),
    ]);

    expect((await run(['load', 'gmaps', '--dry-run'])).stderr).toContain('REQUESTS_NOT_BUILT');
    expect((await run(['build', '--select', '+trajet_requis'])).code).toBe(0);
    const asking = await run(['load', 'gmaps', '--dry-run']);
    expect(asking.stdout).toMatch(/would be asked for \d+ element\(s\) in \d+ request\(s\): walking \d+/);
    expect(asking.stdout).toMatch(/gmaps\.trajet +would ask +\d+ questions/);
    expect(google.requests).toEqual([]);
    const recorded = await run(['load', 'gmaps', '--dry-run'], { TRAJETS_CSV: 'sources/sample/trajets.csv' });
    expect(recorded.stdout).toMatch(/gmaps\.trajet +would land +\d+ rows/);
    expect(await one(COMMUTES)).toBe('0');
    expect(await one("select count(*) from ops.run where command = 'load'")).toBe(runs);

    editText(project, 'seeds/param_avantage.csv', (text) => text.replace('1362 Av. des Platanes', '9 rue du Bac'));
    const stale = await run(['load', 'gmaps', '--dry-run']);
    expect(stale.code).toBe(1);
    expect(stale.stderr).toMatch(/REQUESTS_OUT_OF_DATE[\s\S]*runner build --select \+trajet_requis, then this again/);
    expect(stale.stdout).toMatch(/gmaps\.trajet +refused +REQUESTS_OUT_OF_DATE/);
    expect((await run(['build', '--select', '+trajet_requis'])).code).toBe(0);
    expect((await run(['load', 'gmaps', '--dry-run'])).stdout).toMatch(/gmaps\.trajet +would ask +\d+ questions/);
  });
});

function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((file) => statSync(file).isFile());
}
