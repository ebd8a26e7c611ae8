import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import { open, readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { LoaderContext } from '../../runner/landing/types.ts';
import { type Encoding, encodingOf, fileChanged, type Input, placeOf, sha256, unreadable } from './input.ts';

/** A CSV that may be read more than once: of a file, no more than a block is in memory. */
export interface CsvInput {
  readonly place: string;
  /** SHA-256 of all bytes, hexadecimal. */
  readonly hash: string;
  readonly encoding: Encoding;
  /** All bytes from the start. @throws the fault `FILE_CHANGED` at their end when they are not those of `hash` */
  blocks(): Iterable<Buffer>;
}

/** Bytes that are given at once, and that are read at once for a first look. */
const BLOCK = 65_536;
const LOOK = 1_048_576;

/** What is in memory already. */
export function csvOfBytes({ place, bytes }: Input): CsvInput {
  return {
    place,
    hash: sha256(bytes),
    encoding: encodingOf(bytes, isUtf8(bytes)),
    *blocks() {
      for (let at = 0; at < bytes.length; at += BLOCK) yield bytes.subarray(at, at + BLOCK);
    },
  };
}

/**
 * The file that a variable of the source names, read once for its hash and encoding, and again for its rows: how large it
 * is does not count for the memory, unless it is a pipe, which gives its bytes once. A block holds until the next one is asked for.
 * @throws the faults of a file that is not there or can't be read
 */
export async function openCsv(context: Pick<LoaderContext, 'projectDir' | 'env'>, variable: string): Promise<CsvInput> {
  const place = placeOf(context, variable);
  const path = resolve(context.projectDir, place);
  const whenUnreadable = (error: unknown): never => {
    throw unreadable(error, place, variable);
  };
  if (!(await stat(path).catch(whenUnreadable)).isFile())
    return csvOfBytes({ place, bytes: await readFile(path).catch(whenUnreadable) });
  const { hash, encoding } = await lookAt(path).catch(whenUnreadable);
  return {
    place,
    hash,
    encoding,
    *blocks() {
      const again = createHash('sha256');
      for (const block of blocksOf(path, (error) => unreadable(error, place, variable))) {
        again.update(block);
        yield block;
      }
      if (again.digest('hex') !== hash) throw fileChanged(place);
    },
  };
}

async function lookAt(path: string): Promise<Pick<CsvInput, 'hash' | 'encoding'>> {
  const hash = createHash('sha256');
  const buffer = Buffer.allocUnsafe(LOOK);
  let start: Buffer | undefined;
  let isText = true;
  // Of a letter that the end of a block cuts in two, its bytes so far.
  let kept = 0;
  const file = await open(path);
  try {
    for (let isEnd = false; !isEnd; ) {
      const { bytesRead } = await file.read(buffer, kept, buffer.length - kept, null);
      isEnd = bytesRead === 0;
      hash.update(buffer.subarray(kept, kept + bytesRead));
      const bytes = buffer.subarray(0, kept + bytesRead);
      start ??= Buffer.from(bytes.subarray(0, 4));
      const whole = isEnd ? bytes.length : endOfLetters(bytes);
      isText &&= isUtf8(bytes.subarray(0, whole));
      kept = bytes.length - whole;
      buffer.copyWithin(0, whole, bytes.length);
    }
  } finally {
    await file.close();
  }
  return { hash: hash.digest('hex'), encoding: encodingOf(start ?? buffer.subarray(0, 0), isText) };
}

/** Where the last letter of UTF-8 begins, if it is one of several bytes; else the end. */
function endOfLetters(bytes: Buffer): number {
  for (let at = bytes.length - 1; at >= bytes.length - 4 && at >= 0; at -= 1) {
    const byte = bytes[at] ?? 0;
    if (byte < 0x80) return at + 1;
    if (byte >= 0xc0) return at;
  }
  return bytes.length;
}

/** Read without a pause between two blocks: to await each would cost as much as its rows. */
function* blocksOf(path: string, faultOf: (error: unknown) => unknown): Generator<Buffer, void, undefined> {
  const attempt = <T>(work: () => T): T => {
    try {
      return work();
    } catch (error) {
      throw faultOf(error);
    }
  };
  const file = attempt(() => openSync(path, 'r'));
  try {
    const buffer = Buffer.allocUnsafe(BLOCK);
    for (;;) {
      const length = attempt(() => readSync(file, buffer, 0, BLOCK, null));
      if (length === 0) return;
      yield buffer.subarray(0, length);
    }
  } finally {
    closeSync(file);
  }
}
