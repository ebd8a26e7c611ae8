import type { Session } from '../../adapters/types.ts';
import type { Relation } from '../../util/sql.ts';

/** A model of the project that builds a relation in the way of a swap. */
export interface ProjectModel {
  readonly name: string;
  readonly file: string;
  /** It reads what is swapped, however far. */
  readonly isReader: boolean;
  /** The same run builds it. */
  readonly isPlanned: boolean;
  /** It, or what it reads, did not succeed in this run: it will not be built, and its new SQL may not be published. */
  readonly isStopped: boolean;
  /** Of a view that is planned, and that nothing has stopped. */
  readonly view: PlannedView | undefined;
}

/** A view that the same run rebuilds later. */
export interface PlannedView {
  readonly sql: string;
  /** Asks its contract of the view where it stands for now. @throws when it forbids to publish */
  readonly audit: (session: Session, aside: Relation) => Promise<void>;
}

/** `undefined` for what is made by hand. */
export type ModelAt = (relation: Relation) => ProjectModel | undefined;
