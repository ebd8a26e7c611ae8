import { mkdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { editText } from './oracle/edits.ts';
import { builtSample, SAMPLE_DAY, type SampleProject } from './sample-project.ts';

let project: SampleProject;
const list = async (selector: string, ...args: string[]): Promise<readonly string[]> => {
  const { stdout, stderr } = await project.runner([
    'ls',
    '--select',
    selector,
    '--exclude',
    'config.materialized:ephemeral',
    '--output',
    'json',
    ...args,
  ]);
  expect(stderr).toBe('');
  return (JSON.parse(stdout) as { name: string }[]).map(({ name }) => name).sort();
};
const ended = (stdout: string, label: string): readonly string[] =>
  [...stdout.matchAll(new RegExp(` ${label} +\\w+ +\\w+\\.(\\w+)`, 'g'))].map(([, name]) => name ?? '').sort();
const pipeline = async (...day: string[]): Promise<string> => {
  const { code, stdout, stderr } = await project.runner(['pipeline', ...day]);
  expect(code, `${stdout}\n${stderr}`).toBe(0);
  return stdout;
};

beforeAll(async () => {
  project = await builtSample();
});
afterAll(() => project?.close());

describe('what changed in the whole project', () => {
  it('is nothing when every model got a comment and other blanks, and some moved; when a macro got a comment; elsewhere', async () => {
    for (const file of await models())
      editText(project, file, (sql) => `-- ${file}\n\n${sql.replaceAll('\n    ', '\n  ')}\n`);
    editText(project, 'macros/normalise.sql', (sql) => sql.replace('{%- macro', '{#- said again -#}\n{%- macro'));
    mkdirSync(join(project.dir, 'models/metier/moved'));
    for (const name of ['elig_prime.sql', 'kpi_scenario.sql'])
      renameSync(join(project.dir, 'models/metier', name), join(project.dir, 'models/metier/moved', name));
    expect(await list('changed', ...SAMPLE_DAY)).toEqual([]);
    expect(await list('changed', ...SAMPLE_DAY, '--target', 'elsewhere')).toEqual([]);
  });

  it('is on another day what reads the day, in a new month also what reads the window, and what reads those', async () => {
    const reads = (what: string) =>
      project.rows(
        `select split_part(node_id, '.', 3) from ops.node_state where ${what} and node_id not like '%.histo_%'`,
      );
    const names = async (what: string): Promise<string[]> => (await reads(what)).map(([name]) => `${name}+`);
    const day = await names("details->>'sql' like '%' || (details->'reads'->>'asOf') || '%'");
    const month = await names("details->>'sql' ~ '2026-10-31|2025-11-01'");
    expect([day.length, month.length]).toEqual([5, 4]);
    expect(await list('changed', '--as-of', '2026-11-25')).toEqual(await list(day.join(' ')));
    expect(await list('changed', '--as-of', '2026-12-24')).toEqual(await list([...day, ...month].join(' ')));
  });

  it('after a parameter of one scenario is built no further than the rows really differ, and the next day almost nothing', async () => {
    editText(project, 'seeds/param_avantage.csv', (csv) =>
      csv.replace('simulation_1,taux_prime,0.04', 'simulation_1,taux_prime,0.045'),
    );
    const due = await list('param_avantage+');
    expect(await list('changed', ...SAMPLE_DAY)).toEqual(due);
    const stdout = await pipeline(...SAMPLE_DAY);
    const spared = ended(stdout, 'unchanged');
    expect([...ended(stdout, 'ok'), ...spared].sort()).toEqual(due.map((name) => name.replace('.', '_')));
    expect(spared).toEqual(
      expect.arrayContaining(['trajet_requis', 'gmaps_trajet', 'avantage_salarie', 'vue_elig_prime']),
    );
    expect(ended(stdout, 'ok')).toEqual(expect.arrayContaining(['kpi_cout_prime', 'vw_kpi_age', 'histo_run']));
    expect(stdout).toContain(`${spared.length} spared (what they read came out the same)`);
    const next = await pipeline('--as-of', '2026-11-25');
    expect(ended(next, 'ok')).toEqual([
      'declaration',
      'param_effectif',
      'profil_simulation',
      'salarie',
      'simulation_declaration',
      'vw_kpi_age',
    ]);
  });
});

async function models(): Promise<readonly string[]> {
  const { stdout } = await project.runner(['ls', '--select', 'resource_type:model', '--output', 'json']);
  const files = (JSON.parse(stdout) as { file: string }[]).map(({ file }) => file);
  // Two spaces for four would change what stands in a text over several lines.
  return files.filter(
    (file) => !/'[^']*\n[^']*'/.test(readFileSync(join(project.dir, file), 'utf8').replace(/--.*/g, '')),
  );
}
