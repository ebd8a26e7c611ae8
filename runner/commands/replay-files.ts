import { type Fault, RunnerError } from '../errors.ts';
import { commitFiles } from '../project/base-files.ts';
import { codesOf } from '../state/made-of.ts';
import type { RecordedRun } from '../state/recorded-run.ts';
import { packageVersion } from '../util/package-root.ts';
import { type LoadedProject, type LoadOptions, loadProject } from './load-project.ts';
import type { CommonArgs } from './types.ts';

/** A project as a run had it. */
export interface ReplayFiles {
  readonly loaded: LoadedProject;
  /** Where its files are. */
  readonly from: string;
  /** Why nothing proves that they give the SQL that the run had, where that is so. */
  readonly unproven: string | null;
}

/**
 * The files that a run was built from, with its day, its variables and its environment: those of the working tree where
 * they give the same SQL and seeds as the run had, else those of its commit.
 * @param neededOf ids of what is to be built, and all that stands in it
 * @throws RunnerError `REPLAY_FILES` where neither are
 */
export async function filesOf(
  args: CommonArgs,
  run: RecordedRun,
  neededOf: (loaded: LoadedProject) => ReadonlySet<string>,
): Promise<ReplayFiles> {
  const { made, day, vars } = run.plan;
  const options: LoadOptions = { formerVars: vars, ...(made ? { formerEnv: made.env } : {}) };
  const load = (at?: string): Promise<LoadedProject> =>
    loadProject({ ...args, asOf: day }, at === undefined ? options : { ...options, at });
  const why: string[] = [];
  /** The project, where it is what the run had; otherwise why not is noted. */
  const sameAs = async (from: string, at?: string): Promise<LoadedProject | undefined> => {
    const loaded = await load(at).catch((error: unknown) => {
      if (!(error instanceof RunnerError)) throw error;
      why.push(`${from}: ${summed(error.faults)}`);
      return undefined;
    });
    const others = loaded && made ? otherThan(run, loaded, neededOf(loaded)) : [];
    if (others.length > 0) why.push(`${from}: ${listed(others)}`);
    return others.length === 0 ? loaded : undefined;
  };

  const here = made ? await sameAs('working tree') : undefined;
  if (here) return { loaded: here, from: 'working tree', unproven: null };
  const recorded = run.gitCommit ?? '';
  const commit = recorded.replace(/-dirty$/, '');
  if (commit === '') throw missing(run, [...why, 'no commit was recorded']);
  if (!made && commit !== recorded) throw missing(run, ['what its files held beside the commit was not recorded']);
  const files = await commitFiles(args.projectDir, commit).catch((error: unknown) => {
    if (!(error instanceof RunnerError)) throw error;
    throw missing(run, [...why, `commit ${commit}: ${summed(error.faults)}`]);
  });
  const from = `commit ${commit.slice(0, 12)}`;
  const there = await sameAs(from, files);
  if (there)
    return { loaded: there, from, unproven: made ? null : 'what its files gave was not recorded at that time' };
  const version = packageVersion();
  if (made && made.runner !== version && commit === recorded) {
    // Another version may read the same files otherwise: the commit is then the better witness.
    const unproven = `the runner is version ${version}, and was ${made.runner}: what it makes of the same files may be other SQL`;
    return { loaded: await load(files), from, unproven };
  }
  throw missing(run, why);
}

/** What gives other rows than it gave in the run, or is not there any more. */
function otherThan(
  { plan, results }: RecordedRun,
  { graph, project }: LoadedProject,
  needed: ReadonlySet<string>,
): readonly string[] {
  const [then, now] = [plan.made?.codes ?? {}, codesOf(graph, project.config.timezone)];
  const gone = Object.keys(results).filter((id) => results[id] === 'success' && !(id in now));
  const other = [...needed].filter((id) => then[id] !== now[id]);
  return [
    ...other.map((id) => `${graph.nodes.get(id)?.name} ${id in then ? 'is another' : 'is new'}`),
    ...gone.map((id) => `${id} is gone`),
  ];
}

function missing(run: RecordedRun, why: readonly string[]): RunnerError {
  return new RunnerError({
    code: 'REPLAY_FILES',
    message: `the files that ${run.command} ${run.runId} was built from are not here`,
    expected: run.gitCommit ? `files as they were at commit ${run.gitCommit}` : 'files as they were in that run',
    found: why.join('\n'),
    hint:
      'Put them back as they were and replay again; or run its day with the files of today: runner pipeline --as-of ' +
      run.plan.day,
  });
}

function summed(faults: readonly Fault[]): string {
  const [first] = faults;
  const place = [first?.file, first?.line].filter((part) => part !== undefined).join(':');
  const more = faults.length > 1 ? `, and ${faults.length - 1} more` : '';
  return `${first?.code} ${place} ${first?.message}${more}`.replace(/ +/g, ' ');
}

function listed(others: readonly string[]): string {
  const [shown, more] = [others.slice(0, 5), others.length - 5];
  return `${shown.join(', ')}${more > 0 ? `, and ${more} more` : ''}`;
}
