/** The middle one; of an even number the mean of both. */
export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return sorted.length % 2 === 1 ? sorted[Math.floor(middle)] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/**
 * Runs each of several pieces of work `rounds` times in turn, after one round that counts for none: what else the machine
 * does is in all of them. One that takes longer than `once` seconds is run that one time only, and this one counts.
 * @param works name → an async function that returns `{seconds, peak?}`; one that throws is left out from then on
 * @returns name → `{seconds, low, high, peak, runs}` (medians), or `{error, over}`: why it threw, and the seconds after which it was stopped, if it was
 */
export async function inTurn(works, { rounds, once = Number.POSITIVE_INFINITY, say = () => undefined }) {
  const runs = new Map(Object.keys(works).map((name) => [name, []]));
  const errors = new Map();
  const slow = new Map();
  for (let round = 0; round <= rounds; round += 1) {
    for (const [name, work] of Object.entries(works)) {
      if (errors.has(name) || slow.has(name)) continue;
      say(`${name}, ${round === 0 ? 'warm-up' : `${round} of ${rounds}`}`);
      try {
        const run = await work(round);
        if (round === 0 && run.seconds > once) slow.set(name, [run]);
        else if (round > 0) runs.get(name).push(run);
      } catch (error) {
        errors.set(name, { error: error.message, over: error.limit });
      }
    }
  }
  return new Map(
    Object.keys(works).map((name) => {
      if (errors.has(name)) return [name, errors.get(name)];
      const kept = slow.get(name) ?? runs.get(name);
      const seconds = kept.map((run) => run.seconds);
      const peak = Math.max(...kept.map((run) => run.peak ?? 0));
      const [low, high] = [Math.min(...seconds), Math.max(...seconds)];
      return [name, { seconds: median(seconds), low, high, peak, runs: kept.length }];
    }),
  );
}
