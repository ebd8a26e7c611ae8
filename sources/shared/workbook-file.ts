import { crc32 } from 'node:zlib';
import { type Entry, fromBufferPromise, type ZipFile } from 'yauzl';
import { isFault } from './fault.ts';
import { type Input, kindOf } from './input.ts';
import {
  damaged,
  MAX_PARTS,
  MAX_UNPACKED_BYTES,
  otherKind,
  otherZip,
  TWICE,
  tooLarge,
  withMacros,
} from './workbook-file-faults.ts';

export interface WorkbookFile {
  /** Names of parts may be in any case, as in Excel. */
  readonly has: (name: string) => boolean;
  /** The unpacked bytes of a part, checked against size and CRC-32 on the way. */
  readonly read: (name: string) => AsyncGenerator<Buffer, void, undefined>;
}

/**
 * Opens the archive by the directory at its end, so that the parts come in the order asked and damage is noticed.
 * @throws a fault that says what the file looks like when it is something else, how it is damaged, or why it is refused
 */
export async function openWorkbookFile({ place, bytes }: Input): Promise<WorkbookFile> {
  if (kindOf(bytes) !== 'zip') throw otherKind(place, bytes);
  // Undecoded: names in a workbook are UTF-8, whether or not the archive says so.
  const zip = await fromBufferPromise(bytes, { decodeStrings: false }).catch((error: unknown) => {
    throw damaged(error, place);
  });
  const parts = await listParts(zip, place);
  const read: WorkbookFile['read'] = (name) => unpacked(zip, parts.get(key(name)), place);
  const names = [...parts.keys()];
  const other = otherZip(place, names);
  if (other !== undefined) throw other;
  if (await hasMacros(names, read)) throw withMacros(place);
  return { has: (name) => parts.has(key(name)), read };
}

async function listParts(zip: ZipFile, place: string): Promise<ReadonlyMap<string, Entry>> {
  const parts = new Map<string, Entry>();
  let size = 0;
  try {
    if (zip.entryCount > MAX_PARTS) throw tooLarge(place, `${zip.entryCount} parts`);
    for await (const entry of zip.eachEntry()) {
      const name = key(entry.fileNameRaw.toString());
      if (parts.has(name)) throw new Error(TWICE);
      parts.set(name, entry);
      // A part that unpacks to more than it says here is damaged: see `unpacked`.
      size += entry.uncompressedSize;
    }
  } catch (error) {
    throw isFault(error) ? error : damaged(error, place);
  }
  if (size > MAX_UNPACKED_BYTES) throw tooLarge(place, `${Math.ceil(size / 1024 / 1024)} MB unpacked`);
  return parts;
}

/** By the parts or by the type that the file gives itself: `.xlsm` renamed to `.xlsx` is still one. */
async function hasMacros(names: readonly string[], read: WorkbookFile['read']): Promise<boolean> {
  if (names.some((name) => /(^|\/)(vbaproject\.bin$|macrosheets\/)/.test(name))) return true;
  const types = '[content_types].xml';
  if (!names.includes(types)) return false;
  let text = '';
  for await (const chunk of read(types)) text += chunk.toString('latin1');
  return /macroEnabled|vbaProject/i.test(text);
}

function key(name: string): string {
  return name.replaceAll('\\', '/').toLowerCase();
}

/** Inflates no further than the directory says the part goes: yauzl ends with an error there. */
async function* unpacked(
  zip: ZipFile,
  entry: Entry | undefined,
  place: string,
): AsyncGenerator<Buffer, void, undefined> {
  try {
    if (entry === undefined) throw new Error('no such entry');
    let crc = 0;
    for await (const chunk of (await zip.openReadStreamPromise(entry)) as AsyncIterable<Buffer>) {
      crc = crc32(chunk, crc);
      yield chunk;
    }
    // yauzl checks the size, but not this.
    if (crc !== entry.crc32) throw new Error('another CRC-32');
  } catch (error) {
    throw damaged(error, place);
  }
}
