import { EXIT } from '../errors.ts';
import { type SelectionState, selectNodes } from '../graph/select.ts';
import type { Graph, Node } from '../graph/types.ts';
import { answerOf } from './answer.ts';
import { loadProject } from './load-project.ts';
import { withTarget } from './open-target.ts';
import { askedOf, selectionState } from './selection.ts';
import type { Command, SelectionArgs } from './types.ts';

export interface LsArgs extends SelectionArgs {
  readonly output: 'text' | 'json';
  /** The named selections of project.yml instead of nodes. */
  readonly selectors?: boolean;
}

/** `runner ls`: the nodes a selection holds, in the order in which they would be built. */
export const ls: Command<LsArgs> = async (args, reporter) => {
  const loaded = await loadProject(args);
  if (args.selectors) {
    const rows = [...loaded.graph.selectors.values()].map(({ name, select, exclude, description }) => [
      name,
      select.join(' '),
      exclude?.join(' ') ?? null,
      description ?? null,
    ]);
    reporter.answer(answerOf(['name', 'select', 'exclude', 'description'], rows));
    return EXIT.done;
  }
  const asked = askedOf(loaded.graph, args);
  const state: SelectionState =
    asked.changed || asked.results
      ? await withTarget(loaded, args, reporter, (target) => selectionState({ ...loaded, ...target, runId: '' }, asked))
      : {};
  const ids = selectNodes(loaded.graph, args, state);
  const nodes = ids.flatMap((id) => loaded.graph.nodes.get(id) ?? []);
  const isJson = args.output === 'json';
  reporter.answer(
    answerOf(
      ['name', 'resource_type', 'materialized', 'relation', 'depends_on', 'file'],
      nodes.map((node) => row(loaded.graph, node, isJson ? JSON.stringify : (names) => names.join(', '))),
      isJson ? ['depends_on'] : [],
    ),
  );
  return EXIT.done;
};

function row(graph: Graph, node: Node, list: (names: readonly string[]) => string): readonly string[] {
  const materialized = node.type === 'model' ? node.materialized : node.type;
  const parents = [...new Set(graph.dag.parents(node.id))].map((id) => graph.nodes.get(id)?.name ?? id);
  return [
    node.name,
    node.type,
    materialized,
    `${node.relation.schema}.${node.relation.name}`,
    list(parents),
    node.file,
  ];
}
