import { afterAll, beforeAll, expect, it } from 'vitest';
import { seededRandom } from '../../../sources/sample/random.ts';
import { testDatabase } from '../database.ts';
import { serverEnv } from '../processes.ts';
import { type SampleProject, sampleProject } from '../sample-project.ts';
import { CASES, prepareCases } from './cases.ts';
import { startReader } from './reader.ts';
import {
  DISTURBANCES,
  expectNextRunEndsRight,
  expectSpread,
  killedRun,
  type Stage,
  seedOfRun,
  settled,
  stageOf,
} from './rounds.ts';
import { said, type Undisturbed, undisturbed } from './undisturbed.ts';
import { brokenIn } from './whole.ts';

const KILLS = DISTURBANCES.first;
// Who has left is known only from a workbook of before.
const POSSIBLE = CASES.filter(({ workbook }) => workbook === 'before');
const seed = seedOfRun();
const random = seededRandom(seed);
let project: SampleProject;
let reference: Undisturbed;

beforeAll(async () => {
  project = await sampleProject();
  await prepareCases(project);
  reference = await undisturbed(project, POSSIBLE);
}, 900_000);
afterAll(() => project?.close());

it('a first build that is killed at any moment leaves all whole, and the next run ends right', {
  timeout: 900_000,
}, async ({ annotate }) => {
  const stages: Stage[] = [];
  for (let round = 1; stages.length < KILLS && round < 2 * KILLS + 10; round += 1)
    stages.push(...(await firstBuild(round)));
  const found = `seed ${seed}: ${stages.join(', ')}`;
  await annotate(found);
  expect(stages.length, found).toBeGreaterThanOrEqual(KILLS);
  expectSpread(stages, found);
});

/** A case is built in a new database and killed, some twice, then built to its end. */
async function firstBuild(round: number): Promise<readonly Stage[]> {
  const given = random.pick(POSSIBLE);
  const where = `seed ${seed}, first build ${round}: case ${CASES.indexOf(given)}`;
  const { db, config, drop } = await testDatabase();
  const bench = { project, db, env: () => serverEnv(config), reference, random };
  const reader = startReader(() => config);
  reader.allow([reference.right(given).seen]);
  const stages: Stage[] = [];
  const disturbed: string[] = [];
  try {
    do {
      const label = `first ${round}.${disturbed.length}`;
      const ended = await killedRun(bench, given, 'first', label);
      disturbed.push(label);
      if (ended) expect(ended.code, `${where}\n${said(ended)}`).toBe(0);
      await settled(db);
      expect(await brokenIn(db, project.dir), where).toEqual([]);
      if (!ended) stages.push(await stageOf(db, label));
    } while (random.chance(0.4));
    await expectNextRunEndsRight(bench, given, { kind: 'first', label: 'next', disturbed, history: [], where });
    const { wrong, passes } = await reader.stop();
    expect(wrong, where).toEqual([]);
    expect(passes, where).toBeGreaterThan(0);
  } finally {
    await reader.stop();
    await drop();
  }
  return stages;
}
