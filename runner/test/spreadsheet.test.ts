import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SAMPLE_DAY, type SampleProject, sampleProject } from './sample-project.ts';
import { type GoogleSheetsService, ROBOT, startGoogleSheets } from './services/google-sheets.ts';
import { typedSample } from './services/sample.ts';

const ID = 'the-spreadsheet-of-the-sample-declarations';
const QUERIES = [
  'select num_ligne, cle_salarie, motif_rejet, motif_ecart, duree_sec, distance_m, horodateur, date_activite from sec.declaration order by num_ligne',
  'select * from metier.vue_kpi_jours_supplementaires',
];

let google: GoogleSheetsService;
let project: SampleProject;

beforeAll(async () => {
  google = await startGoogleSheets();
  project = await sampleProject();
  await writeFile(join(project.dir, 'key.json'), google.keyFile());
});
afterAll(async () => {
  await project?.close();
  await google?.close();
});

const spreadsheet = { URL_GSHEET: ID, GOOGLE_APPLICATION_CREDENTIALS: 'key.json' };
const pipeline = (env: Readonly<Record<string, string>> = {}) =>
  project.runner(['pipeline', ...SAMPLE_DAY], { GOOGLE_SHEETS_ROOT_URL: google.url, ...env });
const published = () => Promise.all(QUERIES.map((sql) => project.rows(sql)));

describe("the sample's declarations in a spreadsheet", () => {
  it('give the same figures as in a CSV', async () => {
    expect(await pipeline()).toMatchObject({ code: 0, stderr: '' });
    const fromCsv = await published();
    google.put(ID, { sheets: [{ title: 'Réponses au formulaire 1', rows: typedSample(), spareRows: 100 }] });
    expect(await pipeline(spreadsheet)).toMatchObject({ code: 0, stderr: '' });
    expect(google.requests.map(({ path }) => path)).toContain('/token');
    expect(
      await project.rows(
        "select origin from ops.batch where source = 'gsheet.declaration' order by batch_id desc limit 1",
      ),
    ).toEqual([[`${new URL(google.url).host}, sheet "Réponses au formulaire 1"`]]);
    const fromApi = await published();
    expect(fromApi[0]?.length).toBeGreaterThan(800);
    expect(fromApi).toEqual(fromCsv);
  });

  it('change nothing when read again, nor when they may be read no more', async () => {
    const before = await published();
    const batches = await project.rows('select count(*) from ops.batch');
    expect((await pipeline(spreadsheet)).stdout).toContain('Nothing');
    google.put(ID, { isShared: false, sheets: [] });
    const { code, stdout, stderr } = await pipeline(spreadsheet);
    expect(code).toBe(1);
    expect(stdout + stderr).toContain('GSHEET_FORBIDDEN');
    expect(stdout + stderr).toContain(`Share the spreadsheet with ${ROBOT} as a viewer.`);
    expect(stdout + stderr).not.toMatch(/marked|PRIVATE KEY/);
    expect(await published()).toEqual(before);
    expect(await project.rows('select count(*) from ops.batch')).toEqual(batches);
  });
});
