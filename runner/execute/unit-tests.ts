import type { Database } from '../adapters/types.ts';
import { keptOf } from '../contracts/personal.ts';
import { ConnectionLost } from '../errors.ts';
import type { Graph, Node } from '../graph/types.ts';
import type { CheckRecord } from '../state/store.ts';
import { runUnitTests } from '../unit-tests/run.ts';
import type { LocateInTest, RenderTest, UnitTestResult } from '../unit-tests/types.ts';
import { again } from '../util/again.ts';
import { plural } from '../util/plural.ts';
import type { NodeResult } from './types.ts';

interface Context {
  readonly db: Database;
  readonly graph: Graph;
  readonly renderTest: RenderTest;
  readonly signal: AbortSignal;
  readonly locateInTest: LocateInTest;
}

/** Runs the unit tests of some nodes, by node id; what has none is not there. They need nothing that is built. */
export async function testUnit(
  { db, graph, renderTest, locateInTest, signal }: Context,
  nodes: readonly Node[],
): Promise<ReadonlyMap<string, readonly UnitTestResult[]>> {
  const models = nodes.filter((node) => node.type === 'model').filter(({ unitTests }) => unitTests.length > 0);
  if (models.length === 0) return new Map();
  const context = { graph, render: renderTest, locate: locateInTest };
  const test = (): Promise<ReadonlyMap<string, readonly UnitTestResult[]>> =>
    db.transaction(async (tx) => {
      const results = new Map<string, readonly UnitTestResult[]>();
      for (const node of models) results.set(node.id, await runUnitTests(tx, node, context));
      return results;
    });
  return again(test, { isPassing: (error) => error instanceof ConnectionLost, signal });
}

/** A unit is not built when a unit test in it does not pass: how its nodes then end; nothing when all pass. */
export function stoppedByTests(
  unit: readonly Node[],
  tests: ReadonlyMap<string, readonly UnitTestResult[]>,
): readonly Stopped[] {
  const culprit = unit.find((node) => !havePassed(tests.get(node.id)));
  if (!culprit) return [];
  return unit.map((node) => {
    const unitTests = tests.get(node.id) ?? [];
    if (havePassed(unitTests)) {
      return { node, status: 'skipped', message: `not built: it shares the transaction of ${culprit.name}`, unitTests };
    }
    return { node, ...failedTests(unitTests), unitTests };
  });
}

type Stopped = Pick<NodeResult, 'node' | 'status' | 'message' | 'unitTests'> & Partial<NodeResult>;

/** What unit tests that did not pass make of a node's result. */
export function failedTests(results: readonly UnitTestResult[]): Pick<NodeResult, 'status' | 'message' | 'faults'> {
  const failed = results.filter(({ outcome }) => outcome !== 'PASSED');
  const names = failed.map(({ test }) => `"${test.name}"`).join(', ');
  return {
    status: 'failed',
    message: `${failed.length} of ${plural(results.length, 'unit test')} failed: ${names}`,
    faults: failed.flatMap(({ faults }) => faults),
  };
}

export function havePassed(results: readonly UnitTestResult[] = []): boolean {
  return results.every(({ outcome }) => outcome === 'PASSED');
}

/** Unit tests as they are kept beside the checks of contracts. */
export function unitTestChecks(results: readonly UnitTestResult[]): readonly CheckRecord[] {
  return results.map(({ test, outcome, differences, message }) => ({
    path: `unit_tests.${test.name}`,
    type: 'unit_test',
    column: null,
    name: test.name,
    outcome,
    value: differences === null ? null : String(differences),
    threshold: 'rows that differ: must be 0',
    // What was not compared has the server's words for a message.
    message: keptOf(differences, message),
    engine: 'runner',
  }));
}
