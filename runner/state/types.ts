import type { Reads } from '../compile/types.ts';
import type { Relation } from '../util/sql.ts';

/** What the target knows of its nodes before a run: the published fingerprints and the batches in force. */
export interface TargetState {
  /** By node id. */
  readonly nodes: ReadonlyMap<string, NodeState>;
  /** By `system.table`. */
  readonly batches: ReadonlyMap<string, BatchState>;
  /** Relations that exist, as `schema.name`, with their kind (`r` table, `v` view, …). */
  readonly relations: ReadonlyMap<string, string>;
  /** Ids of models that a flag wants to hold rows, and that are there without any. */
  readonly empty: ReadonlySet<string>;
  /** Relations that the runner built and that are still there. */
  readonly built: readonly BuiltRelation[];
  /** By name, of the roles that the project declares: those that the server has. */
  readonly roles: PresentRoles;
  /** Throw-away schemas are there, in use or left by a process that was killed. */
  readonly hasScratch: boolean;
}

export type PresentRoles = ReadonlyMap<string, PresentRole>;

export interface PresentRole {
  readonly memberOf: readonly string[];
  /** Schemas of the project that it may use. */
  readonly usage: readonly string[];
}

/** What is kept of a node that was published. */
export interface NodeState {
  /** The parts that were compared, in the node's own variant. */
  readonly parts: Fingerprint;
  /** The hash of its parts in every variant; `null` in a state that was written before these were kept apart from versions. */
  readonly hashes: ByVariant | null;
  /** What descendants compare, in every variant: it stays when a node is rebuilt and its content is the same. */
  readonly versions: ByVariant;
}

export type ByVariant = Readonly<Record<string, string>>;

/**
 * Hashes by part: `body`, `config`, `contract`, `seed`, `settings`, and `parent:<id>` for each parent. These decide; what
 * explains them is in {@link Details}.
 */
export type Fingerprint = Readonly<Record<string, string>>;

/** What the parts of a fingerprint were made of, kept to say later what changed. No secret can be in it. */
export interface Details {
  /** The rendered body in the node's own variant, and the incremental one where it differs. */
  readonly sql?: string;
  readonly incrementalSql?: string;
  /** The rendered bodies of the ephemeral models that stand in it, by name. */
  readonly inlined?: Readonly<Record<string, string>>;
  readonly config?: unknown;
  readonly contract?: unknown;
  readonly settings?: unknown;
  readonly reads?: Reads;
  readonly 'unit tests'?: unknown;
  readonly hooks?: unknown;
  readonly seed?: SeedDetails;
}

export interface SeedDetails {
  readonly header: readonly string[];
  readonly count: number;
  /** Personal values are `***`; `null` when all would be more than 64 KB. */
  readonly rows: readonly (readonly (string | null)[])[] | null;
}

export interface BatchState {
  readonly batchId: string;
  /** Hash of all that `source()` reads: the batch, and for an appended source the batches before it. */
  readonly version: string;
  /** Where its rows came from. */
  readonly origin: string;
  readonly originHash: string | null;
  readonly rowCount: number;
}

/** A relation that the runner made for a node. */
export interface BuiltRelation {
  readonly nodeId: string;
  readonly relation: Relation;
  /** Rows that no rebuild gives back: an incremental model with `full_refresh: false`. */
  readonly isProtected: boolean;
}

/** A relation that the runner built and that no node of the project builds any more. */
export interface Orphan extends BuiltRelation {
  /** Its node is gone from the project, or builds another relation now. */
  readonly because: 'removed' | 'moved';
}

/** What is written when a node is published. */
export interface Publication {
  readonly nodeId: string;
  readonly state: NodeState;
  readonly details: Details;
  /** None for a source, which is landed. */
  readonly built?: Omit<BuiltRelation, 'nodeId'> & {
    /** All that it holds, where known. */ readonly rows: number | null;
  };
}

export interface RunRecord {
  readonly runId: string;
  readonly label: string;
  /** Of an orchestrator, whose commands go on with one run; a command by hand is one of its own. */
  readonly execution: string;
  readonly command: string;
  readonly arguments: string;
  readonly project: string;
  readonly target: string;
  readonly dateReference: string;
  readonly gitCommit: string | null;
  readonly orchestrator: string;
}
