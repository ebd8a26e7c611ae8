import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { assertUnchanged, type InputFile } from './file.ts';

/** Bytes that can be read again from the start, in a file or in memory. */
export interface ByteSource {
  /** The path or the host: the name that messages use. */
  readonly place: string;
  readonly open: () => AsyncIterable<Uint8Array>;
  /** @throws when the bytes are no longer those that were there at first. */
  readonly verify: () => Promise<void>;
}

export type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252';

export interface ByteScan {
  /** SHA-256, hexadecimal. */
  readonly hash: string;
  readonly size: number;
  readonly head: Buffer;
  readonly encoding: Encoding;
}

const HEAD_BYTES = 4096;

export function fileBytes(file: InputFile): ByteSource {
  return { place: file.place, open: () => createReadStream(file.path), verify: () => assertUnchanged(file) };
}

export function memoryBytes(place: string, chunks: readonly Uint8Array[]): ByteSource {
  return {
    place,
    open: async function* () {
      yield* chunks;
    },
    verify: async () => undefined,
  };
}

/**
 * One pass that hashes the bytes and finds their encoding: UTF-16 by its mark (or the zeros of Latin letters), UTF-8
 * when all of it is valid, else windows-1252, which is what Excel writes as "CSV" in Western Europe.
 */
export async function scanBytes(source: ByteSource): Promise<ByteScan> {
  const hash = createHash('sha256');
  const utf8 = new TextDecoder('utf-8', { fatal: true });
  let isUtf8 = true;
  let head: Buffer = Buffer.alloc(0);
  let size = 0;
  const tryUtf8 = (chunk?: Uint8Array): void => {
    try {
      if (isUtf8) utf8.decode(chunk, { stream: chunk !== undefined });
    } catch {
      isUtf8 = false;
    }
  };
  for await (const chunk of source.open()) {
    hash.update(chunk);
    size += chunk.length;
    if (head.length < HEAD_BYTES) head = Buffer.concat([head, chunk]).subarray(0, HEAD_BYTES);
    tryUtf8(chunk);
  }
  tryUtf8();
  return { hash: hash.digest('hex'), size, head, encoding: encodingOf(head, isUtf8) };
}

/** The bytes as text, without byte order mark; what PostgreSQL can't hold (NUL) becomes U+FFFD. */
export async function* decodeBytes(source: ByteSource, encoding: Encoding): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder(encoding);
  for await (const chunk of source.open()) yield decoder.decode(chunk, { stream: true }).replaceAll('\0', '\uFFFD');
  yield decoder.decode().replaceAll('\0', '\uFFFD');
}

function encodingOf(head: Buffer, isUtf8: boolean): Encoding {
  const [first, second] = head;
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  if (first === 0xfe && second === 0xff) return 'utf-16be';
  if (first !== 0 && second === 0 && head[3] === 0) return 'utf-16le';
  if (first === 0 && second !== 0 && head[2] === 0) return 'utf-16be';
  return isUtf8 ? 'utf-8' : 'windows-1252';
}
