import type { Rendered } from '../compile/types.ts';
import type { Contract } from '../contracts/types.ts';
import type { Materialized, NodeConfig, SeedFile, SelectorConfig, SourceTable, UnitTest } from '../project/types.ts';
import type { Relation } from '../util/sql.ts';
import type { Dag } from './dag.ts';

export type Node = ModelNode | SeedNode | SourceNode;

interface NodeBase {
  /** `model.<project>.<name>`, as in dbt's artifacts. */
  readonly id: string;
  readonly name: string;
  readonly file: string;
  readonly relation: Relation;
  readonly tags: readonly string[];
  readonly contract: Contract | undefined;
}

export interface ModelNode extends NodeBase {
  readonly type: 'model';
  readonly materialized: Materialized;
  readonly config: NodeConfig;
  readonly rendered: Rendered;
  readonly unitTests: readonly UnitTest[];
}

export interface SeedNode extends NodeBase {
  readonly type: 'seed';
  readonly config: NodeConfig;
  readonly seed: SeedFile;
}

export interface SourceNode extends NodeBase {
  readonly type: 'source';
  /** `name` of a source node is `system.table`. */
  readonly source: SourceTable;
}

/** The nodes of a project by id, and their order. */
export interface Graph {
  readonly nodes: ReadonlyMap<string, Node>;
  readonly dag: Dag;
  /** The id of a model or seed name. */
  readonly idOf: (name: string) => string;
  /** The named selections of the project, for `selector:`. */
  readonly selectors: ReadonlyMap<string, SelectorConfig>;
}
