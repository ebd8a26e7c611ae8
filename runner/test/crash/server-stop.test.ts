import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { seededRandom } from '../../../sources/sample/random.ts';
import { embeddedStatus, ensureEmbedded, removeEmbedded } from '../../adapters/embedded.ts';
import { openDatabase } from '../../adapters/postgres.ts';
import type { ConnectionConfig } from '../../adapters/types.ts';
import { serverEnv, startRunner } from '../processes.ts';
import { type SampleProject, sampleProject } from '../sample-project.ts';
import { CASES, type Case, nextCases, prepareCases, runOf } from './cases.ts';
import { type Reader, startReader } from './reader.ts';
import {
  type Bench,
  DISTURBANCES,
  expectNextRunEndsRight,
  historyRuns,
  momentOf,
  seedOfRun,
  settled,
} from './rounds.ts';
import { COMMANDS, said, undisturbed } from './undisturbed.ts';
import { brokenIn } from './whole.ts';

const STOPS = DISTURBANCES.stops;
const POSSIBLE = CASES.slice(0, 6);
const seed = seedOfRun();
let project: SampleProject;
let dataRoot: string;
let config: ConnectionConfig;
let bench: Bench;
let reader: Reader;
let isDown = false;
let current = CASES[0] as Case;

/** A server of its own, whose data survives a crash: it is started as for a person. */
const startServer = async (): Promise<void> => {
  config = await ensureEmbedded({ dataRoot, database: 'stopped' });
};

beforeAll(async () => {
  dataRoot = await mkdtemp(join(tmpdir(), 'runner-stop-'));
  await startServer();
  project = await sampleProject();
  await prepareCases(project);
  const reference = await undisturbed(project, POSSIBLE);
  const db = openDatabase(config);
  bench = { project, db, env: () => serverEnv(config), reference, random: seededRandom(seed) };
  const first = { kind: 'first', label: 'undisturbed', disturbed: [], history: [], where: 'at first' } as const;
  await expectNextRunEndsRight(bench, current, first);
  reader = startReader(
    () => config,
    () => isDown,
  );
}, 900_000);
afterAll(async () => {
  await reader?.stop();
  await bench?.db.close();
  await project?.close();
  await removeEmbedded(dataRoot);
  await rm(dataRoot, { recursive: true, force: true });
});

it('a server that is stopped at once at any moment of a run comes back whole, and the next run ends right', {
  timeout: 900_000,
}, async ({ annotate }) => {
  const codes: number[] = [];
  for (let stop = 1; stop <= STOPS; stop += 1) codes.push(await stoppedRound(stop));
  const found = `seed ${seed}: ${codes}`;
  await annotate(found);
  // A run may end before the server is stopped, or go on once it is back.
  expect(
    codes.filter((code) => code !== 0 && code !== 1),
    found,
  ).toEqual([]);
  const few = 10;
  if (STOPS >= few) expect(codes, found).toContain(1);
});

it('nobody who read the views meanwhile saw anything but a lost connection, one whole state or the next', async () => {
  const { wrong, passes, lost } = await reader.stop();
  expect(wrong, `seed ${seed}`).toEqual([]);
  expect(passes).toBeGreaterThan(STOPS);
  expect(lost).toBeGreaterThan(0);
});

/** Another case is built while the server is stopped and started again, then built to its end. @returns its exit code */
async function stoppedRound(round: number): Promise<number> {
  const { random, reference, db } = bench;
  const kind = random.chance(0.25) && nextCases(POSSIBLE, current, 'full').length > 0 ? 'full' : 'incremental';
  const given = random.pick(nextCases(POSSIBLE, current, kind));
  const label = `${kind} ${round}`;
  const where = `seed ${seed}, stop ${round}, ${kind}: case ${CASES.indexOf(current)} → ${CASES.indexOf(given)}`;
  reader.allow([reference.right(current).seen, reference.right(given).seen]);
  current = given;
  const history = await historyRuns(db);
  const { args, env } = runOf(project, given, label, COMMANDS[kind]);
  const started = startRunner(project, args, { ...env, ...bench.env() });
  await momentOf(bench, kind, started);
  isDown = true;
  await stopAtOnce();
  await sleep(random.int(0, 300));
  await startServer();
  const end = await started.ended;
  if (end.code === 1) expect(said(end), where).toMatch(/CONNECTION_(LOST|FAILED)|OUTCOME_UNKNOWN/);
  await settled(db);
  isDown = false;
  expect(await brokenIn(db, project.dir), where).toEqual([]);
  const next = { kind: 'incremental', label: `${label} next`, disturbed: [label], history, where } as const;
  await expectNextRunEndsRight(bench, given, next);
  reader.allow([reference.right(given).seen]);
  return end.code;
}

/** As `pg_ctl stop -m immediate` does: no session ends, nothing is written any more. */
async function stopAtOnce(): Promise<void> {
  const { home } = JSON.parse(await readFile(join(dataRoot, 'server.json'), 'utf8')) as { home: string | null };
  const file = join(home ?? dataRoot, 'postgres', 'postmaster.pid');
  process.kill(Number((await readFile(file, 'utf8')).split('\n')[0]), 'SIGQUIT');
  while ((await embeddedStatus(dataRoot, config.database)).state === 'running') await sleep(5);
}
