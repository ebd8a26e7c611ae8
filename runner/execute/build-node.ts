import type { Session } from '../adapters/types.ts';
import { evaluateContract } from '../contracts/evaluate.ts';
import { type Contracted, hasPersonal } from '../contracts/personal.ts';
import type { ContractResult } from '../contracts/types.ts';
import { blocksPublish } from '../contracts/verdict.ts';
import { EXIT, RunnerError } from '../errors.ts';
import { contracted } from '../graph/contracted.ts';
import type { Graph, ModelNode, Node } from '../graph/types.ts';
import type { Grants } from '../project/types.ts';
import type { Versions } from '../state/versions.ts';
import { runUnitTests } from '../unit-tests/run.ts';
import type { LocateInTest, RenderTest } from '../unit-tests/types.ts';
import { quoted, type Relation } from '../util/sql.ts';
import { applyAccess } from './access.ts';
import { AuditFailure } from './contract-faults.ts';
import { runHooks } from './hooks.ts';
import { MATERIALIZATIONS } from './materializations/index.ts';
import { seed } from './materializations/seed.ts';
import type { Built, Publication } from './materializations/types.ts';
import { bound, modelSql, type SourceSql } from './model-sql.ts';
import { kindOf } from './publish/catalog.ts';
import type { ModelAt, PlannedView, ProjectModel } from './publish/project-models.ts';
import { redirected } from './redirect.ts';
import { sourceSql } from './source-sql.ts';
import { failedTests, havePassed } from './unit-tests.ts';

/** What building a node needs of the run it belongs to. */
export interface BuildContext {
  readonly graph: Graph;
  readonly versions: Versions;
  readonly fullRefresh: boolean;
  readonly plannedIds: ReadonlySet<string>;
  /** What did not succeed in this run so far, whether or not it is a step. */
  readonly failedIds: ReadonlySet<string>;
  /** Keeps the SQL that ran, for people. */
  readonly keepSql: (node: ModelNode, sql: string) => void;
  readonly startedAt: Date;
  /** Offending rows kept of a check, at the most; 0 for all. */
  readonly sampleRows?: number | undefined;
  readonly renderTest: RenderTest;
  readonly locateInTest: LocateInTest;
  /** The grants of the configuration that a node was published with last, when it is another now. */
  readonly formerGrants: (node: Node) => Grants | undefined;
}

/** A node that is built and fulfils its contract: what is left is to publish it. */
export interface BuiltNode {
  readonly node: Node;
  readonly startedAt: Date;
  readonly contract: ContractResult | null;
  /** Where it stands until it is published. */
  readonly audited: Relation;
  publish(): Promise<Publication>;
  /** Once published: grants, comments, hooks. */
  afterwards(): Promise<void>;
}

/**
 * Builds a node aside and asks its contract of what is aside.
 * @param waiting nodes of its transaction that are aside as well: the contract is asked of those too
 * @throws AuditFailure when the contract forbids to publish
 */
export async function buildNode(
  context: BuildContext,
  tx: Session,
  node: Node,
  waiting: readonly BuiltNode[] = [],
): Promise<BuiltNode> {
  const startedAt = new Date();
  const hooks = node.type === 'model' ? node.rendered.hooks : { before: [], after: [] };
  const run = async (kind: 'pre_hook' | 'post_hook', texts: readonly string[]): Promise<void> => {
    if (node.type !== 'model') return;
    const bind = (text: string): string => bound(context.graph, node, text, sourceOf(context)).sql;
    await runHooks(tx, node, kind, texts.map(bind));
  };
  return withTimeout(tx, node, async () => {
    await run('pre_hook', hooks.before);
    const built = await materialize(context, tx, node);
    const contract = await audit(context, tx, node, built.audited, waiting);
    return {
      node,
      startedAt,
      contract,
      audited: built.audited,
      publish: () => withTimeout(tx, node, built.publish),
      afterwards: () =>
        withTimeout(tx, node, async () => {
          await applyAccess(tx, node, context.formerGrants(node));
          await run('post_hook', hooks.after);
        }),
    };
  });
}

/** @throws AuditFailure when the contract forbids to publish */
async function audit(
  context: BuildContext,
  tx: Session,
  node: Node,
  built: Relation,
  waiting: readonly BuiltNode[] = [],
): Promise<ContractResult | null> {
  if (!node.contract) return null;
  const aside = [{ node, audited: built }, ...waiting];
  const redirects = aside
    .map((other) => ({ from: other.node.relation, to: other.audited }))
    .filter(({ from, to }) => quoted(from) !== quoted(to));
  const asideToo = aside.flatMap((other) =>
    other.node.contract ? [{ relation: other.audited, contract: other.node.contract }] : [],
  );
  const contract = await evaluateContract(redirects.length > 0 ? redirected(tx, redirects) : tx, node.contract, {
    relation: built,
    clock: context.startedAt,
    sampleRows: context.sampleRows,
    rowNumbers: node.type === 'seed',
    others: [...asideToo, ...othersOf(context.graph)],
  });
  if (blocksPublish(contract)) throw new AuditFailure(node, contract);
  return contract;
}

const others = new WeakMap<Graph, readonly Contracted[]>();

/** Where no contract of the project has a personal column nothing is hidden: there is none to look at, node after node. */
function othersOf(graph: Graph): readonly Contracted[] {
  const known = others.get(graph);
  if (known) return known;
  const all = contracted(graph);
  const found = all.some(({ contract }) => hasPersonal(contract)) ? all : [];
  others.set(graph, found);
  return found;
}

async function materialize(context: BuildContext, tx: Session, node: Node): Promise<Built> {
  const modelAt: ModelAt = (relation) => projectModelAt(context, node, relation);
  if (node.type === 'seed') return seed(tx, node, { incremental: false, modelAt });
  if (node.type === 'source' || node.materialized === 'ephemeral') throw new Error(`${node.name} has no relation`);
  const refresh = context.fullRefresh && node.config.full_refresh !== false;
  const incremental = node.materialized === 'incremental' && !refresh && (await kindOf(tx, node.relation)) === 'table';
  const sql = modelSql(context.graph, node, incremental, sourceOf(context));
  context.keepSql(node, sql);
  return MATERIALIZATIONS[node.materialized](tx, node, sql, { incremental, modelAt });
}

/** @param swapped what gives its place to another */
function projectModelAt(context: BuildContext, swapped: Node, relation: Relation): ProjectModel | undefined {
  const { graph, plannedIds, failedIds } = context;
  const node = [...graph.nodes.values()].find((other) => quoted(other.relation) === quoted(relation));
  if (!node || node.type === 'source') return undefined;
  const isPlanned = plannedIds.has(node.id);
  const isStopped = [node.id, ...graph.dag.ancestors(node.id)].some((id) => failedIds.has(id));
  const isView = node.type === 'model' && node.materialized === 'view';
  return {
    name: node.name,
    file: node.file,
    isReader: graph.dag.ancestors(node.id).has(swapped.id),
    isPlanned,
    isStopped,
    view: isPlanned && !isStopped && isView ? plannedView(context, node) : undefined,
  };
}

function plannedView(context: BuildContext, node: ModelNode): PlannedView {
  return {
    sql: modelSql(context.graph, node, false, sourceOf(context)),
    audit: async (session, aside) => {
      const tests = await runUnitTests(session, node, {
        ...context,
        render: context.renderTest,
        locate: context.locateInTest,
      });
      if (!havePassed(tests)) throw new RunnerError(failedTests(tests).faults, EXIT.failed);
      await audit(context, session, node, aside);
    },
  };
}

/** What stands for a source: the batch in force. */
export function sourceOf({ versions }: Pick<BuildContext, 'versions'>): SourceSql {
  return (source) => sourceSql(source, versions.batch(source.name));
}

/** A node's own `statement_timeout` holds for its statements alone. */
async function withTimeout<T>(tx: Session, node: Node, work: () => Promise<T>): Promise<T> {
  const timeout = node.type === 'source' ? undefined : node.config.statement_timeout;
  if (timeout === undefined) return work();
  const [[before] = []] = (await tx.query("select current_setting('statement_timeout')")).rows;
  const set = (value: string | null | undefined): Promise<unknown> =>
    tx.query("select set_config('statement_timeout', $1, true)", [value]);
  await set(timeout);
  const result = await work();
  await set(before);
  return result;
}
