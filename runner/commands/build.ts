import { loadProject } from './load-project.ts';
import { withRun } from './open-run.ts';
import { askedOf } from './selection.ts';
import { buildNodes, endOf, reportSummary } from './steps.ts';
import type { Command, SelectionArgs } from './types.ts';

export interface BuildArgs extends SelectionArgs {
  readonly fullRefresh?: boolean;
}

/** `runner build`: seeds, models and their contracts in dependency order. */
export const build: Command<BuildArgs> = async (args, reporter) => {
  const loaded = loadProject(args);
  askedOf(loaded.graph, args);
  const identity = { command: 'build', arguments: args.argv, threads: args.threads };
  return withRun(loaded, identity, reporter.emit, async (run) => {
    const results = await buildNodes(run, args);
    reporter.summary(results, (Date.now() - run.startedAt.getTime()) / 1000);
    await reportSummary(run, reporter);
    return endOf(results);
  });
};
