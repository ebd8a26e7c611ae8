import { buildNodes } from './build-nodes.ts';
import { loadProject } from './load-project.ts';
import { noteFlags } from './messages.ts';
import { identityOf, withRun } from './open-run.ts';
import { askedOf } from './selection.ts';
import { endOf, reportOrphans, reportOutputs, reportSummary } from './steps.ts';
import type { Command, RunArgs, SelectionArgs } from './types.ts';

export interface BuildArgs extends SelectionArgs, RunArgs {
  readonly fullRefresh?: boolean;
}

/** `runner build`: seeds, models and their contracts in dependency order. */
export const build: Command<BuildArgs> = async (args, reporter) => {
  const loaded = await loadProject(args);
  askedOf(loaded.graph, args);
  return withRun(loaded, identityOf('build', args), reporter.emit, async (run) => {
    await noteFlags(run);
    const results = await buildNodes(run, args);
    reporter.summary(results, (Date.now() - run.startedAt.getTime()) / 1000);
    const end = endOf(run, results);
    if (end.status === 'cancelled') return end;
    await reportSummary(run, reporter);
    if (args.kestra) await reportOutputs(run);
    reportOrphans(run);
    return end;
  });
};
