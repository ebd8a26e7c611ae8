import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import exceljs from 'exceljs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Ended } from './cli.ts';
import { dataFolder, filesWith } from './data-files.ts';
import { SAMPLE_DAY, type SampleProject, sampleProject } from './sample-project.ts';

/** A person of whom every value is found nowhere else. */
const ZOE = {
  id: '9900017',
  nom: 'Quiexyzrel',
  prenom: 'Zoëlwyn',
  naissance: '1951-02-03',
  salaire: 98765.43,
  former: '7 Rue du Kwzancien, 34000 Montpellier',
  address: '4 Impasse du Wqxlieu, 34970 Lattes',
  shared: '11 Rue du Ménage, 34970 Lattes',
};
/** As a pattern that no query holds which is looked through itself: it is given as a parameter. */
const TRACES = 'Quiexyzrel|Zoëlwyn|9900017|1951-02-03|03/02/1951|98765\\.43|Kwzancien|Wqxlieu|secretxyzmot';

let project: SampleProject;
let key = '';
const pipeline = (env = {}): Promise<Ended> => project.runner(['pipeline', ...SAMPLE_DAY], env);
const forget = (...args: string[]): Promise<Ended> => project.runner(['forget', ...args]);
const file = (name: string): string => join(project.dir, 'sources/sample', name);
/** Also the name that follows from the pseudonym in the history. */
const patterns = (): string => [TRACES, key, createHash('md5').update(key).digest('hex').slice(0, 16)].join('|');

/** Changes a sheet: by the first cell of a row what stands in its columns from there on, `null` for no such row. */
async function workbook(name: string, change: (row: exceljs.Row) => void): Promise<void> {
  const book = new exceljs.Workbook();
  await book.xlsx.readFile(file(name));
  book.worksheets[0]?.eachRow(change);
  await book.xlsx.writeFile(file(name));
}

const edit = (name: string, change: (text: string) => string): void =>
  writeFileSync(file(name), change(readFileSync(file(name), 'utf8')));

async function tables(): Promise<readonly string[]> {
  const { rows } = await project.db.query(
    `select format('%I.%I', n.nspname, c.relname) from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('r', 'v', 'm', 'p') and not c.relispartition and n.nspname <> 'information_schema'
       -- What the platform may lack, and the memory of this very session, in which the pattern is.
       and c.relname !~ 'numa|^pg_backend_memory_contexts$' order by 1`,
  );
  return rows.map(([name]) => name ?? '');
}

/** Relations of all schemas, the server's own too, in which some row holds a trace. */
async function tracesInTables(): Promise<readonly string[]> {
  const found: string[] = [];
  for (const table of await tables()) {
    const { rows } = await project.db.query(`select count(*) from ${table} as t where t::text ~* $1`, [patterns()]);
    if (rows[0]?.[0] !== '0') found.push(table);
  }
  return found;
}

/** Rows that are not about the person, of every table that is no total and no record of runs. */
async function rowsOfOthers(): Promise<ReadonlyMap<string, string>> {
  const rest =
    /^(raw|sec|metier)\.(?!kpi_|vue_kpi|vw_kpi|histo_eligible|cout_)|^ops\.(histo_(?!publiable|jugement)|rejet|anomalie|message|outbox)/;
  const relations = (await tables()).filter((name) => rest.test(name));
  const found = new Map<string, string>();
  for (const name of relations) {
    const { rows } = await project.db.query(
      `select md5(string_agg(t::text, E'\\n' order by t::text)), count(*) from ${name} as t where not t::text ~* $1`,
      [patterns()],
    );
    found.set(name, rows.flat().join(' '));
  }
  return found;
}

beforeAll(async () => {
  project = await sampleProject({ SIMULATION: '1' });
  // Who declares most, so that there is something of everything.
  const declarations = readFileSync(file('declarations.csv'), 'utf8');
  let [was, nom, prenom] = ['', '', ''];
  let colleague = '';
  await workbook('rh.xlsx', (row) => {
    const [, id, last, first] = row.values as string[];
    if (last !== 'Ségura' || first !== 'Fabien') {
      if (row.number > 1 && colleague === '') {
        colleague = String(id);
        row.getCell(10).value = ZOE.shared;
      }
      return;
    }
    [was, nom, prenom] = [String(id), last, first];
    row.getCell(1).value = Number(ZOE.id);
    row.getCell(2).value = ZOE.nom;
    row.getCell(3).value = ZOE.prenom;
    row.getCell(4).value = new Date(ZOE.naissance);
    row.getCell(7).value = ZOE.salaire;
    row.getCell(10).value = ZOE.shared;
    // Eligible, so that the history has a name for her.
    row.getCell(11).value = 'Vélo/Trottinette/Autres';
  });
  await workbook('sport.xlsx', (row) => {
    if (String(row.getCell(1).value) === was) row.getCell(1).value = Number(ZOE.id);
  });
  const odd = [
    `01/11/2026 10:00:00,${ZOE.nom},${ZOE.prenom},31/02/2026,Tennis,,01:00:00,`,
    `01/11/2026 10:00:01,${ZOE.nom.toUpperCase()},Zoelwyn,25/12/2027,Tennis,,01:00:00,`,
    `01/11/2026 10:00:02,${ZOE.nom},${ZOE.prenom},03/11/2026,Judo,,01:00:00,secretxyzmot`,
    `01/11/2026 10:00:03,${ZOE.nom},${ZOE.prenom},03/11/2026,Judo,,01:00:00,secretxyzmot`,
  ];
  const named = declarations.replaceAll(`,${nom},${prenom},`, `,${ZOE.nom},${ZOE.prenom},`).trimEnd();
  writeFileSync(file('declarations.csv'), `${named}\n${odd.join('\n')}\n`);
  const modes = ['walking', 'bicycling', 'driving', 'transit'];
  const homes = [ZOE.former, ZOE.address, ZOE.shared];
  const ways = homes.flatMap((home) => modes.map((mode) => `"${home}",${mode},OK,3000,900`));
  edit('trajets.csv', (text) => `${text.trimEnd()}\n${ways.join('\n')}\n`);

  // Three batches of homes, of which the first is not built on.
  const move = (to: string): Promise<void> =>
    workbook('rh.xlsx', (row) => {
      if (String(row.getCell(1).value) === ZOE.id) row.getCell(10).value = to;
    });
  const ended = [await project.runner(['load', 'rh', ...SAMPLE_DAY])];
  await move(ZOE.former);
  ended.push(await pipeline());
  await move(ZOE.address);
  // A message whose row is gone, of a declaration that was taken back.
  edit('declarations.csv', (text) => text.replace(new RegExp(`\\n[^\\n]*,${ZOE.nom},[^\\n]*`), ''));
  ended.push(await pipeline());
  expect(ended.map(({ code, stderr }) => [code, stderr])).toEqual(ended.map(() => [0, expect.anything()]));
  [[key = ''] = []] = (await project.rows(
    `select cle_salarie from sec.rh_salarie where id_salarie = '${ZOE.id}'`,
  )) as readonly (readonly string[])[];
  const [[waiting] = []] = await project.rows(
    `select message_key from ops.outbox where starts_with(message_key, '${key}') order by 1 desc limit 1`,
  );
  expect((await project.runner(['notify', '--skip', waiting ?? ''])).code).toBe(0);
  await project.db.query(
    `update ops.outbox set status = 'sent', sent_at = now() where hashtext(message_key) % 2 = 0 and status = 'waiting'`,
  );
  // What the planner keeps of values, and files with what was before.
  await project.db.query('analyze');
});
afterAll(() => project?.close());

describe('before, the search for traces', () => {
  it('finds the person in every kind of place', async () => {
    expect(await tracesInTables()).toEqual(
      expect.arrayContaining([
        'metier.activite',
        'metier.salarie',
        'ops.anomalie',
        'ops.message_felicitation',
        'ops.outbox',
        'ops.rejet',
        'ops.run',
        'pg_catalog.pg_stats',
        'raw.gmaps_trajet',
        'raw.gsheet_declaration',
        'raw.rh_salarie',
        'raw.simulation_declaration',
        'sec.histo_eligible',
        'sec.rh_salarie',
        'sec.trajet_requis',
      ]),
    );
    await project.db.query('checkpoint');
    expect(filesWith(patterns(), await dataFolder(project))).not.toEqual([]);
    const kinds = await project.rows(
      `select distinct coalesce(motif_rejet, motif_ecart, 'retenue') from sec.declaration
       where cle_salarie = '${key}' or contenu ->> 'nom' ilike '${ZOE.nom}' order by 1`,
    );
    expect(kinds.flat()).toEqual(
      expect.arrayContaining(['date_future', 'date_invalide', 'doublon_quasi_identique_ecarte', 'retenue']),
    );
  });
});

describe('forget', () => {
  it('of an ID that nobody has ends with 2, and writes it down nowhere', async () => {
    const { code, stdout, stderr } = await forget('9900018', '--yes');
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain('PERSON_UNKNOWN');
    expect(stderr).not.toContain('9900018');
    expect(await project.rows("select * from ops.run where command = 'forget'")).toEqual([]);
  });

  it('erases nothing with --dry-run, which counts, nor where nobody can say yes', async () => {
    const before = await rowsOfOthers();
    const { code, stdout } = await forget(ZOE.id, '--dry-run');
    expect(code).toBe(0);
    expect(stdout).toMatch(/raw\.rh_salarie +3\n/);
    expect(stdout).toMatch(/raw\.gmaps_trajet +2\n/);
    expect(stdout).not.toMatch(new RegExp(patterns()));
    const asked = await forget(ZOE.id);
    expect([asked.code, asked.stderr]).toEqual([2, expect.stringContaining('runner forget ID --yes')]);
    expect(await rowsOfOthers()).toEqual(before);
    expect(await project.rows(`select count(*) from sec.rh_salarie where cle_salarie = '${key}'`)).toEqual([['1']]);
  });

  it('leaves no trace in any table, statistic, file or page, and all else as it was', async () => {
    const before = await rowsOfOthers();
    expect([...before.keys()]).toEqual(expect.arrayContaining(['ops.histo_run', 'ops.histo_kpi_age', 'ops.outbox']));
    const eligible =
      'select id_histo_run, scenario, tranche_age, count(*) from sec.histo_eligible group by 1, 2, 3 order by 1, 2, 3';
    const eligibleBefore = await project.rows(eligible);
    // What a replay has left that was killed.
    await project.db.query(
      'create schema runner_scratch_deadbeef_replay_sec; create table runner_scratch_deadbeef_replay_sec.a as select * from sec.rh_salarie',
    );
    const { code, stdout, stderr } = await forget(ZOE.id, '--yes');
    expect([code, stderr]).toEqual([0, '']);
    expect(`${stdout}${stderr}`).not.toMatch(new RegExp(patterns()));
    expect(stdout).toContain('rh.salarie still names the person in 1 row: remove them from sources/sample/rh.xlsx');
    expect(stdout).toContain('not erased here: the write-ahead log');
    expect(await tracesInTables()).toEqual([]);
    expect(filesWith(patterns(), await dataFolder(project))).toEqual([]);
    expect(filesWith(patterns(), project.dir, (path) => path.startsWith(file('')))).toEqual([]);
    expect(await rowsOfOthers()).toEqual(before);
    expect(await project.rows(eligible)).toEqual(eligibleBefore);
    // Who lives at a home of theirs keeps the answer.
    expect(await project.rows(`select count(*) from raw.gmaps_trajet where adresse = '${ZOE.shared}'`)).not.toEqual([
      ['0'],
    ]);
  });

  it('is why a run from before, built again, differs from its history, which a replay says without naming anybody', async () => {
    const [[own = ''] = []] = await project.rows(
      "select run_id from ops.run where command = 'forget' and plan is not null order by started_at desc limit 1",
    );
    const { code, stdout } = await project.runner(['replay', own ?? '']);
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^Equal: \d+ tables/m)]);
    const [[run = ''] = []] = await project.rows(
      'select id_histo_run from ops.histo_run order by ts_histo desc limit 1',
    );
    const replayed = await project.runner(['replay', '--output', 'json']);
    expect([replayed.code, replayed.stderr]).toEqual([1, expect.stringContaining(` ${run} `)]);
    // What differs is theirs: a total beside the one that is kept would tell their part of it.
    expect(replayed.stderr).not.toContain('KPI');
    const rows = JSON.parse(replayed.stdout) as readonly Readonly<Record<string, unknown>>[];
    expect(rows.find(({ model }) => model === 'histo_kpi_cout_prime')).toMatchObject({
      ...{ result: 'differs', before: 1, after: 1, changed: 1 },
      why: expect.arrayContaining([expect.stringMatching(/^rows of persons were erased since, by forget /)]),
    });
    expect(rows.map(({ examples }) => examples)).toEqual(rows.map(() => []));
    expect(`${stdout}${replayed.stdout}`).not.toMatch(new RegExp(patterns()));
  });

  it('leaves tables that agree, and nothing to build, land or send', async () => {
    const tested = await project.runner(['test', '--contracts', ...SAMPLE_DAY]);
    expect([tested.code, tested.stdout]).toEqual([0, expect.stringContaining('all passed')]);
    const before = await rowsOfOthers();
    const { code, stdout } = await pipeline();
    expect([code, stdout]).toEqual([0, expect.stringContaining('Nothing changed')]);
    expect(await tracesInTables()).toEqual([]);
    expect(await rowsOfOthers()).toEqual(before);
  });

  it('holds when the sources that no longer name the person are landed again: nobody is congratulated twice', async () => {
    await workbook('rh.xlsx', (row) => {
      if (String(row.getCell(1).value) === ZOE.id) row.values = [];
    });
    await workbook('sport.xlsx', (row) => {
      if (String(row.getCell(1).value) === ZOE.id) row.values = [];
    });
    const [[nom, prenom] = []] = await project.rows(
      'select nom, prenom from sec.lien_salarie where nb_homonymes = 1 order by cle_salarie limit 1',
    );
    const fresh = `23/11/2026 10:00:00,${nom},${prenom},23/11/2026,Tennis,,01:00:00,`;
    edit('declarations.csv', (text) => {
      const lines = text.trimEnd().split('\n');
      return `${[...lines.filter((line) => !line.toLowerCase().includes(ZOE.nom.toLowerCase())), fresh].join('\n')}\n`;
    });
    const outbox = await project.rows('select message_key, status, sent_at from ops.outbox order by 1');
    const { code, stdout } = await pipeline();
    expect([code, stdout]).toEqual([0, expect.stringMatching(/G=1/)]);
    expect(await tracesInTables()).toEqual([]);
    const after = await project.rows('select message_key, status, sent_at from ops.outbox order by 1');
    const added = after.filter(([message]) => !outbox.some(([former]) => former === message));
    expect(added).toHaveLength(1);
    expect(after.filter((row) => !added.includes(row))).toEqual(outbox);
  });

  it('of a namesake leaves the other none of the declarations that both may have sent', async () => {
    const [[id] = [], [, other] = []] = await project.rows(
      'select id_salarie, cle_salarie from sec.lien_salarie where nb_homonymes > 1 order by 1',
    );
    const ambiguous = "select count(*) from sec.declaration where motif_rejet = 'nom_prenom_ambigu'";
    expect(await project.rows(ambiguous)).not.toEqual([['0']]);
    expect((await forget(id ?? '', '--yes')).code).toBe(0);
    expect(await project.rows(ambiguous)).toEqual([['0']]);
    expect(
      await project.rows(
        `select count(*) from metier.activite where cle_salarie = '${other}' and source_donnee = 'csv_gsheet'`,
      ),
    ).toEqual([['0']]);
  });
});
