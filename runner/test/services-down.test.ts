import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { publishedContent, SAMPLE_DAY, type SampleProject, sampleProject } from './sample-project.ts';
import { type GoogleMaps, startGoogleMaps } from './services/google-maps.ts';
import { type GoogleSheetsService, startGoogleSheets } from './services/google-sheets.ts';
import { sampleWays, typedSample } from './services/sample.ts';
import type { Misfortune } from './services/service.ts';
import { type SlackService, startSlack } from './services/slack.ts';

const ID = 'the-spreadsheet-of-the-sample-declarations';
let sheets: GoogleSheetsService;
let maps: GoogleMaps;
let slack: SlackService;
let project: SampleProject;

beforeAll(async () => {
  const ways = sampleWays();
  [sheets, slack] = [await startGoogleSheets(), await startSlack()];
  maps = await startGoogleMaps((origin, _, mode) => ways.get(`${mode} ${origin}`));
  sheets.put(ID, { sheets: [{ title: 'Réponses au formulaire 1', rows: typedSample() }] });
  project = await sampleProject({
    URL_GSHEET: ID,
    GOOGLE_APPLICATION_CREDENTIALS: 'key.json',
    GOOGLE_SHEETS_ROOT_URL: sheets.url,
    TRAJETS_CSV: '',
    GOOGLE_MAPS_API_KEY: maps.key,
    GOOGLE_MAPS_ROOT_URL: maps.url,
  });
  await writeFile(join(project.dir, 'key.json'), sheets.keyFile());
});
/** How many messages are in each state. */
const outbox = () => project.rows('select status, count(*) from ops.outbox group by 1 order by 1');
afterAll(async () => {
  await project?.close();
  for (const service of [sheets, maps, slack]) await service?.close();
});

it('with every service failing, published data stay, each failure is named, and one alert is tried', async () => {
  const good = await project.runner(['pipeline', ...SAMPLE_DAY]);
  expect(good).toMatchObject({ code: 0, stderr: '' });
  expect(good.stdout).toMatch(/\d{3} messages wait: SLACK_WEBHOOK_URL is not set/);
  const published = await publishedContent(project);
  const [batches, waiting] = [await project.rows('select count(*) from ops.batch'), await outbox()];
  expect(waiting).toEqual([['waiting', expect.stringMatching(/^[1-9]\d\d$/)]]);

  const always: readonly Misfortune[] = Array(500).fill({ status: 503, body: '<html>down</html>' });
  for (const service of [sheets, maps, slack]) service.fail(always);
  const { code, stdout, stderr } = await project.runner(['pipeline', '--full-refresh', ...SAMPLE_DAY], {
    FORCE_GMAPS: '1',
    SERVICE_RETRIES: '1',
    SLACK_WEBHOOK_URL: slack.webhook,
    SLACK_ALERTING_URL: slack.alerts,
  });
  expect(code).toBe(1);
  for (const failure of ['GSHEET_', 'GMAPS_', 'MESSAGES_WAIT']) expect(stderr).toContain(failure);
  expect(await publishedContent(project)).toBe(published);
  expect(await project.rows('select count(*) from ops.batch')).toEqual(batches);

  const alerts = slack.requests.filter(({ path }) => path === new URL(slack.alerts).pathname);
  expect(alerts).toHaveLength(1);
  const { text } = JSON.parse(alerts[0]?.body ?? '') as { readonly text: string };
  for (const failure of ['GSHEET_', 'GMAPS_', 'MESSAGES_WAIT']) expect(text).toContain(failure);
  expect(stdout + stderr).toContain('alert');
  const [[error = '']] = (await project.rows('select error from ops.run order by started_at desc limit 1')) as [
    [string],
  ];
  for (const failure of ['GSHEET_', 'GMAPS_', 'MESSAGES_WAIT']) expect(error).toContain(failure);
  expect(await outbox()).toEqual(waiting);
});

it('once they work again, the same command does the rest, and what is published is what it was', async () => {
  // The history goes on, and the batches have other numbers.
  const figures = () =>
    publishedContent(
      project,
      "schemaname in ('metier', 'sec') and tablename not like 'histo%' or tablename = 'message_felicitation'",
    );
  const [published, waiting] = [await figures(), await outbox()];
  for (const service of [sheets, maps, slack]) service.mend();
  const { code, stderr } = await project.runner(['pipeline', '--full-refresh', ...SAMPLE_DAY], { FORCE_GMAPS: '1' });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(await figures()).toBe(published);
  expect(await outbox()).toEqual(waiting);
  const last = 'run_id = (select run_id from ops.run order by started_at desc limit 1)';
  expect(await project.rows(`select distinct status from ops.node_result where ${last}`)).toEqual([['success']]);
});
