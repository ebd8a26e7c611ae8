import type { Fault } from '../errors.ts';
import type { Graph, Node } from '../graph/types.ts';
import type { Cache } from '../project/cache.ts';
import type { Project } from '../project/types.ts';

/** What the policy on personal data refuses in a project that is right otherwise; of one without such a policy, nothing. */
export async function personalFaults(
  { config: { personal }, models }: Project,
  graph: Graph,
  cache: Cache,
): Promise<readonly Fault[]> {
  if (!personal) return [];
  const templates = models.map(({ template }) => template);
  return cache.memo('personal', [personal, templates, [...graph.nodes.values()].map(decisive)], async () => {
    const [{ traceProject }, { policyFaults }] = await Promise.all([
      import('../lineage/trace-project.ts'),
      import('../policy/policy-faults.ts'),
    ]);
    return policyFaults(graph, await traceProject(graph, cache), personal, models);
  });
}

/** What of a node decides where personal data is, with the places that faults point at. */
function decisive(node: Node): readonly unknown[] {
  const { id, file, relation, contract } = node;
  const columns = contract?.columns.map(({ name, personal, line }) => [name, personal, line]) ?? [];
  const common: unknown[] = [
    id,
    file,
    relation.schema,
    relation.name,
    contract?.file ?? null,
    columns,
    contract?.declassify ?? [],
  ];
  if (node.type === 'source') return [...common, node.source.columns, node.source.personal ?? []];
  common.push(node.config.grants ?? {});
  if (node.type === 'seed') return [...common, node.seed.header];
  const { body, incrementalBody, hooks, refs, sources } = node.rendered;
  return [...common, node.materialized, body, incrementalBody, hooks.before, hooks.after, refs, sources];
}
