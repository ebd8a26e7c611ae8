import type { TextResult } from '../adapters/types.ts';
import { EXIT, RunnerError } from '../errors.ts';
import { dropAbandoned } from '../scratch/scratch-space.ts';
import { behindSources } from '../state/changes.ts';
import type { Erasure, PersonRows } from '../state/erase.ts';
import { rewriteTables } from '../state/rewrite.ts';
import { answerOf } from './answer.ts';
import { buildNodes } from './build-nodes.ts';
import { erasures, rowsOf, withLoader } from './erasures.ts';
import { finished, tellWhatIsLeft } from './forgotten.ts';
import { loadProject } from './load-project.ts';
import { noteFlags } from './messages.ts';
import { identityOf, type OpenRun, withRun } from './open-run.ts';
import { withTarget } from './open-target.ts';
import { findLast } from './retry.ts';
import type { Command, Reporter, RunArgs } from './types.ts';

export interface ForgetArgs extends RunArgs {
  /** Without it, what a former call has left to do. */
  readonly id?: string;
  /** Counts, erases nothing. */
  readonly dryRun?: boolean;
  /** Without asking. */
  readonly yes?: boolean;
}

/**
 * `runner forget ID`: erases a person's rows wherever project.yml says that rows are a person's, builds again the tables that are
 * made of them, as of the day of the last run, and has the server write all tables anew. Models that keep their own rows,
 * as a history does, lose those of the person alone. The argument is written down nowhere.
 */
export const forget: Command<ForgetArgs> = async (args, reporter) => {
  const last = await findLast(args, reporter);
  const loaded = await (last
    ? loadProject({ ...args, asOf: args.asOf ?? last.day }, { formerVars: last.vars })
    : loadProject(args));
  const erasureOf = await erasures(loaded);
  const { id } = args;
  if (id !== undefined) {
    const found = await withTarget(loaded, args, reporter, (open) => rowsOf(open.db, erasureOf(open), id, 'count'));
    reporter.answer(listed(requireKnown(found)));
    if (args.dryRun) return EXIT.done;
    await requireYes(args, reporter);
  }
  return withRun(loaded, { ...identityOf('forget', args), arguments: 'forget' }, reporter.emit, async (run) => {
    requireBuilt(run);
    const erasure = erasureOf(run);
    const erased = id === undefined ? undefined : await erase(run, erasure, id);
    await noteFlags(run);
    const nodes = new Map(madeOf(run).map((node) => [node, true]));
    const results = await buildNodes(run, { ...args, nodes, erases: true });
    reporter.summary(results, (Date.now() - run.startedAt.getTime()) / 1000);
    const notice = (message: string): void => run.emit({ type: 'notice', message });
    const copies = await run.db.connection((session) => dropAbandoned(session, notice));
    const rewriting = await rewriteTables(run.db, erasure.schemas, run.project.config.lockPatience);
    tellWhatIsLeft(run, erased ?? [], rewriting, copies);
    return finished(run, results, rewriting);
  });
};

function requireKnown(found: readonly PersonRows[] | undefined): readonly PersonRows[] {
  if (found) return found;
  throw new RunnerError({
    code: 'PERSON_UNKNOWN',
    message: 'nobody is known by that ID: nothing was erased',
    expected: 'an ID as it stands in the source',
    hint: 'If the person was erased by a run that ended early: runner forget, without an ID, does the rest.',
  });
}

async function requireYes({ yes }: ForgetArgs, reporter: Reporter): Promise<void> {
  if (yes || (await reporter.confirm('Erase these rows for good?'))) return;
  throw new RunnerError({
    code: 'FORGET_NOT_CONFIRMED',
    message: 'nothing was erased',
    expected: 'a yes',
    hint: 'Where nobody can answer: runner forget ID --yes',
  });
}

/** Else tables would be built anew on batches that the views between them don't show yet. */
function requireBuilt(run: OpenRun): void {
  const behind = behindSources(run);
  if (behind.length === 0) return;
  throw new RunnerError({
    code: 'FORGET_PENDING',
    message: 'what has landed is not built yet: nothing was erased',
    found: behind.map(({ name }) => name).join(', '),
    hint: 'runner build --select changed, then again',
  });
}

function listed(found: readonly PersonRows[]): TextResult {
  const rows = found.filter((one) => one.rows > 0);
  return answerOf(
    ['relation', 'rows'],
    rows.map(({ relation, rows: count }) => [`${relation.schema}.${relation.name}`, String(count)]),
  );
}

async function erase(run: OpenRun, erasure: Erasure, id: string): Promise<readonly PersonRows[]> {
  return run.db.transaction(async (tx) => {
    const erased = requireKnown(await rowsOf(tx, erasure, id, 'erase'));
    await run.lock.requireHeld(tx);
    return erased;
  });
}

/** Tables made of what is landed. An incremental model keeps what it has: a run of its own would add to a history. */
function madeOf(run: OpenRun): readonly string[] {
  const below = new Set(withLoader(run).flatMap(({ id }) => [...run.graph.dag.descendants(id)]));
  return [...run.graph.nodes.values()].flatMap((node) =>
    below.has(node.id) && node.type === 'model' && /^(table|materialized_view)$/.test(node.materialized) ? node.id : [],
  );
}
