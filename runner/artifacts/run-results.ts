import type { NodeResult, Status } from '../execute/types.ts';
import { inlinedIn } from '../graph/inlined.ts';
import type { Graph, ModelNode } from '../graph/types.ts';
import type { Project } from '../project/types.ts';
import { withoutValues } from '../util/mask-values.ts';
import { relationName } from './manifest.ts';

type Json = Readonly<Record<string, unknown>>;

/** dbt's word for how a node ended; `runner_status` of the adapter's response has the runner's own. */
const STATUSES: Readonly<Record<Status, 'success' | 'error' | 'fail' | 'skipped'>> = {
  success: 'success',
  unchanged: 'success',
  error: 'error',
  failed: 'fail',
  upstream_failed: 'skipped',
  skipped: 'skipped',
  cancelled: 'skipped',
};

/** What ran for a node. */
export interface Ran {
  /** The SQL of a model. */
  readonly sql: string | undefined;
  /** From 1. */
  readonly thread: number;
}

/** One entry of dbt's run results (version 6). */
export function resultOf(project: Project, graph: Graph, result: NodeResult, { sql, thread }: Ran): Json {
  const { node, status, contract, unitTests, rows, changed, startedAt, finishedAt } = result;
  const started = startedAt.toISOString();
  const outcomes = (contract?.checks ?? []).map(({ outcome }) => outcome);
  const count = (...wanted: readonly string[]): number => outcomes.filter((outcome) => wanted.includes(outcome)).length;
  const broken = count('FAILED', 'NOT_EVALUATED');
  const passed = (unitTests ?? []).filter(({ outcome }) => outcome === 'PASSED').length;
  const unpassed = (unitTests ?? []).length - passed;
  const code = node.type === 'model' && sql !== undefined && !readsEnvironment(graph, node) ? sql : null;
  return {
    unique_id: node.id,
    status: STATUSES[status],
    timing: WAS_RUN.includes(status)
      ? [
          { name: 'compile', started_at: started, completed_at: started },
          { name: 'execute', started_at: started, completed_at: finishedAt.toISOString() },
        ]
      : [],
    thread_id: `Thread-${thread} (worker)`,
    execution_time: (finishedAt.getTime() - startedAt.getTime()) / 1000,
    adapter_response: {
      _message: status.toUpperCase(),
      runner_status: status,
      rows_affected: changed ?? 0,
      ...(rows === null ? {} : { rows }),
      ...(contract ? { checks_passed: count('PASSED'), checks_warned: count('WARN'), checks_failed: broken } : {}),
      ...(unitTests?.length ? { unit_tests_passed: passed, unit_tests_failed: unpassed } : {}),
    },
    message: messageOf(result),
    failures: contract || unitTests?.length ? broken + unpassed : null,
    compiled: code !== null,
    compiled_code: code,
    relation_name: relationName(project, node),
    batch_results: null,
  };
}

const WAS_RUN: readonly string[] = ['success', 'error', 'failed', 'cancelled'];

/** The rendered SQL holds what `env()` gave: that of a model which asks it, itself, by a macro or through an ephemeral model, is left out. */
function readsEnvironment(graph: Graph, node: ModelNode): boolean {
  return [node, ...inlinedIn(graph, node.id)].some(({ rendered }) => Object.keys(rendered.reads.env).length > 0);
}

/**
 * Codes and places, and the server's words without the value that they quote, but not those of a loader: an artifact
 * goes to other tools, and a row's value may be a person's.
 */
function messageOf({ node, faults, message }: NodeResult): string | null {
  if (faults.length === 0) return message;
  return faults
    .map((fault) => {
      const { code, file, line } = fault;
      const place = [file, line].filter((part) => part !== undefined).join(':');
      const words = node.type === 'source' ? '' : `: ${withoutValues(fault)}`;
      return `${code}${place && ` ${place}`}${words}`;
    })
    .join('\n');
}
