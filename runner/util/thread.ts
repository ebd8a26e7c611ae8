import { parentPort, workerData } from 'node:worker_threads';
import { type Chunk, doChunk, openTask } from './threads.ts';

// A thread of `inThreads`: it does one chunk after another until there is none.
const { module, common } = workerData as { readonly module: string; readonly common: unknown };
const work = openTask<unknown, unknown>(module, common);
parentPort?.on('message', async (chunk: Chunk<unknown>) => {
  if (chunk.items.length === 0) parentPort?.close();
  else parentPort?.postMessage(await doChunk(await work, chunk));
});
