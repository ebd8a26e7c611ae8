import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase } from '../adapters/postgres.ts';
import type { Ended } from './cli.ts';
import { SAMPLE_DAY, type SampleProject, sampleProject } from './sample-project.ts';

// As on a fresh clone: no server, no source and no secret is named.
const NOTHING = { PGHOST: '', RH_XLSX: '', SPORT_XLSX: '', URL_GSHEET: '', TRAJETS_CSV: '', P12_PSEUDO_SALT: '' };
let project: SampleProject;
const runner = (...args: string[]): Promise<Ended> => project.runner(args, NOTHING);

beforeAll(async () => {
  project = await sampleProject();
});
afterAll(async () => {
  await runner('clean', '--data');
  await project.close();
});

describe('the main job on the embedded server', () => {
  it('ends with the KPI of the three scenarios and where to look next', async () => {
    const { code, stdout, stderr } = await runner('pipeline', ...SAMPLE_DAY);
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(stdout).toMatch(/scenario +reference +simulation_1 +simulation_2/);
    expect(stdout).toMatch(/cout_annuel_total_prime +\d+\.\d\d +\d+\.\d\d +\d+\.\d\d/);
    expect(stdout).toContain('npx runner show vue_kpi_scenario');
  });

  it('says nothing changed the second time, and adds no history', async () => {
    expect((await runner('pipeline', ...SAMPLE_DAY)).stdout).toContain('Nothing changed');
    const { stdout } = await runner(
      'show',
      '--inline',
      'select count(*) as runs from {{ ref("histo_run") }}',
      '--output',
      'json',
    );
    expect(JSON.parse(stdout)).toEqual([{ runs: 1 }]);
  });

  it('is reached at the address that db url prints', async () => {
    // By itself: one that has connected would hide the password from then on.
    const url = new URL((await project.process(['db', 'url'], NOTHING)).stdout.trim());
    const db = openDatabase({
      host: url.hostname,
      port: Number(url.port),
      user: url.username,
      password: decodeURIComponent(url.password),
      database: url.pathname.slice(1),
    });
    expect((await db.query('select count(*) from metier.vue_kpi_scenario')).rows).toEqual([['3']]);
    await db.close();
  });

  it('is seen whole by debug, which shows no secret', async () => {
    const { code, stdout } = await runner('debug');
    expect(code).toBe(0);
    expect(stdout).toMatch(/target +ok +embedded: PostgreSQL 18/);
    expect(stdout).toMatch(/source rh\.salarie +ok +.*sources\/sample\/rh\.xlsx/);
    expect(stdout.match(/^source /gm)).toHaveLength(5);
    expect(stdout).not.toContain('sample-salt');
    const missing = await project.runner(['debug'], { ...NOTHING, RH_XLSX: 'none.xlsx' });
    expect(missing.code).toBe(1);
    expect(missing.stdout).toMatch(/source rh\.salarie +to do +none\.xlsx does not exist\. Check RH_XLSX; .*/);
  });

  it('keeps its data when the server was stopped', async () => {
    expect((await runner('db', 'stop')).stdout).toContain('is stopped');
    const stopped = await runner('db', 'url');
    expect([stopped.code, stopped.stderr]).toEqual([1, expect.stringContaining('runner db start')]);
    expect((await runner('pipeline', ...SAMPLE_DAY)).stdout).toContain('Nothing changed');
  });

  it('is as before the first run after clean --data', async () => {
    expect((await runner('clean', '--data')).code).toBe(0);
    expect(existsSync(join(project.dir, '.data'))).toBe(false);
    expect(existsSync(join(project.dir, 'target'))).toBe(false);
  });
});
