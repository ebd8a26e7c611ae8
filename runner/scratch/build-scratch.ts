import type { Database, Session } from '../adapters/types.ts';
import { evaluateContract } from '../contracts/evaluate.ts';
import { Cancelled, ConnectionLost, DatabaseError } from '../errors.ts';
import { sourceOf } from '../execute/build-node.ts';
import { ended, failure } from '../execute/ended.ts';
import { locateError } from '../execute/locate-error.ts';
import { asideOf, create } from '../execute/materializations/aside.ts';
import { seed } from '../execute/materializations/seed.ts';
import { boundModel, modelSql } from '../execute/model-sql.ts';
import { redirected } from '../execute/redirect.ts';
import { schedule } from '../execute/schedule.ts';
import type { NodeResult } from '../execute/types.ts';
import { testUnit } from '../execute/unit-tests.ts';
import { contracted } from '../graph/contracted.ts';
import type { Graph, Node } from '../graph/types.ts';
import { createVersions, type Versions } from '../state/versions.ts';
import { identifier, literal, quoted } from '../util/sql.ts';
import { movedGraph } from './moved-graph.ts';
import type { ScratchSpace } from './scratch-space.ts';
import type { Scratch, ScratchRequest } from './types.ts';

interface Context extends ScratchRequest {
  readonly db: Database;
  /** With what is built where it is built. */
  readonly moved: Graph;
  readonly versions: Versions;
}

/**
 * Builds seeds and models in a space, from files and landed batches alone. Every model is a plain table of what its SQL
 * gives with is_incremental() false: of a history, what this run alone would add. Hooks and grants are not run. A contract
 * keeps nothing from being built here: it is asked when all is there.
 */
export async function buildScratch(space: ScratchSpace, request: ScratchRequest): Promise<Scratch> {
  const { graph, nodes, others } = request;
  const moved = movedGraph(graph, `${space.prefix}_${request.side}`, (id) => nodes.has(id), others);
  const versions = createVersions(graph, new Map(), request.batches);
  const context: Context = { ...request, db: space.db, moved, versions };
  const units = graph.dag.order.filter((id) => nodes.has(id)).flatMap((id) => [[moved.nodes.get(id) as Node]]);
  const schemas = new Set(units.flat().map(({ relation }) => relation.schema));
  for (const schema of schemas) await space.db.query(`create schema ${identifier(schema)}`);

  let done = 0;
  const results = await schedule(moved, units, {
    threads: request.threads,
    failFast: false,
    signal: request.signal,
    failed: new Set([...(others?.results.values() ?? [])].filter(isMissing).map(({ node }) => node.id)),
    runUnit: async (unit) => Promise.all(unit.map((node) => build(context, node))),
    onStart: (node) => request.emit({ type: 'node_started', node }),
    onResult(result) {
      done += 1;
      request.emit({ type: 'node_finished', result, done, total: units.length });
    },
  });
  const audited = await audit(context, results);
  return { graph: moved, results: new Map(audited.map((result) => [result.node.id, result])) };
}

/** Whether a node that was to be built is not there. */
export function isMissing({ status }: NodeResult): boolean {
  return status !== 'success';
}

async function build(context: Context, node: Node): Promise<NodeResult> {
  const { db, moved, locate } = context;
  const startedAt = new Date();
  try {
    const rows = await db.transaction(async (tx) => {
      await tx.query(settings(context));
      const count = node.type === 'seed' ? await buildSeed(tx, node) : await buildModel(context, tx, node);
      // What reads it is planned by what it holds.
      await tx.query(`analyze ${quoted(node.relation)}`);
      return count;
    });
    return ended(node, startedAt, 'success', { rows });
  } catch (error) {
    if (error instanceof Cancelled || error instanceof ConnectionLost) throw error;
    const located =
      node.type === 'model' && error instanceof DatabaseError
        ? await locateError(node, error, (again) => boundModel(moved, node, again, sourceOf(context)), locate)
        : {};
    return failure(node, error, startedAt, located);
  }
}

async function buildModel(context: Context, tx: Session, node: Node): Promise<number> {
  if (node.type !== 'model') throw new Error(`${node.name} is no model`);
  return create(tx, 'table', node.relation, modelSql(context.moved, node, false, sourceOf(context)));
}

async function buildSeed(tx: Session, node: Node & { readonly type: 'seed' }): Promise<number> {
  await seed(tx, node, { incremental: false, modelAt: () => undefined });
  await tx.query(`alter table ${quoted(asideOf(node.relation))} rename to ${identifier(node.relation.name)}`);
  return node.seed.rows.length;
}

/** The identity that models read from the session, for one transaction. */
function settings({ run }: Pick<Context, 'run'>): string {
  const values = {
    'runner.run_id': run.id,
    'runner.run_label': run.label,
    'runner.run_started_at': run.startedAt.toISOString(),
  };
  const calls = Object.entries(values).map(([name, value]) => `set_config(${literal(name)}, ${literal(value)}, true)`);
  return `select ${calls.join(', ')}`;
}

/** The results, with what contracts and unit tests say. */
async function audit(context: Context, results: readonly NodeResult[]): Promise<readonly NodeResult[]> {
  const audited = results.filter(({ node }) => context.audited.has(node.id));
  const asWritten = audited.flatMap(({ node }) => context.graph.nodes.get(node.id) ?? []);
  const tests = await testUnit(context, asWritten);
  const redirects = [...context.graph.nodes.values()].flatMap(({ id, relation: from }) => {
    const to = context.moved.nodes.get(id)?.relation;
    return to && quoted(from) !== quoted(to) ? [{ from, to }] : [];
  });
  const others = [...contracted(context.moved), ...contracted(context.graph)];
  const found = new Map<string, NodeResult>();
  for (const result of audited) {
    const { node } = result;
    const { contract } = node;
    const answer =
      contract && !isMissing(result)
        ? await context.db.transaction((tx) =>
            evaluateContract(redirected(tx, redirects), contract, {
              relation: node.relation,
              clock: context.run.startedAt,
              rowNumbers: node.type === 'seed',
              others,
            }),
          )
        : null;
    found.set(node.id, { ...result, contract: answer, unitTests: tests.get(node.id) });
  }
  return results.map((result) => found.get(result.node.id) ?? result);
}
