/** The units of a run take turns to hold exclusive locks: one that waits for another of its own run does so however long. */
export interface Turns {
  /** Once `take` has resolved within `work`, nobody else gets a turn until `work` has ended. */
  during<T>(work: (take: () => Promise<void>) => Promise<T>): Promise<T>;
}

export function createTurns(): Turns {
  let last: Promise<unknown> = Promise.resolve();
  return {
    async during(work) {
      let end = (): void => undefined;
      let turn: Promise<unknown> | undefined;
      const take = async (): Promise<void> => {
        if (!turn) {
          turn = last;
          const ended = new Promise<void>((resolve) => {
            end = resolve;
          });
          // Who does not wait for its turn to the end leaves it to the next no earlier.
          last = Promise.all([turn, ended]);
        }
        await turn;
      };
      return work(take).finally(() => end());
    },
  };
}
