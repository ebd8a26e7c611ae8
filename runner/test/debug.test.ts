import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SAMPLE_DAY, type SampleProject, sampleProject } from './sample-project.ts';
import { type Service, startService } from './services/service.ts';
import { type SlackService, startSlack } from './services/slack.ts';

let project: SampleProject;
let slack: SlackService;
let sheet: Service;
/** Nothing listens there any more. */
let nowhere: string;
const KEY = 'marked-sheet-key-1';
const MESSAGES = `
outbox:
  words: {model: rh_salarie, key: cle_salarie, text: nom, webhook: SLACK_WEBHOOK_URL}
`;
const ALERT = '\nalert: {webhook: SLACK_ALERTING_URL}\n';

beforeAll(async () => {
  [project, slack] = await Promise.all([sampleProject(), startSlack()]);
  sheet = await startService(() => ({ headers: { 'content-type': 'text/html' }, body: '<html>Sign in</html>' }));
  const gone = await startService(() => ({}));
  nowhere = gone.url;
  await gone.close();
  const path = join(project.dir, 'project.yml');
  const text = readFileSync(path, 'utf8');
  const added = [/^outbox:/m.test(text) ? '' : MESSAGES, /^alert:/m.test(text) ? '' : ALERT];
  writeFileSync(path, text + added.join(''));
});
afterAll(() => Promise.all([project?.close(), slack?.close(), sheet?.close()]));

interface Line {
  readonly what: string;
  readonly state: string;
  readonly detail: string;
}

async function debug(env: Readonly<Record<string, string>> = {}): Promise<{ code: number; lines: readonly Line[] }> {
  const { code, stdout, stderr } = await project.runner(['debug', ...SAMPLE_DAY, '--output', 'json'], env);
  expect(stderr).toBe('');
  expect(stdout).not.toMatch(/marked|a-salt-for-tests/);
  const lines = JSON.parse(stdout) as readonly Line[];
  expect(lines.filter(({ detail }) => detail.includes('\n'))).toEqual([]);
  return { code, lines };
}

const toDo = (lines: readonly Line[]): readonly string[] =>
  lines.filter(({ state }) => state !== 'ok').map(({ what, detail }) => `${what}: ${detail}`);

describe('debug says in one line each', () => {
  it('that all works, with a line for each thing and no need of the network', async () => {
    const { code, lines } = await debug();
    expect([code, toDo(lines)]).toEqual([0, []]);
    expect(lines.map(({ what }) => what)).toEqual([
      'node',
      'project',
      'target',
      'P12_PSEUDO_SALT',
      'GOOGLE_MAPS_API_KEY',
      'PGPASSWORD',
      'SDS_BI_PASSWORD',
      'SDS_RH_PASSWORD',
      'URL_GSHEET',
      'GOOGLE_APPLICATION_CREDENTIALS',
      'source rh.salarie',
      'source sport.pratique',
      'source gsheet.declaration',
      'source gmaps.trajet',
      'source simulation.declaration',
      'webhook SLACK_ALERTING_URL',
      'webhook SLACK_WEBHOOK_URL',
    ]);
    expect(lines.at(-2)?.detail).toBe('not set: nobody is alerted');
    expect(lines.at(-1)?.detail).toBe('not set: messages wait');
  });

  it('what to do to its end, in a table too', async () => {
    const env = { RH_XLSX: `sources/${'a-long-folder/'.repeat(8)}rh.xlsx` };
    const { lines } = await debug(env);
    const detail = lines.find(({ what }) => what === 'source rh.salarie')?.detail ?? '';
    expect(detail.length).toBeGreaterThan(120);
    expect((await project.runner(['debug', ...SAMPLE_DAY], env)).stdout).toContain(detail);
  });

  it('which webhook works, and posts nothing', async () => {
    const { code, lines } = await debug({ SLACK_WEBHOOK_URL: slack.webhook, SLACK_ALERTING_URL: slack.alerts });
    expect([code, toDo(lines)]).toEqual([0, []]);
    expect(lines.at(-1)?.detail).toBe(`${new URL(slack.url).host} takes messages (nothing was posted)`);
    expect([slack.posted(slack.webhook), slack.posted(slack.alerts)]).toEqual([[], []]);
    expect(slack.requests.map(({ body }) => JSON.parse(body).text)).toEqual(['', '']);
  });

  const host = (service: Service): string => new URL(service.url).host;
  const cases: readonly [string, () => Readonly<Record<string, string>>, () => string | RegExp][] = [
    [
      'a workbook that is not there',
      () => ({ RH_XLSX: 'none.xlsx' }),
      () => /^source rh\.salarie: none\.xlsx does not exist\. Check RH_XLSX; /,
    ],
    [
      'a workbook that is none',
      () => ({ SPORT_XLSX: 'project.yml' }),
      () => /^source sport\.pratique: .*project\.yml.*\. [A-Z].*/,
    ],
    [
      'a file whose headers are others',
      () => ({ URL_GSHEET: 'sources/sample/trajets.csv' }),
      () => /^source gsheet\.declaration: .*trajets\.csv/,
    ],
    [
      'a sheet that answers with a page to sign in',
      () => ({ URL_GSHEET: `${sheet.url}/export?format=csv&key=${KEY}` }),
      () => new RegExp(`^source gsheet.declaration: ${host(sheet)} answered with a web page.*Share the sheet`),
    ],
    [
      'a sheet that nobody serves',
      () => ({ URL_GSHEET: `${nowhere}/export?key=${KEY}` }),
      () => /^source gsheet\.declaration: 127\.0\.0\.1:\d+ .*network/,
    ],
    [
      'a file of credentials that is not there',
      () => ({ GOOGLE_APPLICATION_CREDENTIALS: 'none.json' }),
      () =>
        'GOOGLE_APPLICATION_CREDENTIALS: none.json does not exist. Check the path; a relative one starts at the project folder.',
    ],
    [
      'a webhook that was revoked',
      () => {
        slack.fail([{ status: 403, body: 'invalid_token' }]);
        return { SLACK_WEBHOOK_URL: slack.webhook };
      },
      () =>
        `webhook SLACK_WEBHOOK_URL: ${host(slack)} answered 403 (invalid_token). The webhook was revoked, or its app may not post there: make another one in Slack.`,
    ],
    [
      'a webhook that nobody serves',
      () => ({ SLACK_ALERTING_URL: `${nowhere}/services/T0/B0/marked-secret-2` }),
      () =>
        `webhook SLACK_ALERTING_URL: the connection to ${new URL(nowhere).host} failed (ECONNREFUSED). Check the network, then try again.`,
    ],
    [
      'a target that nobody serves',
      () => ({ PGPORT: '1' }),
      () => /^target: cannot connect to PostgreSQL at .*\. No server listens there/,
    ],
  ];
  it.each(cases)('%s, with what to do, and exits with 1', async (_, env, expected) => {
    const { code, lines } = await debug(env());
    expect(code).toBe(1);
    const found = toDo(lines);
    expect(found).toHaveLength(1);
    if (typeof expected() === 'string') expect(found[0]).toBe(expected());
    else expect(found[0]).toMatch(expected());
  });

  it('all that is wrong at once, as a table for a person', async () => {
    const env = { P12_PSEUDO_SALT: '', SLACK_WEBHOOK_URL: `${nowhere}/services/T0/B0/marked-secret-3`, PGPORT: '1' };
    const { code, stdout, stderr } = await project.runner(['debug'], env);
    expect([code, stderr]).toEqual([1, '']);
    expect(stdout.match(/^\S.* to do .*$/gm)?.map((line) => line.split(/ {2,}/)[0])).toEqual([
      'target',
      'P12_PSEUDO_SALT',
      'source rh.salarie',
      'source sport.pratique',
      'webhook SLACK_WEBHOOK_URL',
    ]);
    expect(stdout).not.toContain('marked');
  });
});

describe('the address of a webhook in project.yml, where the name of its variable should stand', () => {
  it('is refused, and shown, sent and kept nowhere, whatever else is wrong in its line', async () => {
    const path = join(project.dir, 'project.yml');
    const text = readFileSync(path, 'utf8');
    const pasted = 'https://hooks.slack.com/services/T0/B0/pasted';
    const inLine = `{name: ${pasted}-1, sampel: x}`;
    const wrong = text.replace('{name: SLACK_WEBHOOK_URL}', inLine).replace(': SLACK_WEBHOOK_URL', `: ${pasted}-2`);
    writeFileSync(path, wrong);
    for (const args of [['debug'], ['pipeline'], ['debug', '--log-format', 'json']]) {
      const { code, stdout, stderr } = await project.runner(args, { SLACK_ALERTING_URL: slack.alerts });
      expect(code).toBe(2);
      expect(stdout + stderr).toMatch(/not the name of an environment variable/);
      expect(stdout + stderr).toContain('sampel');
      expect(stdout + stderr).not.toContain('pasted');
    }
    writeFileSync(path, text);
    const kept = readdirSync(join(project.dir, 'target'), { recursive: true, withFileTypes: true });
    const files = kept.filter((file) => file.isFile()).map((file) => join(file.parentPath, file.name));
    expect(files.filter((file) => readFileSync(file, 'utf8').includes('pasted'))).toEqual([]);
    expect(slack.posted(slack.alerts)).toEqual([expect.stringContaining('environment variable')]);
    expect(slack.posted(slack.alerts)[0]).not.toContain('pasted');
  });
});
