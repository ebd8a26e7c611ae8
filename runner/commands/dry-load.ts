import { Cancelled, EXIT, RunnerError } from '../errors.ts';
import type { Graph, SourceNode } from '../graph/types.ts';
import type { DryLoad } from '../landing/dry-load.ts';
import { findChanges, type Reasons } from '../state/changes.ts';
import { plural } from '../util/plural.ts';
import { answerOf } from './answer.ts';
import type { LoadedProject } from './load-project.ts';
import { withTarget } from './open-target.ts';
import { loaderInput } from './steps.ts';
import type { CommonArgs, Reporter } from './types.ts';

type Line = readonly [source: string, state: string, detail: string];

/** `runner load --dry-run`: what a load would do to each source. Reads only: no lock, no record, nothing landed. */
export function dryLoads(
  loaded: LoadedProject,
  args: CommonArgs,
  reporter: Reporter,
  sources: readonly SourceNode[],
): Promise<number> {
  return withTarget(loaded, args, reporter, async ({ db, versions, state }) => {
    const { dryLoad } = await import('../landing/dry-load.ts');
    const run = { ...loaded, db, versions, runId: 'preview', signal: args.signal, emit: reporter.emit };
    const changes = findChanges(loaded.graph, loaded.fingerprinter, versions, state);
    const lines: Line[] = [];
    let exitCode: number = EXIT.done;
    for (const node of sources) {
      try {
        requireRequests(loaded.graph, node, changes);
        lines.push([node.name, ...said(await dryLoad(...loaderInput(run, node)))]);
      } catch (error) {
        if (!(error instanceof RunnerError) || error instanceof Cancelled || error.exitCode === EXIT.wrong) throw error;
        exitCode = EXIT.failed;
        reporter.faults(error.faults);
        lines.push([node.name, 'refused', error.faults[0]?.code ?? '']);
      }
    }
    reporter.answer(answerOf(['source', 'state', 'detail'], lines));
    return exitCode;
  });
}

/** The next pipeline would build the model first, and then ask for other rows. That it was never built is found when it is read. */
function requireRequests({ idOf }: Graph, { name, source }: SourceNode, changes: ReadonlyMap<string, Reasons>): void {
  const model = source.requests?.model;
  const reasons = model === undefined ? [] : (changes.get(idOf(model)) ?? []);
  if (reasons.length === 0 || reasons.some(({ part }) => part === 'never built' || part === 'relation')) return;
  throw new RunnerError(
    {
      code: 'REQUESTS_OUT_OF_DATE',
      message: `source ${name} is asked for the rows of ${model}, which is out of date`,
      hint: `runner build --select +${model}, then this again`,
    },
    EXIT.failed,
  );
}

function said({ rows, questions = 0 }: DryLoad): readonly [state: string, detail: string] {
  if (rows !== null) return ['would land', plural(rows, 'row')];
  return questions > 0 ? ['would ask', plural(questions, 'question')] : ['unchanged', 'nothing would land'];
}
