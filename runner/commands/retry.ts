import { EXIT, RunnerError } from '../errors.ts';
import type { LastRun } from '../state/plan-record.ts';
import { createStore } from '../state/store.ts';
import { plural } from '../util/plural.ts';
import { buildNodes } from './build-nodes.ts';
import { loadProject } from './load-project.ts';
import { noteFlags } from './messages.ts';
import { withRecords } from './open-records.ts';
import { identityOf, type OpenRun, withRun } from './open-run.ts';
import { endOf, landedSources, loadSources, reportOutputs, reportSummary } from './steps.ts';
import type { Command, CommonArgs, Reporter, RunArgs } from './types.ts';

export interface RetryArgs extends RunArgs {
  /** Without it, as the run that is retried. */
  readonly fullRefresh?: boolean;
}

/**
 * `runner retry`: the nodes of the last run that failed, were kept from running, or were not reached because it died,
 * with the day, the variables and the full refresh of that run unless others are given.
 */
export const retry: Command<RetryArgs> = async (args, reporter) => {
  const last = await findLast(args, reporter);
  if (!last || last.open.size === 0) {
    reporter.line(nothing(last));
    return EXIT.done;
  }
  const loaded = await loadProject({ ...args, asOf: args.asOf ?? last.day }, { formerVars: last.vars });
  return withRun(loaded, identityOf('retry', args), reporter.emit, async (run) => {
    await requireStillLast(run, last);
    const nodes = new Map([...last.open].filter(([id]) => run.graph.nodes.has(id)));
    for (const message of notices(last, nodes)) run.emit({ type: 'notice', message });
    const refused = last.loads ? await loadSources(run, sourcesAbove(run, nodes)) : undefined;
    await noteFlags(run);
    const fullRefresh = args.fullRefresh ?? last.fullRefresh;
    const results = await buildNodes(run, { ...args, nodes, fullRefresh, refused });
    reporter.summary(results, (Date.now() - run.startedAt.getTime()) / 1000);
    const end = endOf(run, results, refused);
    if (end.status === 'cancelled') return end;
    await reportSummary(run, reporter);
    if (args.kestra) await reportOutputs(run);
    return end;
  });
};

/** The last run that built. */
export function findLast(args: CommonArgs, reporter: Reporter): Promise<LastRun | undefined> {
  return withRecords(args, reporter, ({ db, connection, config }) =>
    createStore(db, connection, config.stateSchema).lastRun(config.name),
  );
}

/** With the target held: a run that came in between has done, or planned, something else. */
async function requireStillLast(run: OpenRun, { runId, at }: LastRun): Promise<void> {
  const now = await run.store.lastRun(run.project.config.name);
  if (now?.runId === runId && now.at === at) return;
  throw new RunnerError(
    {
      code: 'RETRY_OVERTAKEN',
      message: 'another run has worked on this target in the meantime',
      found: now && `${now.command} ${now.runId}`,
      hint: 'Run the command again: it looks at that run.',
    },
    EXIT.locked,
  );
}

function nothing(last: LastRun | undefined): string {
  if (!last) return 'Nothing to retry: no run has had anything to build on this target.';
  const run = `${last.command} ${last.runId}`;
  // Its nodes are fine, but it may have failed before them.
  if (last.loads && last.status === 'failed')
    return `Nothing to retry: all that ${run} built ended well. It failed at a source or at its messages: runner pipeline`;
  return `Nothing to retry: all that ${run} built ended well.`;
}

function notices(last: LastRun, nodes: ReadonlyMap<string, boolean>): readonly string[] {
  const gone = [...last.open.keys()].filter((id) => !nodes.has(id)).map((id) => id.split('.').slice(2).join('.'));
  return [
    `retrying ${nodes.size} of the ${plural(last.nodes.size, 'node')} of ${last.command} ${last.runId}`,
    ...(gone.length > 0 ? [`no longer in the project: ${gone.join(', ')}`] : []),
  ];
}

function sourcesAbove(run: OpenRun, nodes: ReadonlyMap<string, boolean>): ReturnType<typeof landedSources> {
  const above = new Set([...nodes.keys()].flatMap((id) => [...run.graph.dag.ancestors(id)]));
  return landedSources(run).filter(({ id }) => above.has(id));
}
