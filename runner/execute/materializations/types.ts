import type { Session } from '../../adapters/types.ts';
import type { ModelNode } from '../../graph/types.ts';
import type { Relation } from '../../util/sql.ts';
import type { ExclusiveStep } from '../publish/exclusive.ts';
import type { ModelAt } from '../publish/project-models.ts';

/**
 * How a model's SQL becomes its relation, in the transaction that also audits and commits it: until then nobody else
 * sees anything of it. `build` makes what the contract is asked of, `publish` puts it in its place.
 */
export type Materialization = (
  session: Session,
  node: ModelNode,
  sql: string,
  options: MaterializeOptions,
) => Promise<Built>;

export interface MaterializeOptions {
  /** An incremental model goes into the table that is there; false the first time and for a full refresh. */
  readonly incremental: boolean;
  readonly modelAt: ModelAt;
}

/** What is built and not yet published. */
export interface Built {
  /** What the contract is asked of: the relation built aside; of an incremental model that fits its table, that table. */
  readonly audited: Relation;
  /** Takes no lock that a reader would wait for; called once the contract is fulfilled. */
  publish(): Promise<Publication>;
}

export interface Publication {
  readonly written: Written;
  /** What is left to be done under an exclusive lock, at the end of the transaction. */
  readonly steps: readonly ExclusiveStep[];
}

export interface Written {
  /** Rows that the SQL gave; `null` for a view, which holds none. */
  readonly rows: number | null;
  /** Rows of the published table that were added, removed or changed for it. */
  readonly changed: number | null;
  /** The published rows and columns, of a view its definition, are what they were before. */
  readonly identical: boolean;
}
