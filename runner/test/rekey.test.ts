import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dataFolder, filesWith } from './data-files.ts';
import { commandsOf, type } from './operator.ts';
import { editWorkbook, rowOf } from './oracle/edits.ts';
import { SAMPLE_DAY, type SampleProject, sampleProject } from './sample-project.ts';

let project: SampleProject;
const FORMER = 'the-former-salt';

beforeAll(async () => {
  project = await sampleProject({ P12_PSEUDO_SALT: '' });
  writeFileSync(join(project.dir, '.env'), `P12_PSEUDO_SALT=${FORMER}\n`);
  // Keys are in batches that are no longer in force, too: of a simulation, and of someone who has left.
  expect((await project.runner(['pipeline', ...SAMPLE_DAY], { SIMULATION: '1' })).code).toBe(0);
  const [[left = ''] = []] = await project.rows('select id_salarie from sec.rh_salarie order by 1 limit 1');
  for (const book of ['rh', 'sport'] as const)
    await editWorkbook(project, book, (sheet) => void sheet.spliceRows(Number(rowOf(sheet, left ?? '').number), 1));
  expect((await project.runner(['pipeline', ...SAMPLE_DAY])).code).toBe(0);
  await project.db.query("update ops.outbox set status = 'sent', sent_at = now() where message_key < 'sal_8'");
  await project.db.query("update ops.outbox set status = 'skipped' where message_key > 'sal_c'");
});
afterAll(() => project?.close());

/** All that may be a key, or a name made of one, in every table, each batch of raw among them. */
async function words(): Promise<ReadonlySet<string>> {
  const tables = await project.rows(
    "select format('%I.%I', schemaname, tablename) from pg_tables where schemaname not in ('pg_catalog', 'information_schema')",
  );
  const word = '(?<![0-9a-f])((sal_)?[0-9a-f]{16})(?![0-9a-f])';
  const find = (name: string | null | undefined) =>
    project.rows(`select distinct m[1] from ${name} as t, regexp_matches(t::text, '${word}', 'g') as m`);
  return new Set((await Promise.all(tables.map(([name]) => find(name)))).flat(2).map(String));
}

const keysIn = (found: ReadonlySet<string>): readonly string[] => [...found].filter((word) => word.startsWith('sal_'));
/** The names of the history, as macros/jeton_salarie.sql makes them. */
const tokensOf = (keys: readonly string[]): readonly string[] =>
  keys.map((key) => createHash('md5').update(key).digest('hex').slice(0, 16));

/** The costs of the history that Power BI is shown. */
function shown(runs: string): Promise<unknown> {
  return project.db.transaction(async (tx) => {
    await tx.query('set local role sds_bi');
    const { rows } = await tx.query(
      `select id_histo_run, scenario, cout_annuel_total_prime from ops.histo_kpi_scenario where id_histo_run in (${runs}) and cout_annuel_total_prime is not null
       union all select id_histo_run, tranche_age, cout_annuel_total_prime_variable from ops.histo_kpi_age where id_histo_run in (${runs}) and cout_annuel_total_prime_variable is not null
       order by 1, 2`,
    );
    await tx.query('reset role');
    return rows;
  });
}

/** The runs that the history has, for a condition. */
async function histories(): Promise<string> {
  return (await project.rows('select id_histo_run from ops.histo_run'))
    .flat()
    .map((id) => `'${id}'`)
    .join(', ');
}

/** What must stay: the figures, the people with those who left, what became of the messages, the history (not the digest of keys by which it is judged). */
async function figures(runs?: string): Promise<unknown> {
  const tables = await project.rows(
    "select tablename from pg_tables where schemaname = 'ops' and tablename like 'histo%' and tablename <> 'histo_jugement' order by 1",
  );
  const known = runs ? `where id_histo_run in (${runs})` : '';
  return {
    scenarios: await project.rows('select * from metier.vue_kpi_scenario order by 1'),
    units: await project.rows('select * from metier.vue_kpi_bu order by 1'),
    ages: await project.rows('select * from metier.vw_kpi_age order by tranche_age'),
    people: await project.rows("select to_jsonb(t) - 'cle_salarie' from sec.rh_salarie as t order by id_salarie"),
    messages: await project.rows(
      `select status, count(*), count(sent_at), count(m.cle_message) from ops.outbox
       left join ops.message_felicitation as m on m.cle_message = message_key group by 1 order by 1`,
    ),
    histories: await Promise.all(
      tables.map(([table]) => project.rows(`select t::text from ops.${table} as t ${known} order by 1`)),
    ),
  };
}

describe('to rotate the salt, as docs/operations.md says', () => {
  it('may be begun too late: a run under another salt publishes nothing', async () => {
    const before = await figures();
    writeFileSync(join(project.dir, '.env'), 'P12_PSEUDO_SALT=by-mistake\n');
    const wrong = await project.runner(['pipeline', ...SAMPLE_DAY]);
    expect([wrong.code, wrong.stderr + wrong.stdout]).toEqual([1, expect.stringContaining('One ID has one pseudonym')]);
    expect(await figures()).toEqual(before);
  });

  it('leaves no former key anywhere, nor a name made of one, and figures, people, messages and history as they were', async () => {
    const runs = await histories();
    const [formerKeys, before, costs] = [keysIn(await words()), await figures(), await shown(runs)];
    // Those of the mistake too.
    expect(formerKeys.length).toBeGreaterThan(300);
    expect(costs).not.toEqual([]);
    const printed = await type(project.dir, commandsOf('Rotate the salt'), SAMPLE_DAY[1], project.env);
    expect(printed).toContain(`${formerKeys.length} former keys replaced`);
    expect(printed).toMatch(/S=0 G=0 P=0 E=1 B=0/);
    expect(printed).toContain('Nothing changed');
    expect(printed).toMatch(/felicitation +0 /);
    const now = await words();
    expect(await project.rows('select count(*), count(distinct id_salarie) from sec.rh_salarie')).toEqual([
      ['160', '160'],
    ]);
    expect(keysIn(now)).toHaveLength(160);
    expect([...formerKeys, ...tokensOf(formerKeys)].filter((word) => now.has(word))).toEqual([]);
    expect(tokensOf(keysIn(now)).filter((token) => now.has(token))).not.toEqual([]);
    const few = [...formerKeys, ...tokensOf(formerKeys)].filter((_, index) => index % 20 === 0);
    await project.db.query('checkpoint');
    expect(filesWith(few.join('|'), await dataFolder(project))).toEqual([]);
    expect(await shown(runs)).toEqual(costs);
    expect(await figures(runs)).toEqual(before);
    expect(await project.rows('select count(*) from sec.rh_salarie where not actif')).toEqual([['1']]);
  });

  it('lets a person be forgotten afterwards, in the history too', async () => {
    const [[id, key = '', token] = []] = await project.rows(
      `select id_salarie, cle_salarie, jeton_salarie from sec.rh_salarie
       join sec.histo_eligible on jeton_salarie = left(md5(cle_salarie), 16) order by 1 limit 1`,
    );
    expect((await project.runner(['forget', id ?? '', '--yes', ...SAMPLE_DAY])).code).toBe(0);
    const left = await words();
    expect([left.has(key ?? ''), left.has(token ?? '')]).toEqual([false, false]);
  });
});
