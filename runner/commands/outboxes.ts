import { type Fault, RunnerError } from '../errors.ts';
import type { Node } from '../graph/types.ts';
import type { Outbox } from '../outbox/types.ts';
import type { OutboxConfig } from '../project/types.ts';
import { didYouMean } from '../util/suggest.ts';
import type { LoadedProject } from './load-project.ts';

/**
 * The outboxes of project.yml, ready to be sent.
 * @throws RunnerError `OUTBOX_UNAUDITED` for a model whose rows may be others than those that its contract has passed,
 * `OUTBOX_COLUMN_UNKNOWN` for columns that its contract does not have
 */
export function outboxesOf({ project, graph, env }: LoadedProject): readonly Outbox[] {
  const found = project.config.outbox.map((config) => ({ config, node: graph.nodes.get(graph.idOf(config.model)) }));
  const faults = found.flatMap(({ config, node }) => [...unaudited(config, node), ...unknownColumns(config, node)]);
  if (faults.length > 0) throw new RunnerError(faults);
  return found.flatMap(({ config, node }) => {
    const isForced = config.forceEnv !== undefined && env(config.forceEnv) === '1';
    return node ? { ...config, relation: node.relation, address: env(config.webhook), isForced } : [];
  });
}

function unaudited({ name, model }: OutboxConfig, node: Node | undefined): readonly Fault[] {
  if (node?.type !== 'model' || !['view', 'ephemeral'].includes(node.materialized)) return [];
  return [
    {
      code: 'OUTBOX_UNAUDITED',
      message: `outbox ${name} sends rows of ${model}, which keeps none`,
      file: 'project.yml',
      expected: 'a table, an incremental model or a materialized view',
      found: node.materialized,
      hint: "Give the model materialized='table': a view shows rows at once that its contract may refuse afterwards.",
    },
  ];
}

function unknownColumns({ name, model, key, text, orderBy }: OutboxConfig, node: Node | undefined): readonly Fault[] {
  const columns = node?.contract?.columns.map((column) => column.name) ?? [];
  if (columns.length === 0) return [];
  return [key, text, ...orderBy]
    .filter((column) => !columns.includes(column))
    .map((column) => ({
      code: 'OUTBOX_COLUMN_UNKNOWN',
      message: `outbox ${name} names ${column}, which the contract of ${model} does not have`,
      file: 'project.yml',
      expected: columns.join(', '),
      found: column,
      hint: didYouMean(column, columns) ?? 'Name a column of the model, or add it to the contract.',
    }));
}
