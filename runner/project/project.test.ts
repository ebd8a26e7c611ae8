import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RunnerError } from '../errors.ts';
import { parseProjectConfig } from './config.ts';
import { readEnv, requireSecrets, withSampleSecrets } from './env.ts';
import { readProject } from './read-project.ts';
import { parseSeed } from './seeds.ts';
import { parseSources } from './sources.ts';

function faults(work: () => unknown): readonly string[] {
  try {
    work();
  } catch (error) {
    return told(error);
  }
  return [];
}

function told(error: unknown): readonly string[] {
  if (!(error instanceof RunnerError)) throw error;
  return error.faults.map(
    ({ code, file, line, message, hint }) => `${code} ${file}:${line} ${message}${hint ? ` → ${hint}` : ''}`,
  );
}

describe('project.yml', () => {
  it('has defaults for all but the name', () => {
    expect(parseProjectConfig('name: shop', 'project.yml')).toMatchObject({
      name: 'shop',
      dataSource: 'shop',
      database: 'shop',
      stateSchema: 'ops',
      rawSchema: 'raw',
      timezone: 'UTC',
      models: {},
      flags: [],
    });
  });

  it('says each fault with its line, all at once', () => {
    const text =
      'name: shop\ntimezon: UTC\nmodels:\n  marts: {materialised: table}\n  log: {full_refresh: perhaps}\ntimezone: Mars/Base\n';
    expect(faults(() => parseProjectConfig(text, 'project.yml'))).toEqual([
      'CONFIG_INVALID project.yml:2 "timezon" is not a key of project.yml → Did you mean "timezone"?',
      'CONFIG_INVALID project.yml:4 "materialised" is not a key of "models.marts" → Did you mean "materialized"?',
      'CONFIG_INVALID project.yml:5 wrong value for "full_refresh" of "models.log" → Write what is expected, or take it out.',
      'CONFIG_INVALID project.yml:6 wrong value for "timezone" of project.yml → Write what is expected, or take it out.',
    ]);
  });

  it('that is no YAML is refused with line and column', () => {
    expect(faults(() => parseProjectConfig('name: [a\nvars: {}', 'project.yml'))[0]).toMatch(
      /^YAML_SYNTAX project\.yml:2/,
    );
  });
});

describe('messages of project.yml', () => {
  it('are read with their defaults', () => {
    const text = `name: p
outbox:
  news: {model: news, key: id, text: body, webhook: HOOK, order_by: [day], when_flag: G, pace: 5s}
alert:
  webhook: ALERTS
  rows: [{model: rejects, columns: [line]}]
`;
    const { outbox, alert } = parseProjectConfig(text, 'project.yml');
    expect(outbox).toEqual([
      {
        name: 'news',
        line: 3,
        model: 'news',
        key: 'id',
        text: 'body',
        webhook: 'HOOK',
        orderBy: ['day'],
        whenFlag: 'G',
        republish: 10,
        pace: 5_000,
        timeout: 10_000,
      },
    ]);
    expect(alert).toEqual({
      webhook: 'ALERTS',
      rows: [{ model: 'rejects', title: 'rejects', columns: ['line'], examples: 3 }],
    });
  });

  it('are refused where something lacks or is wrong, each with its line', () => {
    const text = 'name: p\noutbox:\n  news: {model: news, republish: -1}\nalert:\n  rows: [{title: x}]\n';
    expect(() => parseProjectConfig(text, 'project.yml')).toThrow(
      [
        '"outbox.news" has no "key"',
        '"outbox.news" has no "text"',
        '"outbox.news" has no "webhook"',
        'wrong value for "republish" of "outbox.news"',
        '"alert" has no "webhook"',
        '"alert.rows.0" has no "model"',
      ].join('\n'),
    );
  });
});

describe('the name of an environment variable', () => {
  const URL = 'https://hooks.slack.com/services/T0/B0/pasted';

  it.each([
    ['a webhook of an outbox', `outbox:\n  n: {model: m, key: k, text: t, webhook: "${URL}"}`, 3],
    ['what forces an outbox', `outbox:\n  n: {model: m, key: k, text: t, webhook: W, force_env: "${URL}"}`, 3],
    ['a list for a webhook', `outbox:\n  n:\n    {model: m, key: k, text: t, webhook: ["${URL}"]}`, 4],
    ['the webhook of alerts', `alert:\n  webhook: ${URL}`, 3],
    ['a secret', `secrets:\n  - {name: A_NAME}\n  - name: ${URL}`, 4],
    ['a secret in short', `secrets: [A_NAME, "${URL}"]`, 2],
    ['a flag', `flags:\n  F:\n    env: ${URL}`, 4],
  ])('is not the value itself: %s is refused, and neither it nor its line is told', (_what, yaml, line) => {
    try {
      parseProjectConfig(`name: p\n${yaml}\n`, 'project.yml');
      expect.unreachable();
    } catch (error) {
      const { faults } = error as RunnerError;
      expect(faults).toMatchObject([
        { code: 'CONFIG_INVALID', line, hint: expect.stringMatching(/in \.env, and its variable's name here/) },
      ]);
      expect(JSON.stringify(faults)).not.toMatch(/hooks|pasted/);
    }
  });
});

describe('sources.yml', () => {
  it('is read as tables', () => {
    const [table] = parseSources(
      'sources: {shop: {tables: {orders: {loader: x.js, columns: [a], env: {FILE: y, N: 1, T: null}}}}}',
      's.yml',
    );
    expect(table).toMatchObject({
      system: 'shop',
      table: 'orders',
      mode: 'replace',
      env: { FILE: 'y', N: '1', T: null },
      columns: ['a'],
    });
  });

  it('may take a default back when another variable is set', () => {
    const table = (env: string): string =>
      `sources:\n  shop:\n    tables:\n      orders:\n        env:\n          FILE: ${env}\n`;
    expect(parseSources(table('{ default: y, unless: KEY }'), 's.yml')[0]).toMatchObject({
      env: { FILE: 'y' },
      unless: { FILE: 'KEY' },
    });
    expect(faults(() => parseSources(table('{ default: y, until: KEY }'), 's.yml'))).toEqual([
      'CONFIG_INVALID s.yml:6 "sources.shop.tables.orders.env.FILE" has no "unless" → Add it.',
      'CONFIG_INVALID s.yml:6 "until" is not a key of "sources.shop.tables.orders.env.FILE" → Take it out.',
    ]);
    expect(faults(() => parseSources(table('{ unless: [KEY] }'), 's.yml'))).toHaveLength(2);
    expect(faults(() => parseSources(table('[y]'), 's.yml'))).toHaveLength(1);
  });

  it('refuses a loader without columns and an unknown mode', () => {
    const text = 'sources:\n  shop:\n    tables:\n      orders:\n        loader: x.js\n        mode: add\n';
    expect(faults(() => parseSources(text, 's.yml'))).toEqual([
      'CONFIG_INVALID s.yml:4 source shop.orders has a loader but no columns → Name what it gives.',
      'CONFIG_INVALID s.yml:6 wrong value for "mode" of "sources.shop.tables.orders" → Write what is expected, or take it out.',
    ]);
  });
});

describe('a seed', () => {
  it('keeps the line of each row, and reads an empty cell as NULL', () => {
    const seed = parseSeed('a,b\n1,"x\ny"\n\n2,\n', 'codes', 'seeds/codes.csv');
    expect(seed.header).toEqual(['a', 'b']);
    expect(seed.rows).toEqual([
      { line: 3, cells: ['1', 'x\ny'] },
      { line: 5, cells: ['2', null] },
    ]);
  });

  it.each([
    ['', /is empty/],
    ['a,a\n', /header/],
    ['a,b\n1\n', /seeds\/codes\.csv:2 row of seed codes does not fit/],
    ['a,b\n1,"x\n', /a quote is not closed/],
  ])('%j is refused', (text, message) => {
    expect(faults(() => parseSeed(text, 'codes', 'seeds/codes.csv'))[0]).toMatch(message);
  });
});

describe('a project folder', () => {
  let dir: string;
  const write = (file: string, text: string): void => {
    mkdirSync(dirname(join(dir, file)), { recursive: true });
    writeFileSync(join(dir, file), text);
  };
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'project-'));
    write(
      'project.yml',
      'name: shop\nmodels: {marts: {schema: marts, tags: [a]}, marts/deep: {materialized: table}}\n',
    );
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  it('gives a model the configuration of the folders it is in, the nearest one winning', async () => {
    write('models/marts/deep/x.sql', 'select 1');
    write('models/y.sql', 'select 1');
    expect((await readProject(dir)).models.map(({ name, config }) => [name, config])).toEqual([
      ['x', { schema: 'marts', tags: ['a'], materialized: 'table' }],
      ['y', {}],
    ]);
  });

  it('may be configured for folders without a model, but not for one that is a typo', async () => {
    write('project.yml', 'name: t\nmodels:\n  marts: {schema: m}\n  mart: {schema: m}\n  ops: {schema: o}\n');
    write('models/marts/a.sql', 'select 1');
    expect(await readProject(dir).then(() => [], told)).toEqual([
      expect.stringMatching(/^NAME_UNKNOWN project.yml:4 models names mart, .*Did you mean "marts"\?$/),
    ]);
  });

  it('may not review models or columns that are not there', async () => {
    const outcomes = '  outcomes:\n    - {model: x, column: has_ti, motive: why}\n    - {model: z, column: has_it}\n';
    const members = '  members: {model: x, person: who, of: {totl: "true"}}\n';
    write('project.yml', `name: t\nreview:\n  figures: [total, y]\n  small_group: 2\n${outcomes}${members}`);
    for (const name of ['x', 'total']) write(`models/${name}.sql`, 'select 1');
    write('soda/public/x.yml', 'dataset: t/t/public/x\ncolumns: [{name: has_it}, {name: why}]\n');
    expect(await readProject(dir).then(() => [], told)).toEqual([
      expect.stringMatching(/^NAME_UNKNOWN project.yml:3 review names y, which is not there/),
      expect.stringMatching(/^NAME_UNKNOWN project.yml:8 review names totl, .*Did you mean "total"\?$/),
      expect.stringMatching(/^NAME_UNKNOWN project.yml:7 review names z, /),
      expect.stringMatching(/^REVIEW_COLUMN_UNKNOWN project.yml:6 review names has_ti, .*Did you mean "has_it"\?$/),
      expect.stringMatching(/^REVIEW_COLUMN_UNKNOWN project.yml:8 review names who, /),
    ]);
  });

  it('names two nodes of one name, and a contract without a model', async () => {
    write('models/marts/deep/x.sql', 'select 1');
    write('seeds/x.csv', 'a\n1\n');
    write('soda/marts/z.yml', 'dataset: shop/shop/marts/z\ncolumns: []\n');
    expect(
      (await readProject(dir).then(() => [], told)).map((fault) => fault.split(' ').slice(0, 2).join(' ')),
    ).toEqual(['NAME_TWICE seeds/x.csv:1', 'CONTRACT_WITHOUT_MODEL soda/marts/z.yml:1']);
  });

  it("reads .env below the process's environment, an empty value counting as unset", () => {
    write('.env', 'A=file\nB=file   # why\nC=\nD="a # b"\n');
    const env = readEnv(dir, { A: 'process', B: '' });
    expect(['A', 'B', 'C', 'D', 'E'].map(env)).toEqual(['process', 'file', undefined, 'a # b', undefined]);
  });

  it("accepts the sample's secret on the embedded server only", () => {
    const config = parseProjectConfig('name: x\nsecrets: [{name: SALT, sample: demo}, OTHER]', 'project.yml');
    expect(withSampleSecrets(() => undefined, config, true)('SALT')).toBe('demo');
    expect(withSampleSecrets(() => undefined, config, false)('SALT')).toBeUndefined();
    expect(faults(() => requireSecrets(() => undefined, config))).toHaveLength(1);
    expect(faults(() => requireSecrets(() => 'demo', config))).toHaveLength(1);
    expect(faults(() => requireSecrets(() => 'real', config))).toEqual([]);
  });

  it('knows two kinds of secrets besides a plain value', () => {
    const { secrets } = parseProjectConfig('name: x\nsecrets: [{name: SHEET, kind: address}]', 'project.yml');
    expect(secrets).toEqual([{ name: 'SHEET', kind: 'address' }]);
    expect(() => parseProjectConfig('name: x\nsecrets: [{name: SHEET, kind: adress}]', 'project.yml')).toThrow();
  });
});
