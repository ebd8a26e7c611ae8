import { afterAll, beforeAll, expect, it } from 'vitest';
import { seededRandom } from '../../../sources/sample/random.ts';
import { type SampleProject, sampleProject } from '../sample-project.ts';
import { CASES, type Case, nextCases, prepareCases } from './cases.ts';
import { type Reader, startReader } from './reader.ts';
import {
  type Bench,
  DISTURBANCES,
  expectNextRunEndsRight,
  expectSpread,
  historyRuns,
  killedRun,
  type Stage,
  seedOfRun,
  settled,
  stageOf,
} from './rounds.ts';
import { said, undisturbed } from './undisturbed.ts';
import { brokenIn } from './whole.ts';

// On the whole project with its sample, as in kill-first.test.ts, which kills first builds.
const seed = seedOfRun();
let project: SampleProject;
let bench: Bench;
let reader: Reader;
let current = CASES[0] as Case;

beforeAll(async () => {
  project = await sampleProject();
  await prepareCases(project);
  const reference = await undisturbed(project);
  bench = { project, db: project.db, env: () => ({}), reference, random: seededRandom(seed) };
  const first = { kind: 'first', label: 'undisturbed', disturbed: [], history: [], where: 'at first' } as const;
  await expectNextRunEndsRight(bench, current, first);
  reader = startReader(() => project.config);
}, 900_000);
afterAll(async () => {
  await reader?.stop();
  await project?.close();
});

it.for([
  ['build of what changed', 'incremental'],
  ['full refresh', 'full'],
] as const)(
  'a %s that is killed at any moment leaves all whole, and the next run ends right',
  { timeout: 900_000 },
  async ([, kind], { annotate }) => {
    const kills = DISTURBANCES[kind];
    const stages: Stage[] = [];
    for (let round = 1; stages.length < kills && round < 2 * kills + 10; round += 1)
      stages.push(...(await disturbedRound(kind, round)));
    const found = `seed ${seed}: ${stages.join(', ')}`;
    await annotate(found);
    expect(stages.length, found).toBeGreaterThanOrEqual(kills);
    expectSpread(stages, found);
  },
);

it('nobody who read the views meanwhile saw anything but one whole state or the next', async () => {
  const { wrong, passes } = await reader.stop();
  expect(wrong, `seed ${seed}`).toEqual([]);
  expect(passes).toBeGreaterThan(DISTURBANCES.incremental + DISTURBANCES.full);
});

/** Another case is built and killed, some twice, then built to its end. @returns how far each killed run had come */
async function disturbedRound(kind: 'incremental' | 'full', round: number): Promise<readonly Stage[]> {
  const { random, reference } = bench;
  const given = random.pick(nextCases(CASES, current, kind));
  const label = `${kind} ${round}`;
  const where = `seed ${seed}, ${label}: case ${CASES.indexOf(current)} → ${CASES.indexOf(given)}`;
  reader.allow([reference.right(current).seen, reference.right(given).seen]);
  current = given;
  const history = await historyRuns(project.db);
  const stages: Stage[] = [];
  const disturbed: string[] = [];
  do {
    const name = `${label}.${disturbed.length}`;
    const ended = await killedRun(bench, given, kind, name);
    disturbed.push(name);
    if (ended) expect(ended.code, `${where}\n${said(ended)}`).toBe(0);
    // Some of the next runs come at once, while the server may still be busy with the dead one.
    if (random.chance(0.8)) {
      await settled(project.db);
      expect(await brokenIn(project.db, project.dir), where).toEqual([]);
    }
    if (!ended) stages.push(await stageOf(project.db, name));
  } while (random.chance(0.4));
  const next = kind === 'full' && random.chance(0.5) ? 'full' : 'incremental';
  // An orchestrator starts a run again under its own name.
  const again = next === kind && random.chance(0.2) ? disturbed.at(-1) : undefined;
  await expectNextRunEndsRight(bench, given, {
    kind: next,
    label: again ?? `${label} next`,
    disturbed,
    history,
    where,
  });
  reader.allow([reference.right(given).seen]);
  return stages;
}
