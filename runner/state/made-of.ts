import type { Graph, Node } from '../graph/types.ts';
import { hashOf } from '../util/hash.ts';
import { packageVersion } from '../util/package-root.ts';

/** What a run's rows follow from beside its batches, its day and its variables, kept so that it can be built again. */
export interface MadeOf {
  /** Version of the runner. */
  readonly runner: string;
  /** When the command began that built: models may write it down. ISO. */
  readonly startedAt: string;
  /** Variables of the environment that models read, with what they held; no secret can be among them. */
  readonly env: Readonly<Record<string, string>>;
  /** By node id, a hash of what decides its rows, see {@link codesOf}. */
  readonly codes: Codes;
}

export type Codes = Readonly<Record<string, string>>;

export function madeOf(graph: Graph, timezone: string, startedAt: Date): MadeOf {
  const models = [...graph.nodes.values()].filter((node) => node.type === 'model');
  const env = Object.assign({}, ...models.map(({ rendered }) => rendered.reads.env)) as Record<string, string>;
  return { runner: packageVersion(), startedAt: startedAt.toISOString(), env, codes: codesOf(graph, timezone) };
}

/**
 * What decides the rows of each node as its files, the day, the variables and the environment stand: of a model its SQL,
 * of a seed its rows and their types. Files of two places give the same rows where the codes are equal, whatever git says of them.
 */
export function codesOf(graph: Graph, timezone: string): Codes {
  const code = (node: Node): string => hashOf([timezone, rowsOf(node)]).slice(0, 16);
  return Object.fromEntries([...graph.nodes.values()].map((node) => [node.id, code(node)]));
}

function rowsOf(node: Node): unknown {
  if (node.type === 'model') return node.rendered.treeHash;
  if (node.type === 'source') return [node.source.mode, node.source.loader !== undefined];
  const types = node.contract?.columns.map(({ name, dataType }) => [name, dataType]);
  return [node.seed.header, node.seed.rows.map(({ cells }) => cells), types];
}
