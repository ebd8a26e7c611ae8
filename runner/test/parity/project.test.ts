import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inDatabase } from '../../contracts/dataset.ts';
import { sodaPython } from '../../contracts/soda.ts';
import { ROOT } from '../cli.ts';
import { startRunner } from '../processes.ts';
import { SAMPLE_DAY, type SampleProject, sampleProject } from '../sample-project.ts';

let project: SampleProject;

beforeAll(async () => {
  project = await sampleProject();
  const { code, stderr } = await project.runner(['pipeline', ...SAMPLE_DAY]);
  expect(stderr).toBe('');
  expect(code).toBe(0);
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

  it('pass in the command line of Soda as it is, on a file that nobody has touched', async () => {
    const { host, port, user, password, database } = project.config;
    const connection = { host, port, user, password, database };
    const source = join(project.dir, 'ds.yml');
    writeFileSync(source, JSON.stringify({ type: 'postgres', name: 'sds', connection }));
    const file = join(project.dir, 'contract.yml');
    const soda = join(sodaPython(ROOT), '..', 'soda');
    const env = { PATH: process.env.PATH, SODA_CORE_TELEMETRY_ENABLED: 'false' };
    for (const name of ['salarie', 'vue_kpi_bu']) {
      const text = readFileSync(join(ROOT, 'soda/metier', `${name}.yml`), 'utf8');
      // The database of the tests alone has another name.
      writeFileSync(file, inDatabase(text, database));
      const { stdout } = await promisify(execFile)(soda, ['contract', 'verify', '-ds', source, '-c', file], { env });
      expect(stdout).toMatch(/^\| Checks +\| +[1-9]/m);
    }
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

  it('is no test of units', async () => {
    const { code, stderr } = await project.runner(['test', '--engine', 'soda', '--unit']);
    expect(stderr).toMatch(/^OPTIONS_CONFLICT/);
    expect(code).toBe(2);
  });

  it('told to end leaves no process and no query behind', async () => {
    const contract = join(project.dir, 'soda/metier/salarie.yml');
    const text = readFileSync(contract, 'utf8');
    writeFileSync(
      contract,
      text.replace(
        /^checks:\n/m,
        'checks:\n  - metric: {qualifier: slow, query: "select 1 from pg_sleep(60)", threshold: {must_be: 1}}\n',
      ),
    );
    const run = startRunner(project, ['test', '--engine', 'soda', '--select', 'salarie', ...SAMPLE_DAY]);
    const asleep = "select pid from pg_stat_activity where wait_event = 'PgSleep' and datname = current_database()";
    await expect.poll(async () => (await project.rows(asleep)).length, { timeout: 30_000 }).toBe(1);
    run.kill('SIGINT');
    expect((await run.ended).code).toBe(130);
    await expect.poll(async () => (await project.rows(asleep)).length, { timeout: 30_000 }).toBe(0);
    writeFileSync(contract, text);
  });
});
