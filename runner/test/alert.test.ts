import { appendFileSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ROOT, type Workplace, workplace } from './cli.ts';
import { fileEdits } from './file-edits.ts';
import { type GatePlace, gatePlace } from './processes.ts';
import { SAMPLE_DAY, type SampleProject, sampleProject } from './sample-project.ts';
import { type SlackService, startSlack } from './services/slack.ts';

let slack: SlackService;
let seen = 0;
beforeAll(async () => {
  slack = await startSlack();
});
afterAll(() => slack?.close());

/** The alerts that have come since this was asked last; the identity of a run, which differs each time, as RUN. */
function alerts(): readonly string[] {
  const all = slack.posted(slack.alerts);
  const fresh = all.slice(seen).map((text) => text.replaceAll(/\d{8}T\d{6}-[0-9a-f]{6}/g, 'RUN'));
  seen = all.length;
  return fresh;
}

describe('an alert of a project without a text of its own', () => {
  let shop: Workplace;
  const DAY = ['--as-of', '2026-03-10'];
  const { edit, mend } = fileEdits(() => shop.dir);
  const pipeline = (env: Readonly<Record<string, string>> = {}) => shop.runner(['pipeline', ...DAY], env);

  beforeAll(async () => {
    const parts = ['project.yml', 'models', 'seeds', 'macros', 'sources', 'soda'];
    shop = await workplace(join(ROOT, 'runner/test/fixtures/shop'), parts, {
      SHOP_TOKEN: 'a-real-one',
      ORDERS: 'sources/orders.txt',
      ALERT_URL: slack.alerts,
    });
    appendFileSync(
      join(shop.dir, 'project.yml'),
      'alert: {webhook: ALERT_URL, rows: [{model: order_line, title: Orders, columns: [order_id, product], examples: 2}]}\n',
    );
  });
  afterEach(() => mend());
  afterAll(() => shop?.close());

  it('tells once of rows that a good run has changed, with their number and some of them', async () => {
    const { code, stderr } = await pipeline();
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(alerts()).toEqual([
      'shop: pipeline RUN has something to look at\nstatus success · day 2026-03-10\nOrders: 3 rows\n  1 · apple\n  2 · pear',
    ]);
  });

  it('is not sent by a run that has nothing to do, nor by one that changes none of these rows', async () => {
    expect((await pipeline()).stdout).toContain('Nothing changed');
    edit('models/marts/product.sql', 'answer::integer', '(answer::integer)');
    edit('seeds/rate.csv', '2020-01-01', '2019-12-31');
    expect((await pipeline()).code).toBe(0);
    expect(alerts()).toEqual([]);
  });

  it('names of a contract the check, what was measured, what it was to be and the number of rows', async () => {
    edit('soda/marts/order_line.yml', 'valid_min: 0', 'valid_min: 2, name: not so cheap');
    expect((await pipeline({ RUN_URL: 'https://runs.example/a?b=1&c=<2>' })).code).toBe(1);
    expect(alerts()).toEqual([
      [
        'shop: pipeline RUN failed',
        'status failed · day 2026-03-10 · https://runs.example/a?b=1&amp;c=&lt;2&gt;',
        '• CHECK_FAILED soda/marts/order_line.yml:9: order_line: not so cheap: 1 invalid of 3 rows [measured 1, must be 0, 1 row]',
        '3 nodes not run',
      ].join('\n'),
    ]);
  });

  it('comes though examples can’t be read: these rows are counted only', async () => {
    const odd =
      "{{ config(materialized='table', post_hook=['alter table {{ this }} rename column a to b']) }}select 1 as a";
    writeFileSync(join(shop.dir, 'models/marts/odd.sql'), odd);
    writeFileSync(join(shop.dir, 'soda/marts/odd.yml'), 'dataset: shop/shopdb/marts/odd\ncolumns: [{name: a}]\n');
    edit('project.yml', 'rows: [', 'rows: [{model: odd, title: Odd, columns: [a]}, ');
    edit('soda/marts/order_line.yml', 'valid_min: 0', 'valid_min: 2, name: not so cheap');
    const { code, stderr } = await pipeline();
    for (const file of ['models/marts/odd.sql', 'soda/marts/odd.yml']) rmSync(join(shop.dir, file));
    expect(code).toBe(1);
    expect(stderr).not.toContain('ALERT_NOT_SENT');
    expect(alerts()).toEqual([
      expect.stringMatching(/^shop: pipeline RUN failed\n[\s\S]*CHECK_FAILED[\s\S]*\nOdd: 1 row$/),
    ]);
  });

  it('shows columns of a contract only: others are told when the project is read', async () => {
    edit('project.yml', 'columns: [order_id, product]', 'columns: [order_id, prodct]');
    const { code, stderr } = await pipeline();
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /^ALERT_COLUMN_UNKNOWN project\.yml:\d+:\d+\n {2}alert names prodct, which the contract of order_line does not have\n/,
    );
    expect(stderr).toContain('Did you mean "product"?');
    mend();
    edit('project.yml', 'model: order_line, title', 'model: stg_orders, title');
    expect((await shop.runner(['compile'])).stderr).toMatch(
      /^ALERT_CONTRACT_MISSING project\.yml:\d+:\d+\n {2}alert shows columns of stg_orders, which has no contract\n/,
    );
    expect(alerts()).toEqual([expect.stringContaining('ALERT_COLUMN_UNKNOWN')]);
  });

  it('tells all errors of a project that is wrong, of which there is no run', async () => {
    edit('models/marts/revenue.sql', 'sum(amount)', 'sum(amount');
    edit('project.yml', 'empty: order_line', 'empty: order_lin');
    expect((await pipeline()).code).toBe(2);
    const [text = '', ...others] = alerts();
    expect(others).toEqual([]);
    expect(text.split('\n')).toEqual([
      'shop: pipeline failed',
      'status not started · day 2026-03-10',
      expect.stringMatching(/^• NAME_UNKNOWN project\.yml:\d+:\d+: flag N names order_lin, which is not there$/),
      expect.stringMatching(/^• SQL_SYNTAX models\/marts\/revenue\.sql:3:\d+: syntax error at or near "as"$/),
    ]);
  });

  it('comes of a project.yml that is wrong, and where nothing of it can be read that is said', async () => {
    edit('project.yml', 'name: shop', 'name: shop\nnames: x');
    expect((await pipeline()).code).toBe(2);
    expect(alerts()).toEqual([
      'shop: pipeline failed\nstatus not started · day 2026-03-10\n• CONFIG_INVALID project.yml:2:1: "names" is not a key of project.yml',
    ]);
    edit('project.yml', 'name: shop', 'name: "shop');
    const { code, stdout } = await pipeline();
    expect(code).toBe(2);
    expect(stdout).toContain('no alert was sent: project.yml can’t be read');
    expect(alerts()).toEqual([]);
  });

  const failures: readonly [string, Readonly<Record<string, string>>, number, RegExp][] = [
    ['a secret is missing', { SHOP_TOKEN: 'sample-token' }, 2, /• SECRET_MISSING: SHOP_TOKEN is the sample's$/],
    ['no server answers', { PGPORT: '1' }, 1, /• CONNECTION_FAILED: cannot connect .*ECONNREFUSED/],
    [
      'a source is refused',
      { ORDERS: 'sources/sources.yml' },
      1,
      /• ORDER_INVALID sources\/sources\.yml:1: source shop\.orders was refused$/m,
    ],
  ];
  it.each(failures)('comes once where %s', async (_what, env, code, words) => {
    expect((await pipeline(env)).code).toBe(code);
    expect(alerts()).toEqual([expect.stringMatching(words)]);
  });

  it('tells no value of a row that the server or a loader quotes', async () => {
    edit('models/marts/order_line.sql', 'o.product,', '(o.product::integer)::text as product,');
    expect((await pipeline()).stderr).toContain('"apple"');
    const [text = '', ...others] = alerts();
    expect(others).toEqual([]);
    expect(text).toMatch(/• SQL_22P02 models\/marts\/order_line\.sql\S*: order_line: invalid input .*"\*\*\*"/);
    expect(text).not.toContain('apple');
    // The words of its loader quote the line.
    expect((await pipeline({ ORDERS: 'sources/sources.yml' })).stderr).toContain('found:    sources:');
    expect(alerts()[0]).not.toContain('sources:');
  });

  it('tells no secret that stands in an error', async () => {
    edit('project.yml', 'name: shop', 'name: shop\na-marked-token: 1');
    expect((await pipeline({ SHOP_TOKEN: 'a-marked-token' })).code).toBe(2);
    expect(alerts()).toEqual([expect.stringMatching(/• CONFIG_INVALID .*"\*\*\*" is not a key/)]);
  });

  it('comes of an error that nobody has foreseen, which is told as it would have been', async () => {
    symlinkSync('nowhere', join(shop.dir, 'macros/odd.sql'));
    const { code, stderr } = await pipeline();
    rmSync(join(shop.dir, 'macros/odd.sql'));
    expect(code).toBe(1);
    expect(stderr).toMatch(/^UNEXPECTED\n/);
    expect(alerts()).toEqual([expect.stringMatching(/^shop: pipeline failed\n.*\n• UNEXPECTED: ENOENT/)]);
  });

  it('that can’t be sent is told on the terminal and changes no exit code', async () => {
    const refused = { status: 404, body: 'no_service' };
    slack.fail([refused, 'reset', { status: 500 }]);
    for (const reason of ['answered 404 (no_service)', 'failed', 'answered 500']) {
      const { code, stderr } = await pipeline({ ORDERS: 'sources/sources.yml' });
      expect(code).toBe(1);
      expect(stderr).toMatch(
        /^ORDER_INVALID[\s\S]*\nALERT_NOT_SENT\n {2}the alert of this run was not sent: .*\n {2}→ \w/,
      );
      expect(stderr).toContain(reason);
      expect(stderr).not.toContain('marked-alert-secret');
    }
    expect(alerts()).toEqual([]);
  });

  it('without an address is counted as not sent, once, and only where there was something to tell', async () => {
    const failed = await pipeline({ ORDERS: 'sources/sources.yml', ALERT_URL: '' });
    expect(failed.code).toBe(1);
    expect(failed.stdout.match(/no alert was sent: ALERT_URL is not set/g)).toHaveLength(1);
    expect((await pipeline({ ALERT_URL: '' })).stdout).not.toContain('alert');
    expect(alerts()).toEqual([]);
  });

  it('of a command by hand is not sent, of an orchestrated one once for its execution, restarts included', async () => {
    const load = (execution: string) =>
      shop.runner(['load', ...DAY], { ORDERS: 'sources/sources.yml', KESTRA_EXECUTION_ID: execution });
    expect((await load('')).code).toBe(1);
    expect(alerts()).toEqual([]);
    for (let round = 0; round < 2; round += 1) expect((await load('execution-1')).code).toBe(1);
    expect(alerts()).toEqual([expect.stringContaining('shop: load execution-1 failed\n')]);
    // Under a label, runs share an id, and each execution has its alert.
    for (const execution of ['execution-2', 'execution-3', 'execution-3']) {
      const env = { ORDERS: 'sources/sources.yml', KESTRA_EXECUTION_ID: execution, RUN_LABEL: 'nightly' };
      await shop.runner(['load', ...DAY], env);
    }
    expect(alerts()).toHaveLength(2);
  });

  it('counts the errors that one message has no room for', async () => {
    const values = Array.from({ length: 2000 }, (_, index) => `bad_key_${index}_${'x'.repeat(40)}: 1`).join('\n');
    edit('project.yml', 'name: shop', `name: shop\n${values}`);
    expect((await pipeline()).code).toBe(2);
    const [text = ''] = alerts();
    expect(text.length).toBeLessThan(40_000);
    const shown = text.match(/^• /gm)?.length ?? 0;
    expect(shown).toBeGreaterThan(100);
    expect(text).toMatch(new RegExp(`\\n… and ${(2000 - shown).toLocaleString('en')} more errors$`));
  });

  it('has a text in which each error has its line, and a name that is near', async () => {
    const block =
      '\n  text: |\n    {{ project }}\n    {% for e in errors %}\n    {{ e.cod }}: {{ run.comand }}\n    {% endfor %}\n    {{ somewhere }}\n  rows: []\n';
    const config = readFileSync(join(shop.dir, 'project.yml'), 'utf8');
    const lines = config.split('\n');
    const line = lines.findIndex((text) => text.startsWith('alert:')) + 1;
    edit('project.yml', lines[line - 1] ?? '', `alert:\n  webhook: ALERT_URL${block}`);
    const { code, stderr } = await pipeline();
    expect(code).toBe(2);
    expect(alerts()).toHaveLength(1);
    const told = (column: number, name: string, found: string): RegExp =>
      new RegExp(
        `TEMPLATE_ERROR project\\.yml:${line + 5}:${column}\\n  in alert\\.text: \\{\\{ ${found} \\}\\} has no value\\n[^→]*found: +${found}\\n[^→]*→ Did you mean "${name}"`,
      );
    expect(stderr).toMatch(told(8, 'code', 'e.cod'));
    expect(stderr).toMatch(told(21, 'command', 'run.comand'));
    expect(stderr).toContain('→ It sees project, run, errors, cut, died, rows.');
  });

  it('has a text whose errors are told as those of a model, and plain words where it fails all the same', async () => {
    edit('project.yml', 'webhook: ALERT_URL,', 'webhook: ALERT_URL, text: "{{ run.ids }} {{ amount }}",');
    const { code, stderr } = await pipeline();
    expect(code).toBe(2);
    expect(stderr).toMatch(/TEMPLATE_ERROR project\.yml:\d+:\d+\n {2}in alert\.text: \{\{ run\.ids \}\} has no value/);
    expect(stderr).toContain('in alert.text: {{ amount }} has no value');
    expect(alerts()).toEqual([expect.stringMatching(/^shop: pipeline failed\n/)]);
    mend();
    const odd = 'text: "{% if run.command == \'load\' %}{{ run.ids }}{% endif %}"';
    edit('project.yml', 'webhook: ALERT_URL,', `webhook: ALERT_URL, ${odd},`);
    const load = await shop.runner(['load', ...DAY], { ORDERS: 'sources/sources.yml', KESTRA_EXECUTION_ID: 'odd' });
    expect(load.stdout).toContain('the alert was sent in plain words: its template has an error');
    expect(alerts()).toEqual([expect.stringMatching(/^shop: load odd failed\n/)]);
  });
});

describe('a run that is disturbed', () => {
  let gate: GatePlace;
  beforeAll(async () => {
    gate = await gatePlace();
    appendFileSync(join(gate.dir, 'project.yml'), 'alert: {webhook: ALERT_URL}\n');
    expect((await gate.runner(['build'])).code).toBe(0);
  });
  afterAll(() => gate?.close());
  const slow = ['pipeline', '--select', 'slow'];

  it('by another one that holds the target sends an alert, exit 3; by its user none', async () => {
    const env = { ALERT_URL: slack.alerts };
    await gate.closed(async () => {
      const run = gate.start(slow, env);
      await gate.waitAtGate();
      expect((await gate.runner(['pipeline'], env)).code).toBe(3);
      expect(alerts()).toEqual([
        expect.stringMatching(
          /^gate: pipeline failed\nstatus not started · .*\n• TARGET_LOCKED: another run holds this target$/,
        ),
      ]);
      run.kill('SIGTERM');
      expect((await run.ended).code).toBe(143);
      await gate.waitUntilGone();
    });
    expect(alerts()).toEqual([]);
  });

  it('by a power cut is named by the next one', async () => {
    const env = { ALERT_URL: slack.alerts };
    await gate.closed(async () => {
      const run = gate.start(slow, { ...env, RUN_LABEL: 'the-dead-one' });
      await gate.waitAtGate();
      run.kill('SIGKILL');
      await run.ended;
      await gate.waitUntilGone();
    });
    const { code, stdout } = await gate.runner(['pipeline', '--select', 'first'], env);
    expect(code).toBe(0);
    expect(stdout).toContain('pipeline the-dead-one was found dead');
    expect(alerts()).toEqual([
      expect.stringMatching(
        /^gate: pipeline RUN has something to look at\nstatus success · .*\n• pipeline the-dead-one was found dead: its process ended without a word$/,
      ),
    ]);
  });
});

describe('the alert of the sample', () => {
  let project: SampleProject;
  const { edit, mend } = fileEdits(() => project.dir);
  const pipeline = (env: Readonly<Record<string, string>> = {}) => project.runner(['pipeline', ...SAMPLE_DAY], env);
  const all: string[] = [];

  beforeAll(async () => {
    project = await sampleProject({ SLACK_ALERTING_URL: slack.alerts });
  });
  afterEach(() => mend());
  afterAll(() => project?.close());

  it('tells what was rejected and what is odd, in French, with a link to the run', async () => {
    expect((await pipeline({ RUN_URL: 'https://kestra.example/run?a=1&b=2' })).code).toBe(0);
    const [text = '', ...others] = alerts();
    all.push(text);
    expect(others).toEqual([]);
    const count = async (model: string): Promise<string | null | undefined> =>
      (await project.rows(`select count(*) from ops.${model}`))[0]?.[0];
    expect(text.split('\n')).toEqual([
      '🟠 *sport_data_solution* : à vérifier',
      'Commande pipeline · exécution RUN · statut success · jour 2026-11-24',
      "<https://kestra.example/run?a=1&amp;b=2|Voir l'exécution>",
      `*Déclarations rejetées : ${await count('rejet')}*`,
      "• csv_gsheet · 136 · La durée n'est pas au format H:MM:SS, est nulle ou dépasse 24 h",
      "• csv_gsheet · 166 · La durée n'est pas au format H:MM:SS, est nulle ou dépasse 24 h",
      "• csv_gsheet · 169 · Le sport n'est pas renseigné",
      `*Anomalies : ${await count('anomalie')}*`,
      ...[
        /^• csv_gsheet · \d+ · sal_[0-9a-f]{16} · Aucun sport déclaré aux RH : /,
        /^• csv_gsheet · \d+ · sal_[0-9a-f]{16} · /,
        /^• csv_gsheet · \d+ · sal_[0-9a-f]{16} · /,
      ].map((line) => expect.stringMatching(line)),
    ]);
  });

  it('tells every failure, in French', async () => {
    edit('seeds/param_avantage.csv', 'reference,taux_prime,0.05', 'reference,taux_prime,5');
    expect((await pipeline({ URL_GSHEET: 'nowhere.csv' })).code).toBe(1);
    const [text = '', ...others] = alerts();
    all.push(text);
    expect(others).toEqual([]);
    expect(text.split('\n')).toEqual([
      '🔴 *sport_data_solution* : échec',
      'Commande pipeline · exécution RUN · statut failed · jour 2026-11-24',
      '*Erreurs bloquantes : 2*',
      expect.stringMatching(
        /^• `FILE_MISSING` nowhere\.csv : source gsheet\.declaration was refused → Check URL_GSHEET/,
      ),
      '• `CHECK_FAILED` soda/metier/param_avantage.yml:32 : param_avantage: A rate of 2 or more looks like a percentage: 5 % is 0.05: 1 failed of 11 rows · mesuré : 1 · attendu : must be 0 · lignes en défaut : 1',
      expect.stringMatching(/^Étapes non exécutées : \d+$/),
    ]);
  });

  it('tells nobody’s name, address, birth date or salary, whatever is found and whatever fails', async () => {
    edit('project.yml', '[source, num_ligne, libelle_motif]', '[source, contenu, libelle_motif]');
    edit('project.yml', '[source, num_ligne, cle_salarie, detail]', '[source, detail]');
    edit(
      'sources/sample/declarations.csv',
      '\n',
      '\n24/11/2026 10:00:00,Zorglub,Zoé,24/11/2026,Judo,,1:00:00,Le Bulgroz\n',
    );
    expect((await pipeline()).code).toBe(0);
    all.push(...alerts());
    expect(all.at(-1)).toMatch(/\n• csv_gsheet · \*\*\* · /);
    edit(
      'models/sec/lien_salarie.sql',
      '        prenom,\n        {{',
      '        (prenom::integer)::text as prenom,\n        {{',
    );
    expect((await pipeline()).code).toBe(1);
    all.push(...alerts());
    expect(all.at(-1)).toContain('SQL_22P02');
    mend();
    const last = 'description: Last name.';
    edit('soda/sec/rh_salarie.yml', last, `${last}\n    checks:\n      - invalid: {valid_max_length: 2}`);
    edit(
      'soda/sec/rh_salarie.yml',
      'description: First name.',
      'description: First name.\n    checks:\n      - aggregate: {function: max_length, threshold: {must_be: 1}}',
    );
    expect((await pipeline()).code).toBe(1);
    all.push(...alerts());
    expect(all.at(-1)).toMatch(/CHECK_FAILED` soda\/sec\/rh_salarie\.yml/);
    expect(all.at(-1)).toContain('***');
    expect(all.join('\n')).not.toMatch(/Zorglub|Zoé|Bulgroz/);
    const text = all.join('\n');
    const people = await project.rows(
      'select nom, prenom, adresse_domicile, id_salarie, date_naissance::text, salaire_brut::text from sec.rh_salarie',
    );
    const word = (value: string): RegExp =>
      new RegExp(`(?<![\\p{L}\\p{N}._])${value.replace(/[.*+?^$()|[\]\\{}]/g, '\\$&')}(?![\\p{L}\\p{N}])`, 'iu');
    const leaked = people.flat().filter((value) => value !== null && value.length > 3 && word(value).test(text));
    expect(leaked).toEqual([]);
  });
});
