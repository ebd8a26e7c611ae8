import type { Session } from '../adapters/types.ts';
import { Cancelled, DatabaseError } from '../errors.ts';
import type { Graph, Node, SourceNode } from '../graph/types.ts';
import type { Landing } from '../landing/land.ts';
import { isUnchanged } from '../state/changes.ts';
import type { Fingerprinter, VersionOf } from '../state/fingerprint.ts';
import { publicationOf } from '../state/publication.ts';
import type { NodeState, Publication, TargetState } from '../state/types.ts';
import { publishedState } from '../state/versions.ts';
import { formerGrants, isFrozen } from './before-unit.ts';
import { type BuildContext, type BuiltNode, buildNode, sourceOf } from './build-node.ts';
import { contentOf } from './content.ts';
import { ended, failure } from './ended.ts';
import { type LocateInModel, locateError } from './locate-error.ts';
import { boundModel } from './model-sql.ts';
import type { Turn, Turns } from './publish/turns.ts';
import { type Publishing, publishBuilt } from './publish-built.ts';
import { record, toRecord } from './record.ts';
import type { Unit } from './schedule.ts';
import { type OnceContext, OutcomeUnknown, transactOnce } from './transact-once.ts';
import type { NodeResult } from './types.ts';
import { stoppedByTests, testUnit } from './unit-tests.ts';

/** What a unit needs of the run it belongs to. */
export interface UnitContext extends Omit<BuildContext, 'formerGrants'>, OnceContext {
  readonly fingerprinter: Fingerprinter;
  readonly state: TargetState;
  /** Milliseconds to try for the locks of a swap. */
  readonly lockPatience: number;
  readonly turns: Turns;
  /** A node that was selected as changed is left alone when what it reads turns out to be the same. */
  readonly onlyChanged: (node: Node) => boolean;
  /** Rows were erased from what it builds on, and nothing else changed. */
  readonly erases: boolean;
  readonly runSource: (node: SourceNode) => Promise<Landing>;
  readonly locate: LocateInModel;
}

/**
 * Tests the nodes of a unit, then builds them in one transaction: each is built aside and audited there by its contract;
 * then what is kept of them is written, they are published, and it commits. The first failure undoes all; nothing of it
 * was visible.
 */
export async function runUnit(context: UnitContext, whole: Unit): Promise<readonly NodeResult[]> {
  const startedAt = new Date();
  const done: NodeResult[] = [];
  // Within the unit, a node that comes later reads the version that an earlier one is about to have.
  const published = new Map<string, NodeState>();
  const versionOf: VersionOf = (id, variant) =>
    published.get(id)?.versions[variant] ?? context.versions.of(id, variant);
  let unit = whole;
  let spared: readonly NodeResult[] = [];
  let current = unit[0] as Node;
  const onNode = (node: Node): void => {
    current = node;
  };
  try {
    const isSpared = (node: Node): boolean =>
      context.onlyChanged(node) && isUnchanged(node, context.fingerprinter, context.versions, context.state);
    // Who names a node has all of its transaction built.
    const built = whole.every(context.onlyChanged) ? due(context.graph, whole, isSpared) : whole;
    if (built.length > 0 || !(await isFrozen(context, whole))) {
      const left = whole.filter((node) => !built.includes(node));
      spared = await record(
        context,
        left.map((node) =>
          ended(node, startedAt, 'unchanged', { message: 'spared: what it reads came out as it was' }),
        ),
      );
      if (built.length === 0) return spared;
      unit = built;
    }
    const [first] = unit;
    if (first?.type === 'source') return record(context, [await askSource(context, first, startedAt)]);
    const tests = await testUnit(context, unit);
    const stopped = stoppedByTests(unit, tests);
    if (stopped.length > 0) {
      const results = stopped.map(({ node, status, ...fields }) => ended(node, startedAt, status, fields));
      return [...spared, ...(await record(context, results))];
    }
    const grants = await formerGrants(context, unit);
    const buildContext = { ...context, formerGrants: ({ id }: Node) => grants.get(id) };
    const name = unit.map((node) => node.name).join(', ');
    const work = async (tx: Session, { inTurn, giveBack }: Turn): Promise<void> => {
      // When it is done again, its connection was lost and with it all locks.
      giveBack();
      const publish = async (built: readonly BuiltNode[]): Promise<Publishing['finish']> => {
        const options = { patience: context.lockPatience, onNode, inTurn };
        const { written, finish } = await publishBuilt(tx, built, options);
        for (const { node, contract, startedAt: nodeStartedAt } of built) {
          const unitTests = tests.get(node.id);
          done.push(ended(node, nodeStartedAt, 'success', { ...written.get(node), contract, unitTests }));
        }
        return finish;
      };
      done.length = 0;
      published.clear();
      let remade = unit.some(hasHooks);
      const waiting: BuiltNode[] = [];
      for (const node of unit) {
        onNode(node);
        const built = await buildNode(buildContext, tx, node, waiting);
        // What the unit's own nodes read must be there for them; of all else readers are locked out at the very end.
        if (isReadWithin(context.graph, unit, node)) remade = (await (await publish([built]))(false)) || remade;
        else waiting.push(built);
      }
      const finish = await publish(waiting);
      const publications: Publication[] = [];
      for (const node of unit) {
        onNode(node);
        const result = done.find((one) => one.node === node);
        const former = context.versions.stored(node.id);
        const content = context.erases ? 'erased' : await contentOf(context, tx, node, result?.identical === true);
        const state = publishedState(context.fingerprinter, node, versionOf, former, content);
        published.set(node.id, state);
        publications.push(publicationOf(context.fingerprinter, node, state, result?.rows ?? null));
      }
      await context.store.publish(tx, context.runId, publications, done.map(toRecord));
      remade = (await finish(true)) || remade;
      if (remade) await context.store.noteRemade(tx);
    };
    await context.turns.during((turn) => transactOnce(context, name, (tx) => work(tx, turn)));
  } catch (error) {
    const results = await failedUnit(context, unit, current, error, startedAt);
    // Should its transaction have gone through, what that has recorded is right.
    return [...spared, ...(error instanceof OutcomeUnknown ? results : await record(context, results))];
  }
  for (const [id, state] of published) context.versions.publish(id, state);
  return [...spared, ...done];
}

/**
 * A node is not built because another one of its transaction is due: what would come out as it was is left out, unless
 * it follows one that is built. A history so gains no row for a verdict about its past.
 */
function due(graph: Graph, unit: Unit, isSpared: (node: Node) => boolean): Unit {
  const built: Node[] = [];
  for (const node of unit) {
    const follows = built.some((other) => graph.dag.ancestors(node.id).has(other.id));
    if (follows || !isSpared(node)) built.push(node);
  }
  return built;
}

/** What a hook does nobody knows: it may make a view again that the runner has noted. */
function hasHooks(node: Node): boolean {
  return node.type === 'model' && node.rendered.hooks.before.length + node.rendered.hooks.after.length > 0;
}

function isReadWithin(graph: Graph, unit: Unit, node: Node): boolean {
  return unit.some((other) => other !== node && graph.dag.ancestors(other.id).has(node.id));
}

async function askSource(context: UnitContext, node: SourceNode, startedAt: Date): Promise<NodeResult> {
  try {
    const { batch, unanswered = 0, shortfall } = await context.runSource(node);
    if (batch) context.versions.land(node.name, batch);
    const rows = batch?.rowCount ?? 0;
    // What landed stays; the state does not move on, so that the next run asks for the rest.
    if (shortfall) return { ...failure(node, shortfall, startedAt), rows, changed: rows };
    const former = context.versions.stored(node.id);
    const known = publishedState(context.fingerprinter, node, context.versions.of, former, 'unknown');
    // What got no answer is a reason to ask again.
    const state = unanswered > 0 ? { ...known, parts: { ...known.parts, unanswered: String(unanswered) } } : known;
    const publication = publicationOf(context.fingerprinter, node, state);
    await transactOnce(context, node.name, (tx) => context.store.publish(tx, context.runId, [publication]));
    context.versions.publish(node.id, state);
    return ended(node, startedAt, 'success', {
      rows,
      changed: rows,
      message: batch ? null : 'nothing new',
    });
  } catch (error) {
    return failure(node, error, startedAt);
  }
}

async function failedUnit(
  context: UnitContext,
  unit: Unit,
  culprit: Node,
  error: unknown,
  startedAt: Date,
): Promise<readonly NodeResult[]> {
  if (error instanceof Cancelled || error instanceof OutcomeUnknown)
    return unit.map((node) => failure(node, error, startedAt));
  const located =
    culprit.type === 'model' && error instanceof DatabaseError
      ? await locateError(
          culprit,
          error,
          (incremental) => boundModel(context.graph, culprit, incremental, sourceOf(context)),
          context.locate,
        )
      : {};
  return unit.map((node) =>
    node === culprit
      ? failure(node, error, startedAt, located)
      : ended(node, startedAt, 'skipped', { message: `undone with ${culprit.name}, which shares its transaction` }),
  );
}
