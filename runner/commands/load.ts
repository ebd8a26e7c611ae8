import { EXIT, RunnerError } from '../errors.ts';
import type { SourceNode } from '../graph/types.ts';
import { raisedFlags } from '../state/flags.ts';
import { didYouMean } from '../util/suggest.ts';
import { loadProject } from './load-project.ts';
import { identityOf, type OpenRun, withRun } from './open-run.ts';
import { endOf, landedSources, loadSources } from './steps.ts';
import type { Command, Reporter, RunArgs } from './types.ts';

export interface LoadArgs extends RunArgs {
  readonly sources?: readonly string[];
}

/** `runner load [source…]`: lands the sources whose content changed and prints the flags. */
export const load: Command<LoadArgs> = async (args, reporter) => {
  const loaded = await loadProject(args);
  const wanted = wantedSources(loaded, args.sources ?? []);
  return withRun(loaded, identityOf('load', args), reporter.emit, async (run) => {
    const refused = await loadSources(run, wanted);
    reporter.text(flagLine(await raisedFlags(run.project.config.flags, run)));
    const end = endOf(run, [], refused);
    return { ...end, status: refused.size > 0 ? 'failed' : 'success' };
  });
};

/** All flags on one line: `S=0 G=1 P=0 E=0 B=0`. */
export function flagLine(flags: ReadonlyMap<string, boolean>): string {
  return [...flags].map(([name, raised]) => `${name}=${raised ? 1 : 0}`).join(' ');
}

/** Says the flags of a run, those that are raised with their meaning. */
export function reportFlags(run: OpenRun, flags: ReadonlyMap<string, boolean>, reporter: Reporter): void {
  const meanings = run.project.config.flags
    .filter(({ name }) => flags.get(name))
    .map(({ name, description }) => `${name}: ${description}`);
  reporter.line([flagLine(flags), ...meanings.map((meaning) => `  ${meaning}`)].join('\n'));
}

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
