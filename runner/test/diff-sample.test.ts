import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { DiffReport } from '../diff/types.ts';
import { fileEdits } from './file-edits.ts';
import { found, personalValues } from './personal-values.ts';
import { publishedContent, SAMPLE_DAY, type SampleProject, sampleProject } from './sample-project.ts';

let project: SampleProject;
const { edit, mend } = fileEdits(() => project.dir);
const git = (...args: readonly string[]): unknown =>
  execFileSync('git', ['-c', 'user.name=x', '-c', 'user.email=x@example.org', ...args], {
    cwd: project.dir,
    stdio: 'ignore',
  });

beforeAll(async () => {
  project = await sampleProject();
  writeFileSync(join(project.dir, '.gitignore'), 'target/\ndist\n');
  git('init', '-q', '-b', 'main');
  git('add', '-A');
  git('commit', '-q', '-m', 'x');
  // What has nothing to stand on is told before anything is built.
  edit('seeds/param_avantage.csv', 'reference,taux_prime,0.05', 'reference,taux_prime,0.06');
  const early = await project.runner(['diff', ...SAMPLE_DAY]);
  expect(early).toMatchObject({ code: 2, stderr: expect.stringMatching(/NOTHING_LANDED[\s\S]*runner pipeline/) });
  mend();
  expect((await project.runner(['pipeline', ...SAMPLE_DAY, '-q'])).code).toBe(0);
});
afterAll(() => project?.close());
beforeEach(() => {
  git('checkout', '-q', '-f', 'main');
  git('checkout', '-q', '-B', 'branch');
});

/** What other sessions see of the relations: their identity and their rows. */
async function published(): Promise<string> {
  const relations = await project.rows(
    "select c.oid, c.relfilenode, n.nspname, c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname !~ '^pg_' and n.nspname <> 'information_schema' order by 1",
  );
  return JSON.stringify([relations, await publishedContent(project)]);
}

describe('runner diff on the sample', () => {
  it('gives for the rate of 6 % what adding up the salaries gives, and touches nothing', async () => {
    edit('seeds/param_avantage.csv', 'reference,taux_prime,0.05', 'reference,taux_prime,0.06');
    const before = await published();
    const { code, stdout } = await project.runner(['diff', ...SAMPLE_DAY, '--examples', '5', '--output', 'json']);
    expect(code).toBe(0);
    expect(await published()).toBe(before);
    const [report] = JSON.parse(stdout) as readonly DiffReport[];
    const [[then, now, difference] = []] = await project.rows(
      `select round(s * 0.05, 2), round(s * 0.06, 2), '+' || round(s * 0.06, 2) - round(s * 0.05, 2)
       from (select sum(salaire_brut) as s from sec.rh_salarie join metier.elig_prime using (cle_salarie) where scenario = 'reference' and est_eligible_prime) as t`,
    );
    const cost = report?.figures.find(
      (figure) => figure.model === 'vue_kpi_cout_prime' && figure.column === 'cout_annuel_total_prime',
    );
    expect(cost).toMatchObject({ before: then, after: now, difference, hidden: null });
    for (const outcome of report?.outcomes ?? []) expect(outcome).toMatchObject({ gained: 0, lost: 0, motives: [] });
    expect(report?.outcomes).toHaveLength(2);
    // A total of salaries is told as a figure, by the rules for figures: in examples of rows it is masked.
    const examples = JSON.stringify(report?.nodes.find(({ name }) => name === 'kpi_cout_prime')?.rows?.examples);
    expect(examples).toContain('***');
    expect(examples).not.toContain(now);
  });

  it('tells nobody a salary or a birth date, whatever tags a branch takes away and wherever it puts them', async () => {
    const config = readFileSync(join(project.dir, 'project.yml'), 'utf8');
    edit('project.yml', /\npersonal:\n(?: .*\n)+/.exec(config)?.[0] ?? 'no policy', '\n');
    edit('sources/sources.yml', '          salaire_brut: salary\n', '');
    edit('soda/staging/stg_rh__salarie.yml', '    personal: salary\n', '');
    edit(
      'soda/sec/rh_salarie.yml',
      '    personal: salary\n    checks:\n',
      '    checks:\n      - aggregate: {function: max, threshold: {must_be: 0}}\n',
    );
    edit('models/metier/salarie.sql', 'ages.type_contrat', 'ages.salaire_brut::text as type_contrat');
    edit('models/metier/salarie.sql', 'coalesce(tranches.tranche_age, {{ inconnu() }})', "ages.date_naissance || ''");
    const out = join(project.dir, 'target', 'diff.md');
    const { code } = await project.runner(['diff', ...SAMPLE_DAY, '-q', '--examples', '5', '--out', out]);
    mend();
    expect(code).toBe(1);
    const markdown = readFileSync(out, 'utf8');
    expect(markdown).toContain('`type_contrat` \\*\\*\\* → \\*\\*\\*');
    expect(markdown).toMatch(/max.*must be 0/i);
    expect(found(await personalValues(project), markdown)).toEqual([]);
  });

  it('tells of a threshold, a model, a macro and a contract what a controller has to know', async () => {
    edit('seeds/param_avantage.csv', 'seuil_km_velo_autres,25', 'seuil_km_velo_autres,10');
    edit('models/metier/elig_bien_etre.sql', '>= scenarios.min_activites', '> scenarios.min_activites');
    edit('macros/inconnu.sql', "'INCONNU'", "upper('inconnu')");
    edit('soda/metier/elig_bien_etre.yml', '{must_be_less_than_or_equal: 1}', '{must_be_less_than_or_equal: 2}');
    git('commit', '-qam', 'x');
    const out = join(project.dir, 'target', 'diff.md');
    const { code, stdout } = await project.runner(['diff', ...SAMPLE_DAY, '-q', '--out', out]);
    expect(code).toBe(1);
    expect(stdout).toContain('fifteen activities of the window give the days');
    const markdown = readFileSync(out, 'utf8');

    expect(found(await personalValues(project), markdown)).toEqual([]);

    // The same threshold, built for real.
    const former = await project.rows('select cle_salarie from metier.vue_elig_prime where est_eligible_prime');
    edit('models/metier/elig_bien_etre.sql', '> scenarios.min_activites', '>= scenarios.min_activites');
    expect((await project.runner(['build', '--select', 'changed', ...SAMPLE_DAY, '-q'])).code).toBe(0);
    const now = await project.rows('select cle_salarie from metier.vue_elig_prime where est_eligible_prime');
    const lost = former.filter(([key]) => !now.some(([other]) => other === key)).length;
    expect(lost).toBeGreaterThan(0);
    expect(markdown).toContain(`**Prime sportive**: ${former.length} → ${now.length}: gained by 0, lost by ${lost}`);
    expect(markdown).toContain(`lost by ${lost}: ctrl_trajet_incoherent`);
    for (const told of [
      'macro inconnu: changed',
      'must be less than or equal to 1 → must be less than or equal to 2',
      '25 → 10',
    ])
      expect(markdown).toContain(told);
  });
});
