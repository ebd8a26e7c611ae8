import { randomInt } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { settled } from './crash/rounds.ts';
import { brokenIn } from './crash/whole.ts';
import { startRunner } from './processes.ts';
import { type SampleProject, sampleProject } from './sample-project.ts';

const KILLS = process.env.RUNNER_CRASHES === 'all' ? 20 : 4;
const ROWS = 150_000;
const KILLED = 137;
const LOAD = ['load', 'gsheet'];
const SHEET = { URL_GSHEET: 'large.csv' };
let project: SampleProject;

beforeAll(async () => {
  project = await sampleProject();
  expect((await project.runner(LOAD)).code).toBe(0);
});
afterAll(() => project?.close());

/** A sheet that is another one for each `edition`. */
function writeSheet(edition: number): void {
  const header = "Horodateur,Nom,Prénom,Date,Sport type,Distance parcourue en kms,Durée de l'activité,Commentaire";
  const rows = Array.from(
    { length: ROWS },
    (_, index) => `24/11/2026 19:40:26,Nom ${index},"Édition ${edition}",24/11/2026,rando,8,01:55:34,"Une, deux"`,
  );
  writeFileSync(join(project.dir, 'large.csv'), [header, ...rows, ''].join('\r\n'));
}

/** What landed: each batch with its rows as noted and as they are there. */
const batches = () =>
  project.rows(
    `select b.batch_id, row_count, (select count(*) from raw.gsheet_declaration d where d.batch_id = b.batch_id)
     from ops.batch b order by 1`,
  );

it(`a load that is killed while it lands a large CSV leaves nothing of it, ${KILLS} times, and the next one lands it whole`, {
  timeout: 600_000,
}, async () => {
  const before = [...(await batches())];
  let kills = 0;
  for (let edition = 0; kills < KILLS && edition < 3 * KILLS; edition += 1) {
    writeSheet(edition);
    const run = startRunner(project, LOAD, SHEET);
    const copying = async (): Promise<number> => (await project.rows('select from pg_stat_progress_copy')).length;
    await expect.poll(copying, { timeout: 60_000, interval: 5 }).toBeGreaterThan(0);
    const wait = randomInt(0, 300);
    await sleep(wait);
    run.kill('SIGKILL');
    const where = `killed after ${wait} ms of COPY`;
    if ((await run.ended).code === KILLED) kills += 1;
    await settled(project.db);
    expect(await brokenIn(project.db, project.dir), where).toEqual([]);
    const after = await batches();
    // It may have been through, or its commit under way.
    if (after.length > before.length) {
      expect(after.at(-1)?.slice(1), where).toEqual([String(ROWS), String(ROWS)]);
      before.push(after.at(-1) ?? []);
    }
    expect(after, where).toEqual(before);
  }
  expect(kills).toBe(KILLS);
  writeSheet(-1);
  const { code, stderr } = await project.runner(LOAD, SHEET);
  expect(code, stderr).toBe(0);
  expect((await batches()).at(-1)?.slice(1)).toEqual([String(ROWS), String(ROWS)]);
  expect(await brokenIn(project.db, project.dir)).toEqual([]);
});

it('of two loads at once one lands and the other exits 3, having landed nothing', async () => {
  writeSheet(-2);
  const before = await batches();
  await project.db.transaction(async (tx) => {
    // The first one has landed its rows and can't note them.
    await tx.query('lock table ops.batch in exclusive mode');
    const first = startRunner(project, LOAD, SHEET);
    const waiting = () =>
      project.rows("select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()");
    await expect.poll(async () => (await waiting()).length, { timeout: 60_000 }).toBe(1);
    const second = await project.runner(LOAD, SHEET);
    expect(second).toMatchObject({ code: 3, stderr: expect.stringContaining('TARGET_LOCKED') });
    await tx.query('commit; begin');
    expect((await first.ended).code).toBe(0);
  });
  expect(await batches()).toHaveLength(before.length + 1);
  expect(await brokenIn(project.db, project.dir)).toEqual([]);
});

it('old batches go when a later one lands, and the user is told; what was published stays as it is', async () => {
  const place = await sampleProject();
  try {
    const sheet = join(place.dir, 'sources/sample/declarations.csv');
    const yml = join(place.dir, 'project.yml');
    const config = readFileSync(yml, 'utf8').replace(
      /keep_batches: .*\nkeep_runs: .*/,
      'keep_batches: 2\nkeep_runs: 1',
    );
    writeFileSync(yml, config);
    expect((await place.runner(['pipeline', '--as-of', '2026-11-24'])).code).toBe(0);
    const shown = 'select count(*) from staging.stg_gsheet__declaration';
    const published = await place.rows(shown);
    const said: string[] = [];
    for (let more = 1; more <= 4; more += 1) {
      writeFileSync(
        sheet,
        `${readFileSync(sheet, 'utf8')}24/11/2026 20:00:0${more},A,B,24/11/2026,rando,8,01:00:00,\r\n`,
      );
      const { code, stdout, stderr } = await place.runner(LOAD);
      expect(code).toBe(0);
      said.push(...`${stdout}${stderr}`.split('\n').filter((line) => line.includes('were dropped')));
    }
    // Of five batches the last two are kept, and the first one, which is published.
    expect(said).toHaveLength(2);
    expect(said[0]).toContain('gsheet.declaration: no run needs the rows of batch');
    expect(await place.rows('select count(distinct batch_id) from raw.gsheet_declaration')).toEqual([['3']]);
    expect(await place.rows(shown)).toEqual(published);
    expect((await place.runner(['pipeline', '--as-of', '2026-11-24'])).code).toBe(0);
    expect(await brokenIn(place.db, place.dir)).toEqual([]);
  } finally {
    await place.close();
  }
});
