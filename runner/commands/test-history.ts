import type { TextResult } from '../adapters/types.ts';
import { EXIT } from '../errors.ts';
import { selectNodes } from '../graph/select.ts';
import type { Node } from '../graph/types.ts';
import type { CheckHistory } from '../state/check-history.ts';
import { answerOf } from './answer.ts';
import { loadProject } from './load-project.ts';
import { withTarget } from './open-target.ts';
import { askedOf, selectionState } from './selection.ts';
import type { TestArgs } from './test.ts';
import type { Command } from './types.ts';

/** The checks of one contract over the last runs. */
export interface NodeHistory {
  readonly node: Node;
  /** In the order of the contract, then those that it has no more. */
  readonly checks: readonly PlacedHistory[];
  /** Names of checks that no run has recorded. */
  readonly unrecorded: readonly string[];
}

export interface PlacedHistory extends CheckHistory {
  /** Of the check in the contract, from 1; `null` when it is there no more. */
  readonly line: number | null;
}

const LAST = 10;

/** `runner test --history`: what the runs have recorded of each check; evaluates nothing, takes no lock, leaves no record. */
export const testHistory: Command<TestArgs> = async (args, reporter) => {
  const loaded = await loadProject(args);
  const asked = askedOf(loaded.graph, args);
  return withTarget(loaded, args, reporter, async (target) => {
    const state = await selectionState({ ...loaded, ...target, runId: '' }, asked);
    const nodes = selectNodes(loaded.graph, args, state).flatMap((id) => loaded.graph.nodes.get(id) ?? []);
    const ids = nodes.map(({ id }) => id);
    const recorded = await target.store.checkHistory(ids, args.last ?? LAST);
    const histories = nodes.map((node) => historyOf(node, recorded)).filter(({ checks }) => checks.length > 0);
    if (histories.length === 0) reporter.line(`No history yet: ${reasonOf(nodes)}`);
    await reporter.history(histories, rowsOf(histories));
    return EXIT.done;
  });
};

function historyOf(node: Node, recorded: readonly CheckHistory[]): NodeHistory {
  const own = recorded.filter(({ nodeId }) => nodeId === node.id);
  const checks = node.contract?.checks ?? [];
  const placed = checks.flatMap(({ path, line }) => {
    const history = own.find((one) => one.path === path);
    return history ? [{ ...history, line }] : [];
  });
  const gone = own.filter(({ path }) => !checks.some((check) => check.path === path));
  return {
    node,
    checks: [...placed, ...gone.map((history) => ({ ...history, line: null }))],
    unrecorded: checks.filter(({ path }) => !own.some((one) => one.path === path)).map(({ name }) => name),
  };
}

function reasonOf(nodes: readonly Node[]): string {
  return nodes.some(({ contract }) => contract)
    ? 'no run has recorded a check of what is selected. runner build and runner test do.'
    : 'nothing that is selected has a contract.';
}

/** One row for each check. */
function rowsOf(histories: readonly NodeHistory[]): TextResult {
  const columns = ['node', 'relation', 'file', 'line', 'check', 'name', 'type', 'threshold', 'points'];
  return answerOf(
    columns,
    histories.flatMap(({ node, checks }) =>
      checks.map(({ path, name, type, line, points }) => [
        node.name,
        `${node.relation.schema}.${node.relation.name}`,
        node.contract?.file ?? null,
        JSON.stringify(line),
        path,
        name,
        type,
        points.at(-1)?.threshold ?? null,
        JSON.stringify(points.map(toJson)),
      ]),
    ),
    ['line', 'points'],
  );
}

function toJson(point: CheckHistory['points'][number]): Readonly<Record<string, unknown>> {
  const { runId, startedAt, threshold: _threshold, ...rest } = point;
  return { run_id: runId, started_at: startedAt, ...rest };
}
