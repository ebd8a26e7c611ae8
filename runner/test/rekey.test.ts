import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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

/** Every key in every table, each batch of raw among them. */
async function keys(): Promise<ReadonlySet<string>> {
  const tables = await project.rows(
    "select format('%I.%I', schemaname, tablename) from pg_tables where schemaname not in ('pg_catalog', 'information_schema')",
  );
  const find = (name: string | null | undefined) =>
    project.rows(`select distinct m[1] from ${name} as t, regexp_matches(t::text, 'sal_[0-9a-f]{16}', 'g') as m`);
  return new Set((await Promise.all(tables.map(([name]) => find(name)))).flat(2).map(String));
}

/** The runs that the history has, for a condition. */
async function histories(): Promise<string> {
  return (await project.rows('select id_histo_run from ops.histo_run'))
    .flat()
    .map((id) => `'${id}'`)
    .join(', ');
}

/** What must stay: the figures, the people with those who left, what became of the messages, the history. */
async function figures(runs?: string): Promise<unknown> {
  const tables = await project.rows(
    "select tablename from pg_tables where schemaname = 'ops' and tablename like 'histo%' order by 1",
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
  it('leaves no former key anywhere, and figures, people, messages and history as they were', async () => {
    const runs = (await project.rows('select id_histo_run from ops.histo_run'))
      .flat()
      .map((id) => `'${id}'`)
      .join(', ');
    const [formerKeys, before] = [await keys(), await figures()];
    expect(formerKeys.size).toBeGreaterThan(150);
    const printed = await type(project.dir, commandsOf('Rotate the salt'), SAMPLE_DAY[1], project.env);
    expect(printed).toContain(`${formerKeys.size} former keys replaced`);
    expect(printed).toMatch(/S=0 G=0 P=0 E=1 B=0/);
    expect(printed).toContain('Nothing changed');
    expect(printed).toMatch(/felicitation +0 /);
    const newKeys = await keys();
    expect(newKeys.size).toBe(formerKeys.size);
    expect([...newKeys].filter((key) => formerKeys.has(key))).toEqual([]);
    expect(await figures(runs)).toEqual(before);
    expect(await project.rows('select count(*) from sec.rh_salarie where not actif')).toEqual([['1']]);
  });

  it('may be begun too late: a run under another salt publishes nothing, and the procedure mends it', async () => {
    const [runs, before] = [await histories(), await figures()];
    writeFileSync(join(project.dir, '.env'), 'P12_PSEUDO_SALT=by-mistake\n');
    const wrong = await project.runner(['pipeline', ...SAMPLE_DAY]);
    expect([wrong.code, wrong.stderr + wrong.stdout]).toEqual([1, expect.stringContaining('One ID has one pseudonym')]);
    expect(await figures()).toEqual(before);
    await type(project.dir, 'npm run rekey\nnpx runner pipeline', SAMPLE_DAY[1], project.env);
    expect(await figures(runs)).toEqual(before);
    expect(await project.rows('select count(*), count(distinct id_salarie) from sec.rh_salarie')).toEqual([
      ['160', '160'],
    ]);
  });
});
