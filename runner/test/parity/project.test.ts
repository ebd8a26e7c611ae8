import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSoda } from '../../contracts/soda.ts';
import { sodaPython } from '../../contracts/soda-environment.ts';
import { ROOT, workplace } from '../cli.ts';
import { startRunner } from '../processes.ts';
import { builtSample, SAMPLE_DAY, type SampleProject } from '../sample-project.ts';

let project: SampleProject;

beforeAll(async () => {
  // As the contracts name it, so that Soda's own command line reads them as they are.
  project = await builtSample('sportdb');
});
afterAll(() => project?.close());

/** What the last run has recorded of each check. */
const recorded = () =>
  project.rows(`select node_id, check_path, check_type, column_name, name, outcome, value, threshold
    from ops.check_result
    where run_id = (select run_id from ops.run order by started_at desc limit 1)
    order by 1, 2`);

describe('the contracts of this project', () => {
  it('get the same outcome and value of each check from both engines, and the same record', async () => {
    expect((await project.runner(['test', '--contracts', ...SAMPLE_DAY])).code).toBe(0);
    const ours = await recorded();
    const { code, stdout, stderr } = await project.runner(['test', '--engine', 'soda', ...SAMPLE_DAY]);
    expect(stderr).toBe('');
    expect(stdout).toMatch(/contracts are verified by Soda 4\.\d+/);
    expect(stdout).toMatch(/^0 unit tests, \d+ checks: all passed/m);
    expect(code).toBe(0);
    const theirs = await recorded();
    expect(theirs.length).toBeGreaterThan(600);
    expect(theirs).toEqual(ours);
  });

  it('pass in the real Soda, each file as it is', async () => {
    const connection = project.config;
    const script = join(ROOT, 'soda/verify.py');
    const options = { python: sodaPython(ROOT), script, connection, dataSource: 'sds', timezone: 'Europe/Paris' };
    const soda = await openSoda(options);
    const files = readdirSync(join(ROOT, 'soda'), { recursive: true, encoding: 'utf8' });
    const contracts = files.filter((file) => file.endsWith('.yml'));
    const verdicts: Record<string, string> = {};
    for (const file of contracts) {
      const text = readFileSync(join(ROOT, 'soda', file), 'utf8');
      verdicts[file] = (await soda.verify({ file, text, clock: new Date() })).status;
    }
    soda.close();
    expect(verdicts).toEqual(Object.fromEntries(contracts.map((file) => [file, 'PASSED'])));
    expect(contracts.length).toBeGreaterThan(60);
  });

  it("pass in Soda's command line, as the README shows it", async () => {
    const { host, port, user, password, database } = project.config;
    const source = join(project.dir, 'ds.yml');
    const connection = { host, port, user, password, database };
    writeFileSync(source, JSON.stringify({ type: 'postgres', name: 'sds', connection }));
    const soda = join(sodaPython(ROOT), '..', 'soda');
    const args = ['contract', 'verify', '-ds', source, '-c', join(ROOT, 'soda/metier/salarie.yml')];
    const env = { PATH: process.env.PATH, SODA_CORE_TELEMETRY_ENABLED: 'false' };
    const { stdout } = await promisify(execFile)(soda, args, { env });
    expect(stdout).toMatch(/^\| Checks +\| +[1-9]/m);
    expect(stdout).toMatch(/^\| Failed +\| +0 /m);
  });
});

describe('runner test --engine soda', () => {
  it('of a table that breaks its contract fails with the check, its value and its place', async () => {
    await project.db.query(
      "update metier.salarie set tranche_age = '999' where cle_salarie = (select min(cle_salarie) from metier.salarie)",
    );
    const { code, stderr } = await project.runner(['test', '--engine', 'soda', '--select', 'salarie', ...SAMPLE_DAY]);
    expect(stderr).toMatch(/^CHECK_FAILED soda\/metier\/salarie\.yml:\d+/m);
    expect(stderr).toContain('invalid_count: 1');
    expect(stderr).toMatch(/tranche_age\s+999/);
    expect(code).toBe(1);
  });

  it('of a personal value tells the verdict alone, in its errors too', async () => {
    const file = join(project.dir, 'soda/metier/salarie.yml');
    const text = readFileSync(file, 'utf8');
    const [[nom = '', salaire = ''] = []] = await project.rows(
      'select nom, salaire_brut::float from sec.rh_salarie order by salaire_brut desc, nom limit 1',
    );
    const query = (qualifier: string, column: string): string =>
      `  - metric: {qualifier: ${qualifier}, query: "select ${column} from sec.rh_salarie order by salaire_brut desc, nom limit 1", threshold: {must_be: 1}}\n`;
    writeFileSync(file, text.replace('checks:\n', `checks:\n${query('s', 'salaire_brut')}${query('n', 'nom::int')}`));
    const ended = await project.runner(['test', '--engine', 'soda', '--select', 'salarie', ...SAMPLE_DAY]);
    writeFileSync(file, text);
    expect(ended.stderr).toMatch(/it may tell of a person: \*\*\*\n.*must be 1/);
    for (const told of [ended.stderr, ended.stdout, String(await recorded())]) {
      expect(told).not.toMatch(new RegExp(`\\b(${nom}|${salaire})\\b`));
    }
    expect(ended.code).toBe(1);
  });

  it('takes the database that the run is on, whatever the contracts call it', async () => {
    const parts = ['project.yml', 'models', 'seeds', 'macros', 'soda', 'sources'];
    const shop = await workplace(join(ROOT, 'runner/test/fixtures/shop'), parts, {
      SHOP_TOKEN: 'a-real-one',
      ORDERS: 'sources/orders.txt',
    });
    expect((await shop.runner(['pipeline'])).stderr).toBe('');
    const { code, stdout } = await shop.runner(['test', '--engine', 'soda']);
    expect(stdout).toMatch(/0 unit tests, [1-9]\d* checks: all passed/);
    expect(code).toBe(0);
    await shop.close();
  });

  it('is no test of units', async () => {
    const { code, stderr } = await project.runner(['test', '--engine', 'soda', '--unit']);
    expect(stderr).toMatch(/^OPTIONS_CONFLICT/);
    expect(code).toBe(2);
  });

  it.each([
    ['SIGINT', 130],
    ['SIGKILL', 137],
  ] as const)('ended by %s leaves no process and no query behind', async (signal, code) => {
    const contract = join(project.dir, 'soda/metier/salarie.yml');
    const text = readFileSync(contract, 'utf8');
    const slow = '  - metric: {qualifier: slow, query: "select 1 from pg_sleep(60)", threshold: {must_be: 1}}\n';
    writeFileSync(
      contract,
      text.replace(/^checks:\n/m, (line) => line + slow),
    );
    const run = startRunner(project, ['test', '--engine', 'soda', '--select', 'salarie', ...SAMPLE_DAY]);
    const asleep = "select pid from pg_stat_activity where wait_event = 'PgSleep' and datname = current_database()";
    await expect.poll(async () => (await project.rows(asleep)).length, { timeout: 30_000 }).toBe(1);
    run.kill(signal);
    expect((await run.ended).code).toBe(code);
    await expect.poll(async () => (await project.rows(asleep)).length, { timeout: 30_000 }).toBe(0);
    writeFileSync(contract, text);
  });
});
