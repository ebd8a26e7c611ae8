import { parentPort, workerData } from 'node:worker_threads';
import type { Chunk, Done, Task } from './threads.ts';

// A thread of `inThreads`: it does one chunk after another until there is none.
const { module, common } = workerData as { readonly module: string; readonly common: unknown };
const opened = import(module).then((task: Task<unknown, unknown>) => task.open(common));

let last: Promise<void> = Promise.resolve();
parentPort?.on('message', (chunk: Chunk<unknown>) => {
  last = last.then(() => doChunk(chunk));
});

async function doChunk({ start, items }: Chunk<unknown>): Promise<void> {
  if (items.length === 0) return parentPort?.close();
  const work = await opened;
  const texts: (string | undefined)[] = [];
  // An item that fails gives nothing: it is done again where its error is told.
  for (const item of items) texts.push(await work(item).catch(() => undefined));
  parentPort?.postMessage({ start, texts } satisfies Done);
}
