import type { ContractResult } from '../contracts/types.ts';
import type { Fault } from '../errors.ts';
import type { Node } from '../graph/types.ts';
import type { Delivery } from '../outbox/types.ts';
import type { UnitTestResult } from '../unit-tests/types.ts';

/**
 * How a node ended. `unchanged`: selected as changed, but what it reads turned out to be what it was built from.
 * `upstream_failed`: something it depends on did not succeed. `skipped`: the run ended, or its transaction was undone,
 * for another node's reason. `cancelled`: it was under way when the command was told to end.
 */
export type Status = 'success' | 'unchanged' | 'error' | 'failed' | 'upstream_failed' | 'skipped' | 'cancelled';

export interface NodeResult {
  readonly node: Node;
  readonly status: Status;
  /** Rows that the node's SQL, file or loader gave; `null` where none are (a view). */
  readonly rows: number | null;
  /** Rows of the published relation that were added, removed or changed. */
  readonly changed: number | null;
  /** The published rows and columns, of a view its definition, are what they were before. */
  readonly identical?: boolean;
  readonly message: string | null;
  readonly faults: readonly Fault[];
  readonly contract: ContractResult | null;
  /** What the contract found that keeps nothing from being published. */
  readonly warnings?: readonly Fault[];
  /** Of a model that has some and was tested. */
  readonly unitTests?: readonly UnitTestResult[] | undefined;
  readonly startedAt: Date;
  readonly finishedAt: Date;
}

/** What happens in a run, in order; reporters listen. */
export type RunEvent =
  | {
      readonly type: 'run_started';
      readonly command: string;
      readonly runId: string;
      readonly asOf: string;
      readonly target: string;
    }
  | {
      readonly type: 'plan';
      readonly nodes: readonly Node[];
      readonly total: number;
      /** Nodes built at once; 1 unless told. */
      readonly threads?: number;
      /** What is done with them; they are built unless told. */
      readonly purpose?: 'build' | 'test';
    }
  /** What planned nodes took in former runs, in seconds by id. */
  | { readonly type: 'estimates'; readonly seconds: ReadonlyMap<string, number> }
  | { readonly type: 'node_started'; readonly node: Node }
  | { readonly type: 'node_finished'; readonly result: NodeResult; readonly done: number; readonly total: number }
  | {
      readonly type: 'source_landed';
      readonly source: string;
      readonly rows: number | null;
      readonly origin: string | null;
      readonly seconds: number;
    }
  | { readonly type: 'flags'; readonly flags: readonly Flag[] }
  | ({ readonly type: 'case' } & RunCase)
  /** For an orchestrator that called the command: figures by name. */
  | { readonly type: 'outputs'; readonly values: Readonly<Record<string, OutputValue>> }
  | { readonly type: 'notice'; readonly message: string }
  /** Of a `source` that could not be read: their words are its loader's. */
  | { readonly type: 'faults'; readonly faults: readonly Fault[]; readonly source?: string }
  /** Runs that were still noted as running when this one took the target. */
  | { readonly type: 'runs_died'; readonly runs: readonly { readonly runId: string; readonly command: string }[] }
  /** Before each message: how many of the outbox are done, and the least that the rest takes. */
  | {
      readonly type: 'messages';
      readonly outbox: string;
      readonly done: number;
      readonly total: number;
      readonly seconds: number;
    }
  | ({ readonly type: 'outbox_finished' } & Delivery)
  | {
      readonly type: 'run_finished';
      readonly runId: string;
      readonly status: string;
      readonly exitCode: number;
      /** Nodes by how they ended. */
      readonly counts: Readonly<Partial<Record<Status, number>>>;
      readonly seconds: number;
    }
  /** Milliseconds by stage of the command. */
  | { readonly type: 'timings'; readonly milliseconds: Readonly<Record<string, number>> };

/** A letter that says why a run has work. */
export interface Flag {
  readonly name: string;
  readonly raised: boolean;
  readonly description: string;
}

/** Which of the ways that project.yml numbers a run goes. */
export interface RunCase {
  readonly number: number;
  /** The raised flags, those beside the case too, with what they mean. */
  readonly why: string;
  readonly raised: readonly string[];
}

/** A `numeric` is its text: no digit is lost. */
export type OutputValue = string | number | boolean | null;

export type Emit = (event: RunEvent) => void;

export function hasFailed(status: Status): boolean {
  return status !== 'success' && status !== 'unchanged';
}
