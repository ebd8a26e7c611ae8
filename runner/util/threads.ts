import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { setImmediate } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';

/** What a module of a task exports: made ready once a thread, it turns an item into a text, or into nothing. */
export interface Task<Common, Item> {
  open(common: Common): Promise<(item: Item) => Promise<string | undefined>>;
}

/** So few items are done before another thread has started. */
const FEW = 300;
/** What a thread may hold (MiB): what it is done with is dropped soon. One that needs more ends, and leaves its items. */
const LIMITS = { maxOldGenerationSizeMb: 160, maxYoungGenerationSizeMb: 16 };
/** So many are handed over at a time: a thread is not kept waiting, nor are all of them kept in memory twice. */
const CHUNK = 20;

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
  const keep = ({ start, texts }: Done): void => {
    for (const [index, text] of texts.entries()) results[start + index] = text;
  };
  const others = Array.from({ length: availableParallelism() - 1 }, async () => {
    const options = { workerData: { module: module.href, common }, resourceLimits: LIMITS };
    const thread = new Worker(new URL('./thread.js', import.meta.url), options);
    thread.on('message', (done: Done) => {
      keep(done);
      thread.postMessage(take());
    });
    for (let ahead = 0; ahead < 2; ahead += 1) thread.postMessage(take());
    // What a thread that failed leaves is done by whoever asks for it.
    await once(thread, 'exit').catch(() => undefined);
  });
  const work = await openTask<Common, Item>(module.href, common);
  for (let chunk = take(); chunk.items.length > 0; chunk = take()) {
    keep(await doChunk(work, chunk));
    await setImmediate();
  }
  await Promise.all(others);
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

type Work<Item> = (item: Item) => Promise<string | undefined>;

export async function openTask<Common, Item>(module: string, common: Common): Promise<Work<Item>> {
  return ((await import(module)) as Task<Common, Item>).open(common);
}

/** An item that fails gives nothing: it is done again where its error is told. */
export async function doChunk<Item>(work: Work<Item>, { start, items }: Chunk<Item>): Promise<Done> {
  const texts: (string | undefined)[] = [];
  for (const item of items) texts.push(await work(item).catch(() => undefined));
  return { start, texts };
}
