import { evaluateContract } from '../contracts/evaluate.ts';
import type { ContractResult } from '../contracts/types.ts';
import { blocksPublish } from '../contracts/verdict.ts';
import { contractFaults } from '../execute/faults.ts';
import { toRecord } from '../execute/run-unit.ts';
import type { NodeResult } from '../execute/types.ts';
import { selectNodes } from '../graph/select.ts';
import type { Node } from '../graph/types.ts';
import { loadProject } from './load-project.ts';
import { type OpenRun, withRun } from './open-run.ts';
import { askedOf } from './selection.ts';
import { endOf, selectionState } from './steps.ts';
import type { Command, SelectionArgs } from './types.ts';

/** `runner test`: evaluates the contracts on what is published; builds nothing. */
export const test: Command<SelectionArgs> = async (args, reporter) => {
  const loaded = loadProject(args);
  const asked = askedOf(loaded.graph, args);
  const identity = { command: 'test', arguments: args.argv, threads: args.threads };
  return withRun(loaded, identity, reporter.emit, async (run) => {
    const nodes = selectNodes(run.graph, args, await selectionState(run, asked)).flatMap(
      (id) => run.graph.nodes.get(id) ?? [],
    );
    const tested = nodes.filter(({ contract }) => contract !== undefined);
    run.emit({ type: 'plan', nodes: tested, total: tested.length });
    const results: NodeResult[] = [];
    for (const node of tested) {
      run.emit({ type: 'node_started', node });
      const result = await testNode(run, node);
      await run.store.record(run.db, run.runId, toRecord(result));
      results.push(result);
      run.emit({ type: 'node_finished', result, done: results.length, total: tested.length });
      if (args.failFast && result.status === 'failed') break;
    }
    reporter.summary(results, (Date.now() - run.startedAt.getTime()) / 1000);
    return endOf(results);
  });
};

async function testNode(run: OpenRun, node: Node): Promise<NodeResult> {
  const startedAt = new Date();
  const contract = await run.db.transaction((tx) => evaluate(run, node, tx));
  const faults = contract && blocksPublish(contract) ? contractFaults(node, contract) : [];
  const message = faults.map((fault) => fault.message).join('; ') || null;
  return {
    node,
    status: faults.length > 0 ? 'failed' : 'success',
    rows: null,
    changed: null,
    message,
    faults,
    contract,
    startedAt,
    finishedAt: new Date(),
  };
}

async function evaluate(
  run: OpenRun,
  node: Node,
  tx: Parameters<typeof evaluateContract>[0],
): Promise<ContractResult | null> {
  if (!node.contract) return null;
  return evaluateContract(tx, node.contract, {
    relation: node.relation,
    clock: run.startedAt,
  });
}
