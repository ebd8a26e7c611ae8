import { EXIT, RunnerError } from '../errors.ts';
import type { SourceNode } from '../graph/types.ts';
import { changedSteps } from '../state/changes.ts';
import { plural } from '../util/plural.ts';
import { didYouMean } from '../util/suggest.ts';
import { flagsOf, tellCase } from './flags.ts';
import { loadProject } from './load-project.ts';
import { identityOf, type OpenRun, withRun } from './open-run.ts';
import { endOf, landedSources, loadSources } from './steps.ts';
import type { Command, RunArgs } from './types.ts';

export interface LoadArgs extends RunArgs {
  readonly sources?: readonly string[];
  /** Nothing is landed and nothing asked that is paid for: says what would be. */
  readonly dryRun?: boolean;
}

/** `runner load [source…]`: lands the sources whose content changed and prints the flags. */
export const load: Command<LoadArgs> = async (args, reporter) => {
  const loaded = await loadProject(args);
  const wanted = wantedSources(loaded, args.sources ?? []);
  if (args.dryRun) return (await import('./dry-load.ts')).dryLoads(loaded, args, reporter, wanted);
  return withRun(loaded, identityOf('load', args), reporter.emit, async (run) => {
    const refused = await loadSources(run, wanted);
    const flags = flagsOf(run);
    const changed = changedSteps(run);
    reporter.flags(flags);
    for (const { name, description } of flags.filter(({ raised }) => raised))
      reporter.line(`  ${name}: ${description}`);
    await tellCase(run, flags, changed);
    reporter.line(
      changed.length === 0
        ? 'Nothing changed: there is nothing to build.'
        : `Next: runner build --select changed (${plural(changed.length, 'step')} to look at; what reads the same rows as before is spared)`,
    );
    if (args.kestra) run.emit({ type: 'outputs', values: { changed: changed.length } });
    const end = endOf(run, [], refused);
    return { ...end, status: refused.size > 0 ? 'failed' : 'success' };
  });
};

/** Sources by system (`shop`) or by table (`shop.orders`); without a name, all that need no model's requests. */
function wantedSources(loaded: Pick<OpenRun, 'graph'>, names: readonly string[]): readonly SourceNode[] {
  if (names.length === 0) return landedSources(loaded);
  const all = [...loaded.graph.nodes.values()].filter(
    (node): node is SourceNode => node.type === 'source' && !!node.source.loader,
  );
  const unknown = names.filter((name) => !all.some((node) => node.name === name || node.source.system === name));
  if (unknown.length > 0) {
    const candidates = all.flatMap((node) => [node.source.system, node.name]);
    throw new RunnerError(
      unknown.map((name) => ({
        code: 'SOURCE_UNKNOWN',
        message: `no source is named ${name}`,
        found: name,
        expected: [...new Set(candidates)].join(', '),
        hint: didYouMean(name, candidates),
      })),
      EXIT.wrong,
    );
  }
  return all.filter((node) => names.includes(node.name) || names.includes(node.source.system));
}
