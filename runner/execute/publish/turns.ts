/** Does `work` once it is the unit's turn, which the unit keeps from then on, unless `work` throws: then it is the next one's. */
export type InTurn = <T>(work: () => Promise<T>) => Promise<T>;

export interface Turn {
  readonly inTurn: InTurn;
  /** Leaves it to the next, whoever it is: the locks that it was for are gone. */
  giveBack(): void;
}

/**
 * The units of a run take turns to hold exclusive locks: one that waits for another of its own run does so however long.
 * Who has tried in vain lets the others try, in the order in which they asked: one of them may be in its way.
 */
export interface Turns {
  /** A turn that was kept ends when `work` does. */
  during<T>(work: (turn: Turn) => Promise<T>): Promise<T>;
}

export function createTurns(): Turns {
  let last: Promise<void> = Promise.resolve();
  return {
    during(work) {
      let end: (() => void) | undefined;
      const giveBack = (): void => {
        end?.();
        end = undefined;
      };
      const inTurn: InTurn = async (attempt) => {
        // Locks that it holds already keep the others from theirs: they would try for nothing.
        if (end) return attempt();
        const former = last;
        let release = (): void => undefined;
        last = new Promise((resolve) => {
          release = resolve;
        });
        await former;
        end = release;
        return attempt().catch((error: unknown) => {
          giveBack();
          throw error;
        });
      };
      return work({ inTurn, giveBack }).finally(giveBack);
    },
  };
}
