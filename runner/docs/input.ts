import type { Graph } from '../graph/types.ts';
import type { Lineage } from '../lineage/types.ts';
import type { Project } from '../project/types.ts';
import type { CheckHistory } from '../state/check-history.ts';
import type { RunHistory } from '../state/run-history.ts';
import type { FiguresRead } from './figure-types.ts';

/** All that a site is made of. */
export interface SiteInput {
  readonly project: Project;
  readonly graph: Graph;
  /** The day that the SQL was compiled for. */
  readonly day: string;
  readonly lineage: Lineage;
  /** The SQL of each model as it is sent, by id; of an incremental model the two it has. */
  readonly sql: ReadonlyMap<string, CompiledSql>;
  readonly target: TargetRead | undefined;
  /** Why there is no target; empty when there is. */
  readonly missing: string;
}

export interface CompiledSql {
  readonly full: string;
  /** Where it is another. */
  readonly incremental: string | null;
}

export interface TargetRead {
  readonly history: RunHistory;
  readonly checks: readonly CheckHistory[];
  readonly figures: FiguresRead;
  /** Why a node would be built now, in the words of `runner explain`, by id; of the others nothing. */
  readonly due: ReadonlyMap<string, string>;
}
