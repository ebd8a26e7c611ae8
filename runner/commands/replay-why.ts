import type { Graph } from '../graph/types.ts';
import type { RecordedRun } from '../state/recorded-run.ts';
import type { LoadedProject } from './load-project.ts';
import { type Compared, groupKeyOf } from './replay-compare.ts';

/** What is known to make a replay differ from what its run kept, in words. @param run as it is known now */
export function reasonsOf(
  run: RecordedRun,
  { graph }: Pick<LoadedProject, 'graph'>,
  compared: readonly Compared[],
  unproven: string | null,
): readonly string[] {
  const failed = Object.keys(run.results).filter((id) =>
    /^(error|failed|upstream_failed|cancelled|skipped)$/.test(run.results[id] ?? ''),
  );
  const isPart = /(^|\s)(-s|--select|--exclude|--selector)\b/.test(run.arguments);
  const isSame = new Set(compared.filter(({ result }) => result === 'equal').map(({ node }) => node.id));
  // What is read by a node that came out the same is not the reason.
  const behind = compared
    .filter(({ result }) => result === 'differs')
    .flatMap(({ node }) => [node.id, ...graph.dag.ancestors(node.id)])
    .filter((id) => !isSame.has(id));
  const live = behind
    .flatMap((id) => graph.dag.parents(id))
    .filter((id) => {
      const node = graph.nodes.get(id);
      return node?.type === 'source' && node.source.loader === undefined;
    });
  const growing = behind.filter((id) => {
    const node = graph.nodes.get(id);
    return node?.type === 'model' && node.materialized === 'incremental' && groupKeyOf(node).length === 0;
  });
  const overtaken = compared
    .filter(({ node, result }) => result === 'differs' && groupKeyOf(node).length === 0)
    .flatMap(({ node: { id } }) => (run.published.includes(id) ? [] : [id]));
  const known = [
    ...(unproven ? [unproven] : []),
    ...(overtaken.length > 0 ? [`another run has published meanwhile: ${namesOf(graph, overtaken)}`] : []),
    ...(run.forgotten.length > 0 ? [`rows of persons were erased since, by forget ${run.forgotten.join(', ')}`] : []),
    ...(failed.length > 0
      ? [`in the run these did not succeed, and what reads them saw what was there before: ${namesOf(graph, failed)}`]
      : []),
    ...(run.commands > 1 ? ['several commands built under its id: what the earlier ones wrote bears their time'] : []),
    ...(isPart ? [`the run built a part, and read the rest as it was published: ${run.arguments}`] : []),
    ...(live.length > 0 ? [`read as they are now, since no batch of them is kept: ${namesOf(graph, live)}`] : []),
    ...(growing.length > 0
      ? [
          `incremental models may have had rows of earlier runs, and hold here what the batches of this run give: ${namesOf(graph, growing)}`,
        ]
      : []),
    ...compared.flatMap(({ node, message }) => (message === null ? [] : [`${node.name}: ${message}`])),
  ];
  if (known.length > 0) return known;
  return [
    'nothing that is recorded explains it: rows were changed by hand, the SQL has more than one right answer (an order, a random number, a floating-point sum), or the server is another version',
  ];
}

function namesOf({ nodes }: Graph, ids: readonly string[]): string {
  return [...new Set(ids)].map((id) => nodes.get(id)?.name ?? id).join(', ');
}
