import type { Database, Session } from '../adapters/types.ts';
import { createRenderer } from '../compile/render.ts';
import { parseContract } from '../contracts/parse.ts';
import { buildNode } from '../execute/build-node.ts';
import { MATERIALIZATIONS } from '../execute/materializations/index.ts';
import type { Written } from '../execute/materializations/types.ts';
import { exclusively } from '../execute/publish/exclusive.ts';
import type { ModelAt } from '../execute/publish/project-models.ts';
import { buildGraph } from '../graph/build-graph.ts';
import type { Graph, ModelNode } from '../graph/types.ts';
import type { NodeConfig } from '../project/types.ts';
import type { Relation } from '../util/sql.ts';
import { projectOf } from './projects.ts';

export interface PublishOptions {
  readonly name?: string;
  readonly config?: NodeConfig;
  readonly incremental?: boolean;
  readonly modelAt?: ModelAt;
  /** Milliseconds. */
  readonly patience?: number;
  /** Called with what is built, in its transaction, before it is published. */
  readonly audit?: (tx: Session, built: Relation) => Promise<void>;
}

/** Publishes `m.t`, or another table of the schema, in a transaction of its own, as a run would. */
export function publishModel(
  db: Database,
  materialized: keyof typeof MATERIALIZATIONS,
  sql: string,
  options: PublishOptions = {},
): Promise<Written> {
  const { name = 't', config = {}, incremental = false, modelAt = () => undefined, patience = 60_000 } = options;
  const node = {
    type: 'model',
    id: `model.x.${name}`,
    name,
    file: `models/${name}.sql`,
    relation: { schema: 'm', name },
    tags: [],
    contract: undefined,
    materialized,
    config,
  } as unknown as ModelNode;
  return db.transaction(async (tx) => {
    const built = await MATERIALIZATIONS[materialized](tx, node, sql, { incremental, modelAt });
    await options.audit?.(tx, built.audited);
    const { written, steps } = await built.publish();
    await exclusively(tx, steps, { patience });
    return written;
  });
}

/** A project made of texts, with the contracts of soda/. */
export function projectGraph(files: Readonly<Record<string, string>>): Graph {
  const contracts = Object.entries(files)
    .filter(([file]) => file.startsWith('soda/'))
    .map(([file, text]) => [file.replace(/^.*\//, '').replace(/\.yml$/, ''), parseContract(text, file)] as const);
  const project = { ...projectOf(files), contracts: new Map(contracts) };
  const render = createRenderer(project, { asOf: '2026-11-24', vars: {}, env: () => undefined });
  return buildGraph(project, project.models.map(render));
}

/** Builds nodes of a graph, each in a transaction of its own, as a run would but without a record of it. */
export async function buildAll(
  db: Database,
  graph: Graph,
  options: { readonly fullRefresh?: boolean } = {},
): Promise<Readonly<Record<string, Written>>> {
  const results: Record<string, Written> = {};
  for (const id of graph.dag.order) {
    const node = graph.nodes.get(id);
    if (!node || node.type === 'source' || (node.type === 'model' && node.materialized === 'ephemeral')) continue;
    const context = {
      graph,
      versions: {
        of: () => null,
        stored: () => undefined,
        batch: () => undefined,
        publish: () => {},
        land: () => {},
        landed: () => new Set<string>(),
      },
      fullRefresh: options.fullRefresh ?? false,
      plannedIds: new Set(graph.dag.order),
      failedIds: new Set<string>(),
      keepSql: () => undefined,
      startedAt: new Date(),
      renderTest: () => {
        throw new Error('there are no unit tests');
      },
      locateInTest: async () => ({}),
      formerGrants: () => undefined,
    };
    await db.transaction(async (tx) => {
      const built = await buildNode(context, tx, node);
      const { written, steps } = await built.publish();
      await exclusively(tx, steps, { patience: 60_000 });
      await built.afterwards();
      results[node.name] = written;
    });
  }
  return results;
}
