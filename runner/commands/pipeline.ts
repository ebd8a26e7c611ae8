import type { BuildArgs } from './build.ts';
import { buildNodes } from './build-nodes.ts';
import { flagsOf, tellCase } from './flags.ts';
import { loadProject } from './load-project.ts';
import { noteFlags, outboxesOf, sendAfterBuild, withMessages } from './messages.ts';
import { identityOf, type OpenRun, withRun } from './open-run.ts';
import { askedOf } from './selection.ts';
import { endOf, landedSources, loadSources, reportOrphans, reportOutputs, reportSummary } from './steps.ts';
import type { Command, Reporter } from './types.ts';

/** Where a person may look after a run. */
function reportNext(run: OpenRun, reporter: Reporter): void {
  const model = run.project.config.summary[0]?.model;
  const lines = [
    ...(model ? [`npx runner show ${model}`, `npx runner ls --select '+${model}'`] : []),
    ...(run.target.embedded ? ['npx runner db url    (for psql or Power BI)', 'npx runner db stop'] : []),
  ];
  reporter.line(['', 'Next:', ...lines.map((line) => `  ${line}`)].join('\n'));
}

/** `runner pipeline`: load, then build what changed or is asked for, then send the messages, as one run. */
export const pipeline: Command<BuildArgs> = async (args, reporter) => {
  const loaded = await loadProject(args);
  const request = args.select || args.fullRefresh ? args : { ...args, select: ['changed'] };
  askedOf(loaded.graph, request);
  const outboxes = outboxesOf(loaded);
  return withRun(loaded, identityOf('pipeline', args), reporter.emit, async (run) => {
    const refused = await loadSources(run, landedSources(run));
    const flags = flagsOf(run);
    run.emit({ type: 'flags', flags });
    await tellCase(run, flags);
    await noteFlags(run, flags);
    const results = await buildNodes(run, { ...request, refused });
    reporter.summary(results, (Date.now() - run.startedAt.getTime()) / 1000);
    const built = endOf(run, results, refused);
    if (built.status === 'cancelled') return built;
    await reportSummary(run, reporter);
    if (args.kestra) await reportOutputs(run);
    reportOrphans(run);
    const isPart = (args.select ?? args.exclude) !== undefined;
    const end = withMessages(built, await sendAfterBuild(run, outboxes, results, isPart));
    reportNext(run, reporter);
    return end;
  });
};
