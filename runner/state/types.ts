/** What the target knows of its nodes before a run: the published fingerprints and the batches in force. */
export interface TargetState {
  /** By node id. */
  readonly nodes: ReadonlyMap<string, NodeState>;
  /** By `system.table`. */
  readonly batches: ReadonlyMap<string, BatchState>;
  /** Relations that exist, as `schema.name`, with their kind (`r` table, `v` view, …). */
  readonly relations: ReadonlyMap<string, string>;
}

export interface NodeState {
  /** The parts that were compared, in the node's own variant. */
  readonly parts: Fingerprint;
  /** The hash of its parts in every variant: what descendants compare. */
  readonly versions: Readonly<Record<string, string>>;
}

/** Hashes by part: `body`, `config`, `contract`, `seed`, `settings`, and `parent:<id>` for each parent. */
export type Fingerprint = Readonly<Record<string, string>>;

export interface BatchState {
  readonly batchId: string;
  /** Hash of all that `source()` reads: the batch, and for an appended source the batches before it. */
  readonly version: string;
  /** Where its rows came from. */
  readonly origin: string;
  readonly originHash: string | null;
  readonly rowCount: number;
}

export interface RunRecord {
  readonly runId: string;
  readonly label: string;
  readonly command: string;
  readonly arguments: string;
  readonly project: string;
  readonly target: string;
  readonly dateReference: string;
  readonly gitCommit: string | null;
  readonly orchestrator: string;
}
