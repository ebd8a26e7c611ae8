import type { ContractResult, Engine } from '../contracts/types.ts';
import { blocksPublish } from '../contracts/verdict.ts';
import { Cancelled, ConnectionLost } from '../errors.ts';
import { contractFaults, contractWarnings } from '../execute/contract-faults.ts';
import { failure, keptFaults } from '../execute/ended.ts';
import { record } from '../execute/record.ts';
import { notRun } from '../execute/schedule.ts';
import type { NodeResult } from '../execute/types.ts';
import { failedTests, havePassed, testUnit } from '../execute/unit-tests.ts';
import { selectNodes } from '../graph/select.ts';
import type { Node } from '../graph/types.ts';
import { again } from '../util/again.ts';
import { type Auditor, openAuditor } from './auditor.ts';
import { loadProject } from './load-project.ts';
import { identityOf, type OpenRun, withRun } from './open-run.ts';
import { withTarget } from './open-target.ts';
import { type Asked, askedOf, selectionState } from './selection.ts';
import { endOf } from './steps.ts';
import { requireTestOptions } from './test-options.ts';
import type { Command, Reporter, RunArgs, SelectionArgs } from './types.ts';

export interface TestArgs extends SelectionArgs, RunArgs {
  /** Unit tests only. */
  readonly unit: boolean;
  readonly contracts: boolean;
  /** Who evaluates the contracts; unset: the runner. Soda knows nothing of unit tests, which are then left out. */
  readonly engine?: Engine;
  /** What runs have recorded, in place of a new verdict. */
  readonly history?: boolean;
  /** Of `history`: verdicts of each check at the most. */
  readonly last?: number;
  /** Of `history`. */
  readonly output?: 'text' | 'json';
}

/** What testing needs of a run, or of a target that is only read. */
type Testing = Omit<OpenRun, 'lock' | 'notes' | 'command' | 'connection'> & {
  /** Unset where no contract is asked for. */
  readonly auditor?: Auditor;
};

/**
 * `runner test`: runs unit tests and evaluates the contracts on what is published; builds nothing. Unit tests alone
 * need no table, so that they take no lock and leave no record.
 */
export const test: Command<TestArgs> = async (args, reporter) => {
  requireTestOptions(args);
  if (args.history) return (await import('./test-history.ts')).testHistory(args, reporter);
  const loaded = await loadProject(args);
  const asked = askedOf(loaded.graph, args);
  const startedAt = new Date();
  if (args.unit && !args.contracts) {
    return withTarget(loaded, args, reporter, async (target) => {
      const { signal } = args;
      const testing = { ...loaded, ...target, signal, runId: '', startedAt, emit: reporter.emit };
      const { exitCode, status } = endOf(args, await testNodes(testing, args, asked, reporter));
      if (status === 'cancelled') throw signal.reason;
      return exitCode;
    });
  }
  return withRun(loaded, identityOf('test', args), reporter.emit, async (run) => {
    const auditor = await openAuditor(args.engine ?? 'runner', { ...run, sampleRows: args.rows });
    try {
      const testing = { ...run, auditor };
      return endOf(run, await testNodes(testing, args, asked, reporter, (results) => record(run, results)));
    } finally {
      auditor.close();
    }
  });
};

async function testNodes(
  run: Testing,
  args: TestArgs,
  asked: Asked,
  reporter: Reporter,
  keep: (results: readonly NodeResult[]) => Promise<unknown> = async () => {},
): Promise<readonly NodeResult[]> {
  const all = args.unit === args.contracts && !args.engine;
  const kinds = { unit: all || args.unit, contracts: all || args.contracts || !!args.engine };
  const tested = selectNodes(run.graph, args, await selectionState(run, asked))
    .flatMap((id) => run.graph.nodes.get(id) ?? [])
    .filter((node) => (kinds.contracts && node.contract) || (kinds.unit && hasUnitTests(node)));
  run.emit({ type: 'plan', nodes: tested, total: tested.length, purpose: 'test' });
  const results: NodeResult[] = [];
  for (const node of tested) {
    run.emit({ type: 'node_started', node });
    const result = await testNode(run, node, kinds).catch((error: unknown) => {
      if (error instanceof Cancelled) return failure(node, error, new Date());
      throw error;
    });
    await keep([result]);
    results.push(result);
    run.emit({ type: 'node_finished', result, done: results.length, total: tested.length });
    if (result.status === 'cancelled') {
      const rest = notRun(tested.slice(results.length), 'skipped', 'not started: the run was cancelled');
      await keep(rest);
      results.push(...rest);
      break;
    }
    if (args.failFast && result.status === 'failed') break;
  }
  reporter.summary(results, (Date.now() - run.startedAt.getTime()) / 1000, 'test');
  return results;
}

function hasUnitTests(node: Node): boolean {
  return node.type === 'model' && node.unitTests.length > 0;
}

async function testNode(
  run: Testing,
  node: Node,
  kinds: { readonly unit: boolean; readonly contracts: boolean },
): Promise<NodeResult> {
  const startedAt = new Date();
  const unitTests = kinds.unit ? ((await testUnit(run, [node])).get(node.id) ?? []) : [];
  const contract = kinds.contracts && isBuilt(run, node) ? await audit(run, node) : null;
  const nothingToAudit = kinds.contracts && node.contract && !contract;
  const broken = contract && blocksPublish(contract) ? contractFaults(node, contract, true) : [];
  const failed = havePassed(unitTests) ? null : failedTests(unitTests);
  const messages = [
    failed?.message ?? '',
    keptFaults(broken),
    nothingToAudit ? 'not built yet: its contract has nothing to audit' : '',
  ].filter(Boolean);
  return {
    node,
    status: failed || broken.length > 0 ? 'failed' : 'success',
    rows: null,
    changed: null,
    message: messages.join('; ') || null,
    faults: [...(failed?.faults ?? []), ...broken],
    contract,
    warnings: contract ? contractWarnings(node, contract) : [],
    unitTests,
    startedAt,
    finishedAt: new Date(),
  };
}

/** A table that was published and is there no more is not taken for one that is not built yet. */
function isBuilt(run: Testing, { id, relation }: Node): boolean {
  return run.versions.stored(id) !== undefined || run.state.relations.has(`${relation.schema}.${relation.name}`);
}

async function audit({ auditor, signal }: Testing, { contract, relation }: Node): Promise<ContractResult | null> {
  if (!contract || !auditor) return null;
  return again(() => auditor.audit(contract, relation), {
    isPassing: (error) => error instanceof ConnectionLost,
    signal,
  });
}
