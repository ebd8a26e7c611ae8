import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';

/** What a module of a task exports: made ready once a thread, it turns an item into a text, or into nothing. */
export interface Task<Common, Item> {
  open(common: Common): Promise<(item: Item) => Promise<string | undefined>>;
}

/** So few items are done before threads have started. */
const FEW = 300;
/** A thread has the libraries for itself: more would take memory, and a container may have fewer processors than are seen. */
const MOST = 4;
/** So many are handed over at a time: no thread is kept waiting, and the last ones end together. */
const CHUNK = 20;
/** What a thread may hold (MiB): what it is done with is dropped soon. One that needs more ends, and leaves its items. */
const LIMITS = { maxOldGenerationSizeMb: 128, maxYoungGenerationSizeMb: 16 };

/**
 * Does a task for many items on all processors; for few of them it does nothing.
 * @param module of the task, compiled: threads know no TypeScript
 * @param common plain values, as the items are
 * @returns the text of each item; `undefined` where the task gave none, threw, or was not done
 */
export async function inThreads<Common, Item>(
  module: URL,
  common: Common,
  items: readonly Item[],
): Promise<readonly (string | undefined)[]> {
  if (items.length < FEW) return [];
  const results: (string | undefined)[] = [];
  let next = 0;
  const take = (): Chunk<Item> => {
    const start = next;
    next += CHUNK;
    return { start, items: items.slice(start, next) };
  };
  const threads = Array.from({ length: Math.min(availableParallelism(), MOST) }, async () => {
    const options = { workerData: { module: module.href, common }, resourceLimits: LIMITS };
    const thread = new Worker(new URL('./thread.js', import.meta.url), options);
    thread.on('message', ({ start, texts }: Done) => {
      for (const [index, text] of texts.entries()) results[start + index] = text;
      thread.postMessage(take());
    });
    // One is done while the next one is handed over.
    for (let ahead = 0; ahead < 2; ahead += 1) thread.postMessage(take());
    // What a thread that failed leaves is done by whoever asks for it.
    await once(thread, 'exit').catch(() => undefined);
  });
  await Promise.all(threads);
  return results;
}

export interface Chunk<Item> {
  readonly start: number;
  /** None: there is nothing more to do. */
  readonly items: readonly Item[];
}

export interface Done {
  readonly start: number;
  readonly texts: readonly (string | undefined)[];
}
