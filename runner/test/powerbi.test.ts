import { appendFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readConfig } from '../project/read-project.ts';
import { ROOT } from './cli.ts';
import { found, personalValues } from './personal-values.ts';
import { HISTORY_OF, RELATIONS } from './powerbi-relations.ts';
import { builtSample, SAMPLE_DAY, type SampleProject } from './sample-project.ts';

let project: SampleProject;
/** Relation → column → type. */
let columns: ReadonlyMap<string, ReadonlyMap<string, string>>;

beforeAll(async () => {
  project = await builtSample();
  // A second run, so that what is unique in one run is tried on two.
  appendFileSync(join(project.dir, 'seeds', 'param_avantage.csv'), 'reference,taux_prime,0.06,2026-11-01\n');
  expect((await project.runner(['build', '--select', 'changed', ...SAMPLE_DAY])).code).toBe(0);
  const relations = await project.rows(
    `select table_schema || '.' || table_name, string_agg(column_name || '|' ||
       replace(data_type, 'timestamp with time zone', 'timestamptz'), ',' order by ordinal_position)
     from information_schema.columns group by 1`,
  );
  columns = new Map(
    relations.map(([relation, list]) => [
      relation ?? '',
      new Map((list ?? '').split(',').map((column) => column.split('|') as [string, string])),
    ]),
  );
});
afterAll(() => project?.close());

describe('the existing Power BI report', () => {
  it.each(RELATIONS)('finds $relation with its columns and their types', ({ relation, columns: expected }) => {
    const found = columns.get(relation) ?? new Map();
    expect(Object.fromEntries(Object.keys(expected).map((name) => [name, found.get(name)]))).toEqual(expected);
  });

  it.each(HISTORY_OF)('finds $relation with the columns of $view', ({ relation, view }) => {
    const expected = [['id_histo_run', 'text'], ['ts_snapshot', 'timestamptz'], ...(columns.get(view) ?? [])];
    expect([...(columns.get(relation) ?? [])]).toEqual(expected);
  });

  it.each([...RELATIONS, ...HISTORY_OF])('finds rows in $relation, each told by $key', async ({ relation, key }) => {
    const told = key === '-' ? "'the only one'" : `row(${key})`;
    const [[rows, different] = []] = await project.rows(`select count(*), count(distinct ${told}) from ${relation}`);
    expect(Number(rows)).toBeGreaterThan(0);
    expect(different).toBe(rows);
  });

  it('finds the history of both runs', async () => {
    for (const { relation } of HISTORY_OF)
      expect(await project.rows(`select count(distinct id_histo_run) from ${relation}`)).toEqual([['2']]);
  });

  it('reads no name, address, birth date or salary of anybody in what is not sec or raw', async () => {
    const relations = [...columns.keys()].filter(
      (name) => /^metier\./.test(name) || /^ops\.(histo|anomalie|run_metrique)/.test(name),
    );
    const dumps = await Promise.all(
      relations.map((name) => project.rows(`select coalesce(string_agg(r::text, E'\\n'), '') from ${name} as r`)),
    );
    const text = dumps.map(([row]) => row?.[0] ?? '').join('\n');
    expect(found(await personalValues(project), text)).toEqual([]);
  });
});

describe('the semantic model', () => {
  const folder = join(ROOT, 'powerbi');
  const definition = join(folder, 'sds.SemanticModel', 'definition');

  it('in powerbi/ is what the project makes of it', async () => {
    const { stdout, stderr, code } = await project.runner(['powerbi', '--check', '--out', folder]);
    expect(stdout + stderr).toContain('up to date');
    expect(code).toBe(0);
  });

  it('holds what Power BI reads and nothing else, with columns that the database has in that type', () => {
    const types: Readonly<Record<string, readonly string[]>> = {
      string: ['text', 'jsonb'],
      boolean: ['boolean'],
      int64: ['integer', 'bigint'],
      decimal: ['numeric'],
      dateTime: ['date', 'timestamptz'],
    };
    const tables = readdirSync(join(definition, 'tables'));
    const promised = [...RELATIONS, ...HISTORY_OF]
      .map(({ relation }) => relation)
      .filter((name) => name !== 'ops.rejet');
    const expected = [...promised.map((name) => `${name.split('.')[1]}.tmdl`), 'Calendrier.tmdl'];
    expect(tables.toSorted()).toEqual(expected.toSorted());
    for (const file of tables.filter((name) => name !== 'Calendrier.tmdl')) {
      const text = readFileSync(join(definition, 'tables', file), 'utf8');
      const schema = /Schema = "(\w+)"/.exec(text)?.[1];
      const found = columns.get(`${schema}.${file.replace('.tmdl', '')}`);
      const described = [...text.matchAll(/^\tcolumn (.+)\n\t\tdataType: (.+)$/gm)].map(([, name = '', type = '']) => [
        name,
        type,
      ]);
      expect(described.map(([name]) => name)).toEqual([...(found?.keys() ?? [])]);
      for (const [name = '', type = ''] of described)
        expect(types[type], `${file} ${name}`).toContain(found?.get(name));
    }
  });

  it('joins tables where the one has each value once, and the many no other than of employees who left', async () => {
    await project.rows(
      'update metier.salarie set actif = false where cle_salarie = (select min(cle_salarie) from metier.vw_bi_activite)',
    );
    const gone: (string | null)[][] = [];
    for (const { from, to } of (await readConfig(ROOT)).semanticModel?.relationships ?? []) {
      if (to === 'Calendrier.Date') continue;
      const [many, one] = [from, to].map((name) => {
        const [table = '', column = ''] = name.split('.');
        return { relation: [...columns.keys()].find((key) => key.endsWith(`.${table}`)), column };
      });
      expect(
        await project.rows(
          `select ${one?.column} from ${one?.relation} group by 1 having count(*) > 1 or ${one?.column} is null`,
        ),
        to,
      ).toEqual([]);
      const strangers = await project.rows(
        `select distinct ${many?.column} from ${many?.relation} where ${many?.column} is not null
         and ${many?.column} not in (select ${one?.column} from ${one?.relation})`,
      );
      gone.push(...strangers.map(([value = null]) => [from, value]));
    }
    const [[left = null] = []] = await project.rows('select cle_salarie from metier.salarie where not actif');
    expect(gone.length).toBeGreaterThan(0);
    expect(gone.filter(([from, value]) => value !== left || !from?.endsWith('.cle_salarie'))).toEqual([]);
  });

  it('is told to be out of date when a file was changed, has gone or does not belong there; a report that was drawn is kept', async () => {
    const runner = (...args: readonly string[]) => project.runner(['powerbi', '--server', 'pg.example:5432', ...args]);
    const own = (file: string): string => join(project.dir, 'powerbi', file);
    expect((await runner()).code).toBe(0);
    expect(readFileSync(own('sds.pbids'), 'utf8')).toContain('"server": "pg.example:5432"');
    writeFileSync(own('sds.SemanticModel/definition/tables/gone.tmdl'), 'table gone\n');
    appendFileSync(own('sds.SemanticModel/definition/tables/vue_kpi_bu.tmdl'), '\tcolumn other\n');
    writeFileSync(own('sds.Report/definition/pages/page1/page.json'), '{"drawn": true}\n');
    const { code, stderr } = await runner('--check');
    expect(code).toBe(1);
    expect(stderr.match(/SEMANTIC_MODEL_STALE \S+/g)).toEqual([
      'SEMANTIC_MODEL_STALE powerbi/sds.SemanticModel/definition/tables/gone.tmdl',
      'SEMANTIC_MODEL_STALE powerbi/sds.SemanticModel/definition/tables/vue_kpi_bu.tmdl',
    ]);
    expect((await runner()).code).toBe(0);
    expect((await runner('--check')).code).toBe(0);
    expect(readFileSync(own('sds.Report/definition/pages/page1/page.json'), 'utf8')).toContain('drawn');
  });
});
