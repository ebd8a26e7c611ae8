import { expect } from 'vitest';
import type { Database } from '../../adapters/types.ts';
import type { Ended, Workplace } from '../cli.ts';
import { testDatabase } from '../database.ts';
import { type Running, serverEnv, startRunner } from '../processes.ts';
import { CASES, type Case, runOf } from './cases.ts';
import { type Seen, seenIn } from './reader.ts';
import { contentsOf, digestOf, HISTORY } from './whole.ts';

/** What a case gives when nothing disturbs it. */
export interface Right {
  readonly contents: Readonly<Record<string, string>>;
  readonly seen: Seen;
  readonly history: Readonly<Record<string, string>>;
}

export type Kind = 'first' | 'incremental' | 'full';

export const COMMANDS: Readonly<Record<Kind, readonly string[]>> = {
  first: ['pipeline'],
  incremental: ['pipeline'],
  full: ['build', '--full-refresh'],
};

export interface Undisturbed {
  readonly right: (given: Case) => Right;
  /** How long runs of each kind took, the last ones last; whoever runs one to its end adds it. */
  readonly took: Readonly<Record<Kind, Took[]>>;
}

/** Milliseconds of a run. */
export interface Took {
  /** Until it says that it has begun: it holds the target and is recorded. */
  readonly start: number;
  readonly work: number;
}

/** Runs every case in a database of its own, one after the other: that what was before does not count is tested elsewhere. */
export async function undisturbed(project: Workplace, cases = CASES): Promise<Undisturbed> {
  const { db, config, drop } = await testDatabase();
  const took: Undisturbed['took'] = { first: [], incremental: [], full: [] };
  const found = new Map<Case, Right>();
  const run = async (kind: Kind, given: Case, label: string): Promise<void> => {
    const { args, env } = runOf(project, given, label, COMMANDS[kind]);
    const ended = await timed(took[kind], startRunner(project, args, { ...env, ...serverEnv(config) }));
    expect(ended.code, said(ended)).toBe(0);
  };
  try {
    for (const [index, given] of cases.entries()) {
      await run(index === 0 ? 'first' : 'incremental', given, `case ${index}`);
      const history = await historyOf(db, `case ${index}`);
      found.set(given, { contents: await contentsOf(db), seen: await seenIn(db), history });
    }
    const last = cases.at(-1);
    if (last) await run('full', last, 'full');
  } finally {
    await drop();
  }
  const right = (given: Case): Right => {
    const known = found.get(given);
    if (!known) throw new Error('the case was not run');
    return known;
  };
  return { right, took };
}

/** Adds what a run takes to `took`. */
export async function timed(took: Took[], { spoke, ended }: Running): Promise<Ended> {
  const began = performance.now();
  await spoke;
  const start = performance.now() - began;
  const end = await ended;
  took.push({ start, work: performance.now() - began - start });
  return end;
}

/** A hash for each table of a run's rows in the history, but for its name and times. */
export async function historyOf(db: Database, run: string): Promise<Readonly<Record<string, string>>> {
  const own = ['id_histo_run', 'run_label', 'ts_histo', 'date_histo_paris', 'ts_snapshot'];
  const tables = Object.keys(HISTORY).map((name) => digestOf(`ops.histo_${name}`, own, `id_histo_run = '${run}'`));
  const { rows } = await db.query(tables.join(' union all '));
  return Object.fromEntries(rows.map(([name, hash]) => [name ?? '', hash ?? '']));
}

export function said({ stdout, stderr }: Ended): string {
  return `${stdout}\n${stderr}`;
}
