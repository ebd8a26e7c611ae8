import { resolve } from 'node:path';
import { type Affected, findAffected } from '../diff/affected.ts';
import { configNotes } from '../diff/config-notes.ts';
import { macroDiffs } from '../diff/macro-diffs.ts';
import { isDifferent, isFailing } from '../diff/outcome.ts';
import type { DiffReport } from '../diff/types.ts';
import { EXIT, type Fault, RunnerError } from '../errors.ts';
import { selectNodes } from '../graph/select.ts';
import { type Commits, findCommits } from '../project/base-commit.ts';
import { baseFiles } from '../project/base-files.ts';
import { redactor } from '../util/redact.ts';
import { writeWhole } from '../util/write-whole.ts';
import { answerOf } from './answer.ts';
import { type LoadedProject, loadProject } from './load-project.ts';
import { withTarget } from './open-target.ts';
import type { Command, Reporter, SelectionArgs } from './types.ts';

export interface DiffArgs extends SelectionArgs {
  readonly base?: string;
  readonly output: 'text' | 'markdown' | 'json';
  /** File for the Markdown. */
  readonly out?: string;
  /** Rows of each kind; unless told none of a server of one's own, where persons are real. */
  readonly examples?: number;
  readonly failIfDiff: boolean;
}

/** `runner diff`: what a change does to the same data on the same day, built from both sides in schemas that are thrown away. */
export const diff: Command<DiffArgs> = async (args, reporter) => {
  const commits = await findCommits(args.projectDir, args.base);
  const sides = await loadBoth(args, commits);
  const affected = chosen(findAffected(sides.base, sides.head), sides, args);
  const known: Known = { ...namesOf(commits), ...plain(sides, affected) };
  const report = affected.length === 0 ? { ...known, ...NOTHING } : await built(args, reporter, sides, affected, known);
  await tell(args, reporter, report);
  if (isFailing(report)) return EXIT.failed;
  return args.failIfDiff && isDifferent(report) ? EXIT.failed : EXIT.done;
};

/** What is known before anything is built. */
type Known = Pick<DiffReport, 'base' | 'head' | 'day' | 'macros' | 'notes' | 'outputs' | 'total'>;

const NOTHING = { batches: [], nodes: [], figures: [], compared: [], outcomes: [], terms: {} };

interface Sides {
  readonly base: LoadedProject;
  readonly head: LoadedProject;
}

/** @throws RunnerError with the faults of both sides */
async function loadBoth(args: DiffArgs, commits: Commits): Promise<Sides> {
  const at = await baseFiles(resolve(args.projectDir), commits);
  const [head, faultsOfHead] = await loaded(() => loadProject(args));
  const [base, faultsOfBase] = await loaded(() => loadProject({ ...args, ...(head && { asOf: head.asOf }) }, { at }));
  if (base && head) return { base, head };
  const { name, commit } = commits.base;
  const place = commit.slice(0, 10);
  const faulty: Fault = {
    code: 'BASE_FAULTY',
    message: `the base is faulty itself: ${place}, from which ${name} and HEAD went on`,
    hint: 'Name a commit that can be built: --base REF.',
  };
  const inBase = faultsOfBase.map((fault) => (fault.file ? { ...fault, file: `${place}:${fault.file}` } : fault));
  throw new RunnerError([...(base ? [] : [faulty, ...inBase]), ...faultsOfHead]);
}

async function loaded(
  load: () => Promise<LoadedProject>,
): Promise<readonly [LoadedProject | undefined, readonly Fault[]]> {
  try {
    return [await load(), []];
  } catch (error) {
    if (!(error instanceof RunnerError)) throw error;
    return [undefined, error.faults];
  }
}

/** Those that are selected on one of the sides: a name may be known to one of them only. */
function chosen(affected: readonly Affected[], sides: Sides, args: DiffArgs): readonly Affected[] {
  if (!args.select && !args.exclude) return affected;
  const changed = new Set(affected.map(({ id }) => id));
  const faults: Fault[] = [];
  const ids = [sides.head, sides.base].flatMap(({ graph }) => {
    try {
      return selectNodes(graph, args, { changed: () => changed, results: () => new Map() });
    } catch (error) {
      if (!(error instanceof RunnerError)) throw error;
      faults.push(...error.faults);
      return [];
    }
  });
  if (ids.length === 0 && faults.length > 0) throw new RunnerError(faults.slice(0, faults.length / 2));
  return affected.filter(({ id }) => ids.includes(id));
}

function namesOf({ base, head }: Commits): Pick<DiffReport, 'base' | 'head'> {
  return { base: { ...base, dirty: false }, head };
}

function plain({ base, head }: Sides, affected: readonly Affected[]): Omit<Known, 'base' | 'head'> {
  return {
    day: head.asOf,
    macros: macroDiffs(base.project.macros, head.project.macros),
    notes: configNotes(base, head, affected),
    outputs: head.project.config.outputs,
    total: [...head.graph.nodes.values()].filter(({ type }) => type !== 'source').length,
  };
}

async function built(
  args: DiffArgs,
  reporter: Reporter,
  sides: Sides,
  affected: readonly Affected[],
  known: Known,
): Promise<DiffReport> {
  const { buildBoth } = await import('./diff-build.ts');
  const examples = args.examples ?? (sides.head.target.embedded ? 5 : 0);
  return withTarget(sides.head, args, reporter, async (target) => ({
    ...known,
    ...(await buildBoth({ ...args, ...sides, ...target, affected, known, examples, emit: reporter.emit })),
  }));
}

async function tell({ output, out }: DiffArgs, reporter: Reporter, report: DiffReport): Promise<void> {
  if (output === 'json') {
    const keys = Object.keys(report);
    reporter.answer(answerOf(keys, [Object.values(report).map((value) => JSON.stringify(value))], keys));
  }
  if (output === 'text') reporter.text((await import('../diff/text.ts')).drawDiff(report));
  if (output !== 'markdown' && out === undefined) return;
  const markdown = (await import('../diff/markdown.ts')).drawMarkdown(report);
  if (out !== undefined) writeWhole(resolve(out), redactor.redact(markdown));
  if (output === 'markdown') reporter.text(markdown);
}
