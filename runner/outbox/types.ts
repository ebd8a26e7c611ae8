import type { Database } from '../adapters/types.ts';
import type { Fault } from '../errors.ts';
import type { Emit } from '../execute/types.ts';
import type { OutboxConfig } from '../project/message-types.ts';
import type { TargetLock } from '../state/lock.ts';
import type { Relation } from '../util/sql.ts';

/** An outbox of project.yml, with what the graph and the environment say of it. */
export interface Outbox extends OutboxConfig {
  /** The published rows of its model. */
  readonly relation: Relation;
  /** The webhook's address, a secret; `undefined` when it is not set. */
  readonly address: string | undefined;
  /** The last messages are sent once more. */
  readonly isForced: boolean;
}

/** A run that holds the target. */
export interface OutboxContext {
  /** A cancel leaves it alone: what became of a message is noted in any case. */
  readonly notes: Database;
  readonly lock: TargetLock;
  readonly stateSchema: string;
  readonly runId: string;
  /** Ends the work between two messages. */
  readonly signal: AbortSignal;
  readonly emit: Emit;
}

/** What a run does with the rows of a model that its outbox does not know. */
export interface TakingUp {
  readonly takesUp: (outbox: Outbox) => boolean;
  /** The model holds all that a raised flag stood for: with that, it is taken up. */
  readonly settles: (outbox: Outbox) => boolean;
}

/** What a run has done for one outbox, as it is told. */
export interface Delivery {
  readonly outbox: string;
  /** Messages that were not known before. */
  readonly noted: number;
  readonly sent: number;
  /** Of those that had been sent before, sent once more. */
  readonly resent: number;
  readonly waiting: number;
  /** Not sent, for the model has their rows no more, as this run was the first to find; they wait should these come back. */
  readonly withdrawn: number;
  /** Attempts whose fate is not known, those of a run that died included: the channel may show a message twice. */
  readonly uncertain: number;
  /** Why what waits was not even tried. */
  readonly because: string | null;
}

export interface Delivered extends Delivery {
  /** Why the rest could not be sent. */
  readonly fault?: Fault;
}
