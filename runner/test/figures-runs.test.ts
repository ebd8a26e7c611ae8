import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase } from '../adapters/postgres.ts';
import { loadProject } from '../commands/load-project.ts';
import { buildScratch } from '../scratch/build-scratch.ts';
import { withScratchSpace } from '../scratch/scratch-space.ts';
import { hasRelation } from '../scratch/with-all-read.ts';
import { recordedRun } from '../state/recorded-run.ts';
import { quoted } from '../util/sql.ts';
import type { Ended } from './cli.ts';
import { editText, editWorkbook, inputsOf, RH, rowOf, SALT, simulatedIn } from './oracle/edits.ts';
import { figures } from './oracle/figures.ts';
import { published } from './oracle/published.ts';
import type { Inputs } from './oracle/types.ts';
import { SAMPLE_DAY, type SampleProject, sampleProject } from './sample-project.ts';

const QUESTION = { jour: SAMPLE_DAY[1], moisCourant: false };
const PARAMETERS = 'seeds/param_avantage.csv';
const HISTORIES = ['cout_prime', 'cout_prime_fixe', 'jours_sup', 'pratique_sport', 'incoherences', 'age', 'scenario'];
const open: SampleProject[] = [];
let project: SampleProject;

async function newProject(): Promise<SampleProject> {
  const made = await sampleProject({ P12_PSEUDO_SALT: SALT });
  open.push(made);
  return made;
}

async function run(on: SampleProject, env: Readonly<Record<string, string>> = {}, ...args: string[]): Promise<Ended> {
  const ended = await on.runner(['pipeline', ...SAMPLE_DAY, ...args], env);
  expect(ended.code, `${ended.stdout}\n${ended.stderr}`).toBe(0);
  return ended;
}

async function expectTheRules(more: Partial<Inputs> = {}): Promise<void> {
  expect(await published(project)).toEqual(figures({ ...(await inputsOf(project)), ...more }, QUESTION));
}

/** Every relation of `metier`, row by row as text, but for the day that a commute was asked: it is kept with the answer. */
async function contents(of: SampleProject): Promise<Readonly<Record<string, readonly string[]>>> {
  const relations = await of.rows(
    "select table_name from information_schema.tables where table_schema = 'metier' order by table_name",
  );
  const dumps = relations.map(async ([name]) => {
    const row = name?.endsWith('ctrl_trajet') ? "(to_jsonb(t) - 'date_ctrl')::text" : 't::text';
    const rows = await of.rows(`select ${row} from metier.${name} as t order by 1`);
    return [name ?? '', rows.map(([text]) => text ?? '')] as const;
  });
  return Object.fromEntries(await Promise.all(dumps));
}

const one = async (sql: string): Promise<string | null> => (await project.rows(sql))[0]?.[0] ?? null;
const commutes = (): Promise<string | null> => one('select count(*) from raw.gmaps_trajet');
const LAST_RUN = "(select run_id from ops.run where command = 'pipeline' order by started_at desc limit 1)";

beforeAll(async () => {
  project = await newProject();
  writeFileSync(join(project.dir, '.gitignore'), 'target/\ndist\n');
  const identity = ['-c', 'user.name=a', '-c', 'user.email=a@b'];
  for (const args of [
    ['init', '-q'],
    ['add', '.'],
    [...identity, 'commit', '-qm', 'first'],
  ])
    execFileSync('git', args, { cwd: project.dir });
  await run(project, {}, '--threads', '1');
});
afterAll(async () => {
  for (const made of open) await made.close();
});

describe('the same inputs, day and salt', () => {
  it('give the same content in every table of metier, whatever was built before', async () => {
    const other = await newProject();
    expect((await other.runner(['pipeline', '--as-of', '2026-06-30'])).code).toBe(0);
    editText(other, PARAMETERS, (text) => text.replace('reference,taux_prime,0.05', 'reference,taux_prime,0.07'));
    await run(other, { SIMULATION: '1' }, '--vars', 'inclure_mois_courant=true');
    editText(other, PARAMETERS, (text) => text.replace('reference,taux_prime,0.07', 'reference,taux_prime,0.05'));
    await run(other);
    const [straight, detours] = await Promise.all([contents(project), contents(other)]);
    expect(Object.keys(straight).length).toBeGreaterThan(40);
    expect(detours).toEqual(straight);
  });
});

describe('a run does what follows from a change, and nothing else', () => {
  it('a parameter: its descendants, no commute asked, one row of history', async () => {
    const [history, asked] = [await one('select count(*) from ops.histo_run'), await commutes()];
    editText(project, PARAMETERS, (text) => text.replace('seuil_km_velo_autres,25', 'seuil_km_velo_autres,7.5'));
    await run(project);
    const listed = await project.runner(['ls', '--select', 'param_avantage+', '--output', 'json']);
    const descendants = (JSON.parse(listed.stdout) as { name: string }[]).map(({ name }) => name);
    const ran = await project.rows(`select name from ops.node_result where run_id = ${LAST_RUN}`);
    expect(ran.map(([name]) => name).sort()).toEqual(descendants.sort());
    expect(descendants).not.toContain('salarie');
    expect(await commutes()).toBe(asked);
    expect(await one('select count(*) from ops.histo_run')).toBe(String(Number(history) + 1));
    const kept = HISTORIES.map((name) =>
      one(`select count(*) from ops.histo_kpi_${name} where id_histo_run = ${LAST_RUN}`),
    );
    expect(await Promise.all(kept)).toEqual(['1', '1', '1', '15', '1', '6', '3']);
    await expectTheRules();
  });

  it("one employee's mode of transport: exactly that commute is asked", async () => {
    const driver = (await inputsOf(project)).salaries.find(({ mode }) => mode === 'véhicule thermique/électrique');
    const asked = Number(await commutes());
    await editWorkbook(project, 'rh', (sheet) => {
      rowOf(sheet, driver?.id ?? '').getCell(RH.mode).value = 'Marche/running';
    });
    await run(project);
    expect(await commutes()).toBe(String(asked + 1));
    expect(
      await project.rows(
        'select adresse, mode from raw.gmaps_trajet where batch_id = (select max(batch_id) from raw.gmaps_trajet)',
      ),
    ).toEqual([[driver?.adresse, 'walking']]);
    await expectTheRules();
  });
});

describe('simulated declarations', () => {
  const simulation = () => project.rows('select simulation from ops.histo_run order by ts_histo desc limit 1');

  it('stand beside the real ones, which win on their day', async () => {
    await run(project, { SIMULATION: '1' });
    const simulees = await simulatedIn(project);
    expect(simulees).toHaveLength(1500);
    expect(new Set(simulees.map(({ cle, jour }) => `${cle} ${jour}`)).size).toBe(1500);
    expect(simulees.filter(({ jour }) => jour > QUESTION.jour)).toEqual([]);
    await expectTheRules({ simulees });
    const counts = await project.rows(
      'select source, nb_lues, nb_retenues, nb_ecartees, nb_rejetees from ops.bilan_declaration',
    );
    const [, read, kept, aside, rejected] = counts.find(([source]) => source === 'csv_simule')?.map(Number) ?? [];
    expect([read, rejected]).toEqual([1500, 0]);
    expect(aside).toBeGreaterThan(0);
    expect(Number(kept) + Number(aside)).toBe(1500);
    expect(await simulation()).toEqual([['t']]);
  });

  it('drawn again alike change nothing', async () => {
    const before = [await contents(project), await one('select count(*) from ops.histo_run')];
    expect((await run(project, { SIMULATION: '1' })).stdout).toContain('Nothing changed');
    expect([await contents(project), await one('select count(*) from ops.histo_run')]).toEqual(before);
  });

  it('are withdrawn when they are no longer asked for', async () => {
    await run(project, { SIMULATION: '0' });
    expect(await one("select count(*) from metier.activite where source_donnee = 'csv_simule'")).toBe('0');
    expect(await simulation()).toEqual([['f']]);
    await expectTheRules();
  });
});

describe('what was recorded', () => {
  it('gives each of the last five runs again, by a replay: from its commit, or from files that give the same SQL', async () => {
    const runs = (await project.rows('select id_histo_run from ops.histo_run order by ts_histo desc limit 5')).flat();
    expect(runs).toHaveLength(5);
    for (const [index, id] of runs.entries()) {
      const { code, stdout, stderr } = await project.runner(['replay', id ?? '']);
      expect(stdout, stdout + stderr).toMatch(/^Equal: 9 tables, \d+ rows$/m);
      expect(stdout).toContain(index === 4 ? 'files of the commit ' : 'files of the working tree');
      expect(code).toBe(0);
    }
  });

  it('gives every published table that reads no history, built from files and landed batches alone', async () => {
    const { signal } = new AbortController();
    const args = { projectDir: project.dir, threads: 2, failFast: false, argv: '', signal, asOf: QUESTION.jour };
    const loaded = await loadProject(args);
    const { graph } = loaded;
    const isHistory = (id: string): boolean => {
      const node = graph.nodes.get(id);
      return node?.type === 'model' && node.config.group_key !== undefined;
    };
    const nodes = [...graph.nodes.values()].filter(
      (node) =>
        hasRelation(node) &&
        // A view of the runner's own tables, which are read as they are.
        node.name !== 'run_metrique' &&
        ![node.id, ...graph.dag.ancestors(node.id)].some(isHistory),
    );
    const db = openDatabase(project.config, { settings: { TimeZone: loaded.project.config.timezone } });
    const { batches } = await recordedRun(db, 'ops', (await one(`select ${LAST_RUN}`)) ?? '');
    const differing = await withScratchSpace({ db, lasting: db, notice: expect.unreachable }, async (space) => {
      const scratch = await buildScratch(space, {
        ...{ ...loaded, side: 'head', batches, threads: 2, signal, audited: new Set<string>(), emit: () => undefined },
        nodes: new Set(nodes.map(({ id }) => id)),
        run: { id: 'again', label: 'again', startedAt: new Date() },
      });
      await db.transaction(async (tx) => {
        await tx.query('set local role sds_bi');
        for (const [index, { id }] of nodes.entries()) {
          const { relation } = scratch.graph.nodes.get(id) ?? {};
          await tx.query(`savepoint s${index}`);
          await expect(tx.query(`select from ${relation && quoted(relation)}`)).rejects.toMatchObject({
            sqlstate: '42501',
          });
          await tx.query(`rollback to savepoint s${index}`);
        }
      });
      const counts = nodes.map(async ({ id, name, relation }) => {
        const [kept, made] = [relation, scratch.graph.nodes.get(id)?.relation ?? relation].map(quoted);
        const surplus = (a = '', b = ''): string =>
          `(select t::text from ${a} as t except all select t::text from ${b} as t)`;
        const { rows } = await db.query(
          `select count(*) from (${surplus(kept, made)} union all ${surplus(made, kept)}) as r`,
        );
        return kept !== made && rows[0]?.[0] === '0' ? [] : [name];
      });
      return (await Promise.all(counts)).flat();
    });
    await db.close();
    expect(differing).toEqual([]);
    expect(nodes.length).toBeGreaterThan(50);
  });
});

describe('rows read = kept + set aside + rejected', () => {
  it.each([
    ['ops.rejet', 'true', 'Every rejected declaration is there'],
    ['ops.anomalie', "motif = 'plusieurs_activites_jour'", 'Every declaration set aside is there'],
    ['metier.activite', 'true', 'Every declaration kept is an activity'],
  ])('a row that is gone from %s fails the contract of what is published', async (table, which, check) => {
    const test = () => project.runner(['test', ...SAMPLE_DAY, '--select', table.replace(/.*\./, '')]);
    await project.db.query(
      `create table public.saved as select * from ${table};
      delete from ${table} where ctid = (select ctid from ${table} where ${which} limit 1)`,
    );
    const { code, stderr } = await test();
    await project.db.query(
      `delete from ${table}; insert into ${table} select * from public.saved; drop table public.saved`,
    );
    expect(stderr).toContain(check);
    expect(code).toBe(1);
    expect((await test()).code).toBe(0);
  });

  it.each([
    ['models/ops/rejet.sql', 'declarations', 'Every rejected declaration is there'],
    ['models/ops/anomalie.sql', 'declarations', 'Every declaration set aside is there'],
    ['models/metier/activite.sql', 'declarations', 'Every declaration kept is an activity'],
    ['models/sec/declaration.sql', 'classees', 'Rows read = kept + set aside + rejected, by source'],
    ['models/staging/stg_gsheet__declaration.sql', 'cleaned', 'Every row of the batch is here'],
  ])('a row that %s loses is not published, nor is what reads it', async (model, cte, check) => {
    const before = [await contents(project), await one(OF_A_RUN)];
    const lossless = await lose(
      model,
      cte,
      `select min(num_ligne) from ops.rejet union all
      select min(num_ligne) from sec.declaration where est_retenue union all
      select min(num_ligne) from sec.declaration where motif_ecart is not null`,
    );
    const { code, stderr } = await project.runner(['pipeline', ...SAMPLE_DAY]);
    lossless();
    expect(stderr).toContain(check);
    expect(code).toBe(1);
    expect([await contents(project), await one(OF_A_RUN)]).toEqual(before);
  });

  it('a row that staging loses, whose own check was taken out too, is missed in the balance', async () => {
    const contract = 'soda/staging/stg_gsheet__declaration.yml';
    const lossless = await lose('models/staging/stg_gsheet__declaration.sql', 'cleaned', 'select 2');
    editText(project, contract, (text) => text.replace('l.row_count <>', 'l.row_count <'));
    const { code, stderr } = await project.runner(['pipeline', ...SAMPLE_DAY]);
    lossless();
    editText(project, contract, (text) => text.replace('l.row_count <', 'l.row_count <>'));
    expect(stderr).toContain('bilan_declaration: Rows read = kept + set aside + rejected');
    expect(code).toBe(1);
    await run(project);
    await expectTheRules();
  });
});

const OF_A_RUN = `select concat_ws(' ', (select string_agg(num_ligne || motif, ',' order by num_ligne) from ops.rejet),
  (select count(*) from ops.anomalie), (select count(*) from ops.histo_run))`;

/** Makes a CTE of a model miss rows of the sheet, past its unit tests, which might find it first; gives the way back. */
async function lose(model: string, cte: string, lines: string): Promise<() => void> {
  const numbers = (await project.rows(lines)).map(([line]) => line).join(', ');
  const whole = new RegExp(`from ${cte}\n`, 'g');
  const lossy = `from (select * from ${cte} where num_ligne not in (${numbers})) as ${cte}\n`;
  const tests = model.replace(/sql$/, 'tests.yml');
  let kept = '';
  editText(project, model, (text) => text.replace(whole, lossy));
  editText(project, tests, (text) => {
    kept = text;
    return '[]\n';
  });
  return () => {
    editText(project, model, (text) => text.replaceAll(lossy, `from ${cte}\n`));
    editText(project, tests, () => kept);
  };
}

describe('a day on which somebody changes age band', () => {
  it('brings the ages up to date, and what may be shown beside them, and writes no history', async () => {
    const place = await newProject();
    const pipeline = async (day: string): Promise<void> =>
      void expect(await place.runner(['pipeline', '--as-of', day])).toMatchObject({ code: 0, stderr: '' });
    const histories = ['ops.histo_run', 'sec.histo_eligible', ...HISTORIES.map((name) => `ops.histo_kpi_${name}`)];
    const kept = () =>
      place.rows(histories.map((name) => `select count(*), max(id_histo_run) from ${name}`).join(' union all '));
    const ages = () => place.rows('select tranche_age, nb_salaries from metier.vw_kpi_age order by 1');
    await pipeline('2026-11-06');
    const [before, bands] = [await kept(), await ages()];
    await pipeline('2026-11-07');
    expect(await ages()).not.toEqual(bands);
    expect(await kept()).toEqual(before);
    const judged = "select status from ops.node_result where name = 'histo_jugement' order by started_at";
    expect(await place.rows(judged)).toEqual([['success'], ['success']]);
  });
});
