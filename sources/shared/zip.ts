import { createReadStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { pipeline } from 'node:stream';
import { crc32, createInflateRaw } from 'node:zlib';

/** The archive is cut short, or its bytes are not those that were packed. */
export type ZipProblem = 'truncated' | 'corrupt' | 'unsupported';

export interface ZipArchive {
  /** Names of the entries, as they stand in the directory, with `/` between folders. */
  readonly names: readonly string[];
  /** The unpacked bytes of an entry (name in any case), checked against its size and CRC-32 on the way. */
  readonly read: (name: string) => AsyncGenerator<Buffer, void, undefined>;
  readonly has: (name: string) => boolean;
}

interface Entry {
  readonly name: string;
  readonly method: number;
  readonly crc: number;
  readonly packedSize: number;
  readonly size: number;
  readonly offset: number;
}

/**
 * Reads a zip by its directory at the end, so that the entries come in the order asked and a damaged one is noticed.
 * (The reader inside exceljs takes entries as they come, checks no CRC, and waits for ever on a damaged one.)
 * @throws an Error whose `zip` field is the {@link ZipProblem}
 */
export async function openZip(path: string): Promise<ZipArchive> {
  const entries = new Map((await readDirectory(path)).map((entry) => [entry.name.toLowerCase(), entry]));
  return {
    names: [...entries.values()].map((entry) => entry.name),
    has: (name) => entries.has(name.toLowerCase()),
    read: (name) => {
      const entry = entries.get(name.toLowerCase());
      if (entry === undefined) throw zipError('corrupt');
      return readEntry(path, entry);
    },
  };
}

export function zipProblem(error: unknown): ZipProblem | undefined {
  return error instanceof Error && 'zip' in error ? (error.zip as ZipProblem) : undefined;
}

async function readDirectory(path: string): Promise<Entry[]> {
  const handle = await open(path, 'r');
  try {
    const { size } = await handle.stat();
    // The end record is 22 bytes and a comment of at most 65,535.
    const tail = await readAt(handle, Math.max(0, size - 65_557), Math.min(size, 65_557));
    const at = tail.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
    if (at < 0 || at + 22 > tail.length) throw zipError('truncated');
    const length = tail.readUInt32LE(at + 12);
    const offset = tail.readUInt32LE(at + 16);
    if (offset === 0xffffffff || length === 0xffffffff) throw zipError('unsupported');
    if (offset + length > size) throw zipError('truncated');
    return parseDirectory(await readAt(handle, offset, length));
  } finally {
    await handle.close();
  }
}

function parseDirectory(directory: Buffer): Entry[] {
  const entries: Entry[] = [];
  for (let at = 0; at + 46 <= directory.length; ) {
    if (directory.readUInt32LE(at) !== 0x02014b50) throw zipError('corrupt');
    const nameLength = directory.readUInt16LE(at + 28);
    const encrypted = (directory.readUInt16LE(at + 8) & 1) === 1;
    const entry = {
      name: directory.toString('utf8', at + 46, at + 46 + nameLength).replaceAll('\\', '/'),
      method: directory.readUInt16LE(at + 10),
      crc: directory.readUInt32LE(at + 16),
      packedSize: directory.readUInt32LE(at + 20),
      size: directory.readUInt32LE(at + 24),
      offset: directory.readUInt32LE(at + 42),
    };
    const isZip64 = [entry.packedSize, entry.size, entry.offset].includes(0xffffffff);
    if (encrypted || isZip64 || (entry.method !== 0 && entry.method !== 8)) throw zipError('unsupported');
    entries.push(entry);
    at += 46 + nameLength + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
  }
  return entries;
}

async function* readEntry(path: string, entry: Entry): AsyncGenerator<Buffer, void, undefined> {
  let size = 0;
  let crc = 0;
  try {
    for await (const chunk of entry.packedSize === 0 ? [] : await unpacked(path, entry)) {
      const bytes = chunk as Buffer;
      size += bytes.length;
      if (size > entry.size) throw zipError('corrupt');
      crc = crc32(bytes, crc);
      yield bytes;
    }
  } catch (error) {
    // zlib's own codes: Z_DATA_ERROR, Z_BUF_ERROR.
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    throw code.startsWith('Z_') ? zipError('corrupt') : error;
  }
  if (size !== entry.size || crc !== entry.crc) throw zipError('corrupt');
}

async function unpacked(path: string, entry: Entry): Promise<AsyncIterable<unknown>> {
  const handle = await open(path, 'r');
  const header = await readAt(handle, entry.offset, 30).finally(() => handle.close());
  if (header.readUInt32LE(0) !== 0x04034b50) throw zipError('corrupt');
  // The local header has its own extra field, whose length may differ from the directory's.
  const start = entry.offset + 30 + header.readUInt16LE(26) + header.readUInt16LE(28);
  const packed = createReadStream(path, { start, end: start + entry.packedSize - 1 });
  // The callback is there for the signature: an error also ends the iteration of the last stream.
  return entry.method === 0 ? packed : pipeline(packed, createInflateRaw(), () => undefined);
}

async function readAt(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  const { bytesRead } = await handle.read(buffer, 0, length, position);
  if (bytesRead < length) throw zipError('truncated');
  return buffer;
}

function zipError(zip: ZipProblem): Error {
  return Object.assign(new Error(`zip: ${zip}`), { zip });
}
