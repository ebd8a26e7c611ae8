import { statSync } from 'node:fs';
import { dirname, resolve, sep } from 'node:path';
import { accessChanges } from '../diff/access.ts';
import { type Affected, findAffected } from '../diff/affected.ts';
import { configNotes } from '../diff/config-notes.ts';
import { failuresOf } from '../diff/failures.ts';
import { macroDiffs } from '../diff/macro-diffs.ts';
import { isDifferent } from '../diff/outcome.ts';
import type { DiffReport } from '../diff/types.ts';
import { Cancelled, EXIT, type Fault, RunnerError } from '../errors.ts';
import { selectNodes } from '../graph/select.ts';
import type { Node } from '../graph/types.ts';
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
  try {
    return await compare(args, reporter);
  } catch (error) {
    if (!(error instanceof Cancelled)) throw error;
    const message = `cancelled by ${error.signal}: nothing was compared, and nothing that is published was touched`;
    throw new RunnerError(
      { code: 'CANCELLED', message, hint: 'Run the same command again: it begins anew.' },
      error.exitCode,
    );
  }
};

const compare: Command<DiffArgs> = async (args, reporter) => {
  if (args.out !== undefined) requireWritable(args.out, args.projectDir);
  const commits = await findCommits(args.projectDir, args.base);
  const sides = await loadBoth(args, commits);
  const affected = findAffected(sides.base, sides.head);
  const chosen = choose(affected, sides, args);
  const known: Known = {
    ...namesOf(commits),
    ...plain(sides, affected),
    selection: selectionOf(affected, chosen, args),
  };
  const report =
    chosen.length === 0 ? { ...known, ...NOTHING } : await built(args, reporter, sides, affected, chosen, known);
  await tell(args, reporter, report);
  const isBroken = failuresOf(report.nodes).broken.length > 0;
  return isBroken || (args.failIfDiff && isDifferent(report)) ? EXIT.failed : EXIT.done;
};

/** Told before any work. Folders are made below the project's only: elsewhere a path that is not there is one mistyped. */
function requireWritable(out: string, projectDir: string): void {
  const [path, project] = [resolve(out), resolve(projectDir)];
  const isFolder = (at: string): boolean => statSync(at, { throwIfNoEntry: false })?.isDirectory() === true;
  const isBelow = path.startsWith(project + sep);
  if (!isFolder(path) && (isBelow || isFolder(dirname(path)))) return;
  throw new RunnerError({
    code: 'OUT_NOT_A_FILE',
    message: `the report cannot be written to ${out}`,
    expected: 'a file, in a folder that is there',
    found: isFolder(path) ? 'a folder' : `no folder ${dirname(path)}`,
    hint: 'Name a file: --out target/diff.md',
  });
}

/** What is known before anything is built. */
type Known = Pick<
  DiffReport,
  'base' | 'head' | 'day' | 'macros' | 'access' | 'notes' | 'outputs' | 'total' | 'touched' | 'selection'
>;

const NOTHING = { batches: [], empty: [], nodes: [], figures: [], compared: [], outcomes: [], terms: {} };

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

function choose(affected: readonly Affected[], sides: Sides, { select, exclude }: DiffArgs): readonly Affected[] {
  const faults: Fault[] = [];
  const idsOf = (texts: readonly string[]): ReadonlySet<string> => selected(texts, affected, sides, faults);
  const taken = select && idsOf(select);
  const left = exclude && idsOf(exclude);
  if (faults.length > 0) throw new RunnerError(faults);
  return affected.filter(({ id }) => (!taken || taken.has(id)) && !left?.has(id));
}

/** By each selector on its own, on both sides: a name may be known to one of them only. */
function selected(
  texts: readonly string[],
  affected: readonly Affected[],
  sides: Sides,
  faults: Fault[],
): ReadonlySet<string> {
  const changed = new Set(affected.map(({ id }) => id));
  const words = texts.flatMap((text) => text.trim().split(/\s+/));
  return new Set(
    words.flatMap((word) => {
      const ids: string[] = [];
      const refused: RunnerError[] = [];
      for (const { graph } of [sides.head, sides.base]) {
        try {
          ids.push(...selectNodes(graph, { select: [word] }, { changed: () => changed, results: () => new Map() }));
        } catch (error) {
          if (!(error instanceof RunnerError)) throw error;
          refused.push(error);
        }
      }
      if (refused.length === 2) faults.push(...(refused[0]?.faults ?? []));
      return ids;
    }),
  );
}

function selectionOf(
  affected: readonly Affected[],
  chosen: readonly Affected[],
  { select, exclude }: DiffArgs,
): DiffReport['selection'] {
  if (!select && !exclude) return null;
  const words = [
    ...(select ? [`--select ${select.join(' ')}`] : []),
    ...(exclude ? [`--exclude ${exclude.join(' ')}`] : []),
  ];
  const ids = new Set(chosen.map(({ id }) => id));
  const left = affected.flatMap(({ id, head, base }) => (ids.has(id) ? [] : [(head ?? base)?.name ?? id]));
  return { words: words.join(' '), left };
}

function namesOf({ base, head }: Commits): Pick<DiffReport, 'base' | 'head'> {
  return { base: { ...base, dirty: false }, head };
}

function plain({ base, head }: Sides, affected: readonly Affected[]): Omit<Known, 'base' | 'head' | 'selection'> {
  return {
    day: head.asOf,
    macros: macroDiffs(base.project.macros, head.project.macros),
    access: accessChanges(base, head),
    notes: configNotes(base, head, affected),
    outputs: head.project.config.outputs,
    total: [...head.graph.nodes.values()].filter(isBuilt).length,
    touched: affected.filter((one) => one.head && isBuilt(one.head)).length,
  };
}

function isBuilt({ type }: Node): boolean {
  return type !== 'source';
}

async function built(
  args: DiffArgs,
  reporter: Reporter,
  sides: Sides,
  affected: readonly Affected[],
  chosen: readonly Affected[],
  known: Known,
): Promise<DiffReport> {
  const { buildBoth } = await import('./diff-build.ts');
  const examples = args.examples ?? (sides.head.target.embedded ? 5 : 0);
  return withTarget(sides.head, args, reporter, async (target) => ({
    ...known,
    ...(await buildBoth({ ...args, ...sides, ...target, affected, chosen, known, examples, emit: reporter.emit })),
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
