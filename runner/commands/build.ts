import { loadProject } from './load-project.ts';
import { withRun } from './open-run.ts';
import { buildNodes, endOf, reportSummary } from './steps.ts';
import type { Command, SelectionArgs } from './types.ts';

export interface BuildArgs extends SelectionArgs {
  readonly fullRefresh?: boolean;
}

/** `runner build`: seeds, models and their contracts in dependency order. */
export const build: Command<BuildArgs> = async (args, reporter) => {
  const loaded = loadProject(args);
  const text = [
    ...(args.select ?? []).map((item) => `--select ${item}`),
    ...(args.exclude ?? []).map((item) => `--exclude ${item}`),
  ];
  const identity = {
    command: 'build',
    arguments: [...text, ...(args.fullRefresh ? ['--full-refresh'] : [])].join(' '),
    threads: args.threads,
  };
  return withRun(loaded, identity, reporter.emit, async (run) => {
    const results = await buildNodes(run, args);
    reporter.summary(results, (Date.now() - run.startedAt.getTime()) / 1000);
    await reportSummary(run, reporter);
    return endOf(results);
  });
};
