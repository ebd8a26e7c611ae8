import type { LocateInModel } from '../execute/locate-error.ts';
import type { Emit, NodeResult } from '../execute/types.ts';
import type { Graph } from '../graph/types.ts';
import type { BatchState } from '../state/types.ts';
import type { LocateInTest, RenderTest } from '../unit-tests/types.ts';

/** A state of a project that is to be built beside what is published. */
export interface ScratchRequest {
  /** In the names of its schemas: `base`, `head`. */
  readonly side: string;
  readonly graph: Graph;
  /** Ids of the seeds and models to build; what they read is among them or in `others`. See {@link withAllRead}. */
  readonly nodes: ReadonlySet<string>;
  /** Those of them whose unit tests are run and whose contract is asked. */
  readonly audited: ReadonlySet<string>;
  /** What was built before, and is read where this request does not build it. */
  readonly others?: Scratch;
  /** By `system.table`: the batch that stands for each source. */
  readonly batches: ReadonlyMap<string, BatchState>;
  /** The run that it stands for, as the SQL of models and freshness see it. */
  readonly run: { readonly id: string; readonly label: string; readonly startedAt: Date };
  readonly threads: number;
  readonly signal: AbortSignal;
  readonly renderTest: RenderTest;
  readonly locateInTest: LocateInTest;
  readonly locate: LocateInModel;
  /** Told `node_started` and `node_finished`. */
  readonly emit: Emit;
}

/** A project as it was built aside. */
export interface Scratch {
  /** The same nodes; of one that was built, `relation` is its table in the scratch schemas. */
  readonly graph: Graph;
  /**
   * By id, of all nodes that were to be built. `success`: its rows are there, whatever its contract and its unit tests say,
   * which are in the result if it was audited.
   */
  readonly results: ReadonlyMap<string, NodeResult>;
}
