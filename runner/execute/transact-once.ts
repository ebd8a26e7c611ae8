import type { Database, Session } from '../adapters/types.ts';
import { ConnectionLost, EXIT, RunnerError } from '../errors.ts';
import type { TargetLock } from '../state/lock.ts';
import type { Store } from '../state/store.ts';
import { again } from '../util/again.ts';

export interface OnceContext {
  readonly db: Database;
  /** A cancel leaves it alone. */
  readonly notes: Database;
  readonly lock: TargetLock;
  readonly store: Store;
  readonly runId: string;
  readonly signal: AbortSignal;
  readonly notice: (message: string) => void;
}

/** A commit was sent, and whether it took place can't be told. */
export class OutcomeUnknown extends RunnerError {
  /** @param cause why, where that is known */
  constructor(what: string, cause?: Error) {
    super(
      {
        code: 'OUTCOME_UNKNOWN',
        message: `${what}: the connection was lost while it was being published, and the server can't tell whether it was`,
        found: cause?.message,
        hint: 'It is published whole or not at all. Run the command again: only what is missing is built.',
      },
      EXIT.failed,
    );
    this.name = 'OutcomeUnknown';
  }
}

/**
 * Publishes by one transaction, under the target's lock. When its connection is lost before the commit nothing of it is
 * there and it is done again, up to twice; when it is lost at the commit, the server is asked how it ended.
 * @param what the names of what it publishes, for messages
 * @throws OutcomeUnknown when the server can't tell; RunnerError `LOCK_LOST` when another run came in between
 */
export async function transactOnce(
  context: OnceContext,
  what: string,
  work: (tx: Session) => Promise<void>,
): Promise<void> {
  let former: ConnectionLost | undefined;
  const attempt = async (): Promise<void> => {
    if (former) {
      await context.db.settle(former);
      await context.lock.regain();
    }
    let transaction = '';
    try {
      await context.db.transaction(async (tx) => {
        await work(tx);
        transaction = await context.lock.requireHeld(tx);
      });
    } catch (error) {
      if (!(error instanceof ConnectionLost) || !error.atCommit) throw error;
      if (await wasPublished(context, what, transaction, error)) return;
      throw error;
    }
  };
  await again(attempt, {
    isPassing: (error) => error instanceof ConnectionLost,
    signal: context.signal,
    onAgain: (error, count) => {
      former = error as ConnectionLost;
      context.notice(`${what}: ${former.message}. Nothing of it was published: it is run again (${count} of 2)`);
    },
  });
}

async function wasPublished(
  { notes, store, runId }: OnceContext,
  what: string,
  transaction: string,
  error: ConnectionLost,
): Promise<boolean> {
  const outcome = await again(
    async () => {
      await notes.settle(error);
      return store.outcomeOf(runId, transaction);
    },
    { isPassing: (failure) => failure instanceof ConnectionLost },
  ).catch((cause: Error) => {
    throw new OutcomeUnknown(what, cause);
  });
  if (outcome === 'unknown') throw new OutcomeUnknown(what);
  return outcome === 'published';
}
