import type { Session, TextResult } from '../adapters/types.ts';
import { DatabaseError, type Fault, RunnerError } from '../errors.ts';
import type { Graph, ModelNode } from '../graph/types.ts';
import type { UnitTest } from '../project/types.ts';
import { compareRows, keyOf } from './compare.ts';
import { countDifference } from './draw.ts';
import { differenceFault, errorFault } from './faults.ts';
import { columnsOf, inputsOf } from './inputs.ts';
import { DEFAULT_DAY, planTest } from './plan.ts';
import type { Script } from './script.ts';
import type { LocateInTest, RenderTest, Row, UnitTestResult } from './types.ts';

export interface UnitTestContext {
  readonly graph: Graph;
  readonly render: RenderTest;
  readonly locate: LocateInTest;
}

const SAVEPOINT = 'runner_unit_test';

/**
 * Runs a model's unit tests on a session that is inside a transaction, one round trip each; they read no table, and
 * nothing of them stays. What the server refuses is a result; a lost connection and a cancelled statement are thrown.
 */
export async function runUnitTests(
  session: Session,
  node: ModelNode,
  { graph, render, locate }: UnitTestContext,
): Promise<readonly UnitTestResult[]> {
  if (node.unitTests.length === 0) return [];
  const results: UnitTestResult[] = [];
  const untyped = [...inputsOf(graph, node)].filter(([, input]) => !columnsOf(input)).map(([name]) => name);
  await session.query(`savepoint ${SAVEPOINT}`);
  for (const test of node.unitTests) {
    const planned = await plan(graph, node, test, render);
    results.push(
      'faults' in planned
        ? refused(test, planned.faults)
        : await runTest(session, node, test, { script: planned, untyped, locate }),
    );
  }
  await session.query(`rollback to savepoint ${SAVEPOINT}; release savepoint ${SAVEPOINT}`);
  return withoutRepetition(results);
}

async function plan(
  graph: Graph,
  node: ModelNode,
  test: UnitTest,
  render: RenderTest,
): Promise<Script | { readonly faults: readonly Fault[] }> {
  try {
    return planTest(graph, node, test, await render(node, test.asOf ?? DEFAULT_DAY, test.vars));
  } catch (error) {
    if (!(error instanceof RunnerError)) throw error;
    const place = `unit test "${test.name}", ${test.file}:${test.line}`;
    return { faults: error.faults.map((fault) => ({ ...fault, message: `${fault.message} (${place})` })) };
  }
}

interface Planned {
  readonly script: Script;
  /** Inputs whose columns nothing declares. */
  readonly untyped: readonly string[];
  readonly locate: LocateInTest;
}

async function runTest(
  session: Session,
  node: ModelNode,
  test: UnitTest,
  { script, untyped, locate }: Planned,
): Promise<UnitTestResult> {
  let result: TextResult;
  try {
    // What the test before it left is undone on the way.
    result = await session.query(`rollback to savepoint ${SAVEPOINT};\n${script.sql}`);
  } catch (error) {
    const cancelled = '57014';
    if (!(error instanceof DatabaseError) || error.sqlstate === cancelled) throw error;
    const position = error.position && error.position - `rollback to savepoint ${SAVEPOINT};\n`.length;
    return refused(test, [await errorFault(node, test, { script, untyped, locate }, withPosition(error, position))]);
  }
  const columns = result.columns.slice(1);
  const rows = (side: string): readonly Row[] =>
    result.rows
      .filter((row) => row[0] === side)
      .map((row) => columns.map(({ type }, index) => asWritten(row[index + 1] ?? null, type)));
  const key = keyOf(
    node,
    columns.map(({ name }) => name),
  );
  if (result.rows.length === 0) return { test, outcome: 'PASSED', differences: 0, message: 'as expected', faults: [] };
  const difference = compareRows(columns, rows('missing'), rows('extra'), key);
  return {
    test,
    outcome: 'FAILED',
    differences: difference.missing.length + difference.extra.length + difference.changed.length,
    message: countDifference(difference),
    faults: [differenceFault(node, test, difference)],
  };
}

/** A truth value as people write it. */
function asWritten(text: string | null, type: number): string | null {
  const boolean = 16;
  return type === boolean && text !== null ? String(text === 't') : text;
}

function withPosition(error: DatabaseError, position: number | undefined): DatabaseError {
  const { message, sqlstate, detail, hint, where } = error;
  return new DatabaseError({ message, sqlstate, detail, hint, where, position });
}

function refused(test: UnitTest, faults: readonly Fault[]): UnitTestResult {
  const message = faults.map((fault) => fault.message).join('; ');
  return { test, outcome: 'NOT_EVALUATED', differences: null, message, faults };
}

/** An error of the model itself meets every test: it is told by the first. */
function withoutRepetition(results: readonly UnitTestResult[]): readonly UnitTestResult[] {
  const told = new Set<string>();
  return results.map((result) => {
    const key = result.message.replace(/ \(unit test ".*$/, '');
    const repeated = result.outcome === 'NOT_EVALUATED' && told.has(key);
    told.add(key);
    return repeated ? { ...result, faults: [] } : result;
  });
}
