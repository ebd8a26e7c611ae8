import type { ContractResult } from '../contracts/types.ts';
import type { Fault } from '../errors.ts';
import type { LocateInModel } from '../execute/locate-error.ts';
import type { Graph, Node } from '../graph/types.ts';
import type { BatchState } from '../state/types.ts';
import type { LocateInTest, RenderTest, UnitTestResult } from '../unit-tests/types.ts';

/** A state of a project that is to be built beside what is published. */
export interface ScratchRequest {
  /** In the names of its schemas: `base`, `head`. */
  readonly side: string;
  readonly graph: Graph;
  /** Ids of the seeds and models to build. What they read and is not among them is read from `others`. */
  readonly nodes: ReadonlySet<string>;
  /** What was built before and is read where this request does not build it. */
  readonly others?: Scratch;
  /** By `system.table`: the batch that stands for each source. */
  readonly batches: ReadonlyMap<string, BatchState>;
  /** What the SQL is told of the run that it stands for. */
  readonly run: { readonly id: string; readonly label: string; readonly startedAt: Date };
  readonly threads: number;
  readonly renderTest: RenderTest;
  readonly locateInTest: LocateInTest;
  readonly locate: LocateInModel;
  readonly onResult?: (result: ScratchResult, done: number, total: number) => void;
}

/** A project as it was built aside. */
export interface Scratch {
  /** The same nodes; the relation of what was built is the one in the scratch schemas. */
  readonly graph: Graph;
  /** By id, of all nodes that were to be built. */
  readonly results: ReadonlyMap<string, ScratchResult>;
}

/**
 * `built`: its rows are there, whatever its contract says of them. `error`: the server refused it. `upstream_failed`:
 * something it reads is not there.
 */
export interface ScratchResult {
  readonly node: Node;
  readonly status: 'built' | 'error' | 'upstream_failed';
  /** Why it is not there. */
  readonly faults: readonly Fault[];
  readonly rows: number | null;
  /** `null` without contract, or where there is nothing to ask it of. */
  readonly contract: ContractResult | null;
  readonly unitTests: readonly UnitTestResult[];
}
