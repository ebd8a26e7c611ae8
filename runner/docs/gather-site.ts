import { tagColumns } from '../policy/tag-columns.ts';
import { groupBy } from '../util/group-by.ts';
import { failuresOf } from './gather-checks.ts';
import { figuresOf } from './gather-figures.ts';
import { graphData } from './gather-graph.ts';
import { nodesOf } from './gather-nodes.ts';
import { parametersOf } from './gather-parameters.ts';
import { policyOf } from './gather-policy.ts';
import { runsOf, sourcesOf } from './gather-runs.ts';
import { searchEntries } from './gather-search.ts';
import type { SiteInput } from './input.ts';
import { MENU } from './menu.ts';
import type { NodeView, SchemaView, Site } from './types.ts';

/** All that the pages say, of the project and what is known of its target. Equal input gives equal values. */
export function gatherSite(input: SiteInput): Site {
  const { project, graph, target } = input;
  const { config } = project;
  const tags = config.personal && tagColumns(graph, input.lineage, config.personal);
  const nodes = nodesOf(input, tags);
  const runs = runsOf(graph, target?.history);
  const parameters = parametersOf(graph, config.docs.parameters);
  const [last] = runs;
  const made = last
    ? `After run ${last.id} of ${last.started} (${config.timezone}); SQL compiled for ${input.day}.`
    : `From the files of the project; SQL compiled for ${input.day}.`;
  return {
    project: config.name,
    made,
    missing: input.missing,
    locale: config.docs.locale,
    figures: figuresOf(graph, config, target?.figures),
    failures: failuresOf(nodes),
    schemas: schemasOf(nodes),
    nodes,
    sources: sourcesOf(graph, target?.history),
    runs,
    parameters,
    policy: policyOf(graph, nodes, config.personal, tags),
    graph: graphData(graph, nodes),
    search: searchEntries(MENU, nodes, runs, parameters),
  };
}

function schemasOf(nodes: readonly NodeView[]): readonly SchemaView[] {
  return [...groupBy(nodes, ({ schema }) => schema)]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, own]) => ({
      name,
      models: own.filter(({ type }) => type === 'model').length,
      seeds: own.filter(({ type }) => type === 'seed').length,
      sources: own.filter(({ type }) => type === 'source').length,
      personal: own.filter(({ personal }) => personal.length > 0).length,
      readers: [...new Set(own.flatMap(({ readers }) => readers))].sort().join(', '),
    }));
}
