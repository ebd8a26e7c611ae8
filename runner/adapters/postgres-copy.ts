import type { Readable, Writable } from 'node:stream';
import type pg from 'pg';
import { unlessAborted } from '../util/again.ts';

/** Bytes collected before they are sent: small rows would else cost a message each. */
const BLOCK = 64 * 1024;

/**
 * Streams `data` into `copy … from stdin`, no faster than the server takes it, and returns the number of rows.
 * When the source fails the COPY is aborted and the source's error thrown; when the server refuses, the source is
 * closed and the server's error thrown. Either way the connection is ready for the next statement.
 * A signal that comes is as a failure of the source: a server that waits for rows hears no request to cancel.
 */
export async function copyInto(
  client: pg.PoolClient,
  sql: string,
  data: Readable | AsyncIterable<string | Buffer>,
  signal?: AbortSignal,
): Promise<number> {
  const { from } = await import('pg-copy-streams');
  const stream = client.query(from(sql));
  const answer = watch(stream);
  const source = data[Symbol.asyncIterator]();
  try {
    await unlessAborted(Promise.race([send(source, stream, answer.failed), answer.done]), signal);
  } catch (error) {
    if (answer.failed() || signal?.aborted) closeSource(data, source);
    if (!answer.failed()) {
      // The source's own message may hold its data: the server, which may log it, is told nothing of it.
      stream.destroy(new Error('the source of the data failed'));
      await answer.done;
    }
    throw error;
  }
  stream.end();
  await answer.done;
  return stream.rowCount;
}

interface Answer {
  /** Resolves when the server has answered for the whole COPY; rejects as soon as it, or the connection, fails it. */
  readonly done: Promise<void>;
  readonly failed: () => boolean;
}

function watch(stream: Writable): Answer {
  let failed = false;
  const done = new Promise<void>((resolve, reject) => {
    stream.on('error', (error) => {
      // After our own abort the server's error is the answer that was asked for.
      if (stream.destroyed) return resolve();
      failed = true;
      reject(error);
    });
    stream.once('finish', resolve);
    stream.once('close', resolve);
  });
  done.catch(() => undefined);
  return { done, failed: () => failed };
}

async function send(source: AsyncIterator<string | Buffer>, stream: Writable, failed: () => boolean): Promise<void> {
  let block: Buffer[] = [];
  let size = 0;
  const flush = async (): Promise<void> => {
    const bytes = Buffer.concat(block, size);
    block = [];
    size = 0;
    await write(stream, bytes);
  };
  for (let next = await source.next(); next.done !== true; next = await source.next()) {
    if (failed()) return;
    const bytes = typeof next.value === 'string' ? Buffer.from(next.value) : next.value;
    block.push(bytes);
    size += bytes.length;
    if (size >= BLOCK) await flush();
  }
  if (size > 0 && !failed()) await flush();
}

/**
 * Waits for each write: pg-copy-streams would fail on what it still holds in its buffer after an error of the server.
 */
function write(stream: Writable, bytes: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(bytes, (error) => (error ? reject(error) : resolve()));
  });
}

function closeSource(data: Readable | AsyncIterable<string | Buffer>, source: AsyncIterator<string | Buffer>): void {
  if ('destroy' in data) data.destroy();
  // Not awaited: a generator that waits for its own origin would hold the error back.
  else void source.return?.()?.catch(() => undefined);
}
