import type { Session } from '../adapters/types.ts';
import { bind } from '../compile/bind.ts';
import { evaluateContract } from '../contracts/evaluate.ts';
import type { ContractResult } from '../contracts/types.ts';
import { blocksPublish } from '../contracts/verdict.ts';
import { Cancelled, type Fault } from '../errors.ts';
import type { Graph, ModelNode, Node, SourceNode } from '../graph/types.ts';
import type { Landing } from '../landing/land.ts';
import { isUnchanged } from '../state/changes.ts';
import type { Fingerprinter, VersionOf, Versions } from '../state/fingerprint.ts';
import type { NodeState, TargetState } from '../state/types.ts';
import type { RenderTest } from '../unit-tests/types.ts';
import { quoted, type Relation } from '../util/sql.ts';
import { AuditFailure, contractFaults, faultsOf } from './faults.ts';
import { dropAside, MATERIALIZATIONS, seed, type Written } from './materialize.ts';
import { record, toRecord } from './record.ts';
import type { PlannedView } from './replace.ts';
import type { Unit } from './schedule.ts';
import { sourceSql } from './source-sql.ts';
import { type OnceContext, transactOnce } from './transact-once.ts';
import type { NodeResult, Status } from './types.ts';
import { stoppedByTests, testUnit } from './unit-tests.ts';

/** What a unit needs of the run it belongs to. */
export interface UnitContext extends OnceContext {
  readonly graph: Graph;
  readonly fingerprinter: Fingerprinter;
  readonly versions: Versions;
  readonly state: TargetState;
  readonly fullRefresh: boolean;
  /** A node that was selected as changed is left alone when what it reads turns out to be the same. */
  readonly onlyChanged: (node: Node) => boolean;
  readonly plannedIds: ReadonlySet<string>;
  readonly runSource: (node: SourceNode) => Promise<Landing>;
  /** Keeps the SQL that ran, for people. */
  readonly keepSql: (node: ModelNode, sql: string) => void;
  readonly startedAt: Date;
  readonly renderTest: RenderTest;
}

/**
 * Tests the nodes of a unit, then builds them in one transaction: each is materialized, then audited by its contract on that same
 * transaction, and what is kept of it is written with it. The first failure undoes all; nothing of it was visible.
 */
export async function runUnit(context: UnitContext, unit: Unit): Promise<readonly NodeResult[]> {
  const startedAt = new Date();
  if (
    unit.every(
      (node) => context.onlyChanged(node) && isUnchanged(node, context.fingerprinter, context.versions, context.state),
    )
  ) {
    return record(
      context,
      unit.map((node) => ended(node, startedAt, 'unchanged', { message: 'what it reads is what it was built from' })),
    );
  }
  const [first] = unit;
  if (first?.type === 'source') return record(context, [await askSource(context, first, startedAt)]);
  const done: NodeResult[] = [];
  // Within the unit, a node that comes later reads the version that an earlier one is about to have.
  const published = new Map<string, NodeState>();
  const versionOf: VersionOf = (id, variant) =>
    published.get(id)?.versions[variant] ?? context.versions.of(id, variant);
  let current = unit[0] as Node;
  try {
    const tests = await testUnit(context, unit);
    const stopped = stoppedByTests(unit, tests);
    if (stopped.length > 0)
      return record(
        context,
        stopped.map(({ node, status, ...fields }) => ended(node, startedAt, status, fields)),
      );
    await transactOnce(context, unit.map(({ name }) => name).join(', '), async (tx) => {
      done.length = 0;
      published.clear();
      for (const node of unit) {
        current = node;
        const result = { ...(await buildNode(context, tx, node)), unitTests: tests.get(node.id) };
        done.push(result);
        const state = context.fingerprinter.state(node, versionOf);
        published.set(node.id, state);
        await context.store.publish(tx, context.runId, node.id, state);
        await context.store.record(tx, context.runId, toRecord(result));
      }
    });
  } catch (error) {
    return record(context, failedUnit(unit, current, error, startedAt));
  }
  for (const [id, state] of published) context.versions.publish(id, state);
  return done;
}

async function buildNode(context: UnitContext, tx: Session, node: Node): Promise<NodeResult> {
  const startedAt = new Date();
  const { inFileOrder, ...written } = await materialize(context, tx, node);
  const contract = await audit(context, tx, node, inFileOrder);
  await dropAside(tx, node.relation);
  return ended(node, startedAt, 'success', { ...written, contract });
}

/** @throws AuditFailure when the contract forbids to publish */
async function audit(
  context: UnitContext,
  tx: Session,
  node: Node,
  inFileOrder?: Relation,
): Promise<ContractResult | null> {
  if (!node.contract) return null;
  const contract = await evaluateContract(tx, node.contract, {
    relation: node.relation,
    clock: context.startedAt,
    ...(inFileOrder ? { rowNumberFrom: inFileOrder } : {}),
  });
  if (blocksPublish(contract)) throw new AuditFailure(node, contract);
  return contract;
}

async function materialize(
  context: UnitContext,
  tx: Session,
  node: Node,
): Promise<Written & { readonly inFileOrder?: Relation }> {
  const plannedViewOf = (view: Relation): PlannedView | undefined => plannedView(context, view);
  if (node.type === 'seed') return seed(tx, node, { incremental: false, plannedView: plannedViewOf });
  if (node.type === 'source') throw new Error(`source ${node.name} is landed, not materialized`);
  const exists = context.state.relations.get(`${node.relation.schema}.${node.relation.name}`) === 'r';
  const refresh = context.fullRefresh && node.config.full_refresh !== false;
  const incremental = node.materialized === 'incremental' && exists && !refresh;
  const sql = sqlOf(context, node, incremental);
  context.keepSql(node, sql);
  return MATERIALIZATIONS[node.materialized](tx, node, sql, { incremental, plannedView: plannedViewOf });
}

/**
 * The SQL of a model on its target.
 * @param sourceOf what stands for a source: the batch in force, when SQL is to run
 */
export function modelSql(
  graph: Graph,
  node: ModelNode,
  incremental: boolean,
  sourceOf: (source: SourceNode) => string,
): string {
  const named = new Map(
    graph.dag
      .parents(node.id)
      .flatMap((id) => graph.nodes.get(id) ?? [])
      .map((parent) => [parent.name, parent]),
  );
  const body = incremental ? node.rendered.incrementalBody : node.rendered.body;
  return bind(body, {
    self: node.relation,
    ref: (name) => graph.nodes.get(graph.idOf(name))?.relation ?? node.relation,
    source: (name) => {
      const source = named.get(name);
      return source?.type === 'source' ? sourceOf(source) : name;
    },
  });
}

function sqlOf(context: UnitContext, node: ModelNode, incremental: boolean): string {
  return modelSql(context.graph, node, incremental, (source) => sourceSql(source, context.versions.batch(source.name)));
}

function plannedView(context: UnitContext, relation: Relation): PlannedView | undefined {
  const node = [...context.plannedIds]
    .map((id) => context.graph.nodes.get(id))
    .find((planned) => planned && quoted(planned.relation) === quoted(relation));
  if (node?.type !== 'model' || node.materialized !== 'view') return undefined;
  return { sql: sqlOf(context, node, false), audit: async (session) => void (await audit(context, session, node)) };
}

async function askSource(context: UnitContext, node: SourceNode, startedAt: Date): Promise<NodeResult> {
  try {
    const { batch, unanswered = 0 } = await context.runSource(node);
    if (batch) context.versions.land(node.name, batch);
    const known = context.fingerprinter.state(node, context.versions.of);
    // What got no answer is a reason to ask again.
    const state = unanswered > 0 ? { ...known, parts: { ...known.parts, unanswered: String(unanswered) } } : known;
    await transactOnce(context, node.name, (tx) => context.store.publish(tx, context.runId, node.id, state));
    context.versions.publish(node.id, state);
    return ended(node, startedAt, 'success', {
      rows: batch?.rowCount ?? 0,
      changed: batch?.rowCount ?? 0,
      message: batch ? null : 'nothing new',
    });
  } catch (error) {
    return failure(node, error, startedAt);
  }
}

function failedUnit(unit: Unit, culprit: Node, error: unknown, startedAt: Date): readonly NodeResult[] {
  if (error instanceof Cancelled) return unit.map((node) => failure(node, error, startedAt));
  return unit.map((node) =>
    node === culprit
      ? failure(node, error, startedAt)
      : ended(node, startedAt, 'skipped', { message: `undone with ${culprit.name}, which shares its transaction` }),
  );
}

/** The result of a node that an error has ended. */
export function failure(node: Node, error: unknown, startedAt: Date): NodeResult {
  if (error instanceof Cancelled) {
    return ended(node, startedAt, 'cancelled', { message: `cancelled by ${error.signal}: undone` });
  }
  const failed = error instanceof AuditFailure ? error : null;
  const contract = failed?.node === node ? failed.contract : null;
  const faults: readonly Fault[] = failed ? contractFaults(failed.node, failed.contract) : faultsOf(node, error);
  const message = faults.map((fault) => fault.message).join('; ');
  return ended(node, startedAt, failed ? 'failed' : 'error', { contract, faults, message });
}

function ended(node: Node, startedAt: Date, status: Status, fields: Partial<NodeResult>): NodeResult {
  return {
    node,
    status,
    rows: null,
    changed: null,
    message: null,
    faults: [],
    contract: null,
    startedAt,
    finishedAt: new Date(),
    ...fields,
  };
}
