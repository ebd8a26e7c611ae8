import { createHash, hash } from 'node:crypto';
import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { redactor } from '../util/redact.ts';
import { writeWhole } from '../util/write-whole.ts';
import { type Form, isPlain, WHOLE } from './cache-form.ts';

/**
 * What was computed from the project's files, kept from one process to the next in `target/cache/`. A value is found
 * by the content that it was computed from, never by a name or a time, so that the folder may be deleted, copied or
 * shared by processes, of different versions too, at any moment.
 */
export interface Cache {
  /** Nothing is kept from an earlier process: all is going to be computed. */
  readonly isEmpty: boolean;
  /**
   * What `compute` gave for this key, now or in an earlier process.
   * @param key all that the value depends on, as plain JSON; anything else in it keeps the value out of the cache. Of an
   * array that is given again, the content is looked at once
   */
  memo<T>(kind: string, key: Key, compute: () => Promise<T>, options?: MemoOptions<T>): Promise<T>;
  /** Whether nothing is kept for this key, though something could be. */
  lacks(kind: string, key: Key): boolean;
  /** Takes a value for this key that was computed elsewhere, as its form wrote it. */
  put(kind: string, key: Key, text: string): void;
  /** Keeps what was computed since the cache was opened. A folder that can't be written is no error. */
  save(): void;
}

export type Key = readonly unknown[];

export interface MemoOptions<T> {
  /** Asked of a value from an earlier process; it is computed again when it no longer holds. By default it holds. */
  readonly holds?: (value: T) => boolean;
  /** How it is kept; as JSON by default. */
  readonly form?: Form<T>;
}

export const NO_CACHE: Cache = {
  isEmpty: true,
  memo: (_kind, _key, compute) => compute(),
  lacks: () => false,
  put: () => undefined,
  save: () => undefined,
};

const FILE = 'project.cache';

/** A file may hold so many times what the last process used of it, and so many bytes beside, before it is written anew. */
const MOST = { times: 2, bytes: 1 << 20 };

/**
 * @param folder `target/cache` of the project
 * @param version of the runner and its libraries: what another one wrote is not read
 */
export function openCache(folder: string, version: string): Cache {
  const path = join(folder, FILE);
  const former = readEntries(path, version);
  const used = new Map<string, string>();
  const added = new Set<string>();
  const digests = new WeakMap<Key, string | undefined>();
  const nameOf = (kind: string, key: Key): string | undefined => {
    if (!digests.has(key)) digests.set(key, digestOf(key));
    const digest = digests.get(key);
    return digest === undefined ? undefined : `${kind}\t${digest}`;
  };
  const keep = (name: string, text: string): void => {
    // Someone may have written a secret into the project.
    if (redactor.redact(text) !== text) return;
    used.set(name, text);
    added.add(name);
  };
  return {
    isEmpty: former.entries.size === 0,
    async memo<T>(kind: string, key: Key, compute: () => Promise<T>, options: MemoOptions<T> = {}) {
      const { holds = () => true, form = WHOLE as Form<T> } = options;
      const name = nameOf(kind, key);
      if (name === undefined) return compute();
      const text = used.get(name) ?? former.entries.get(name);
      if (text !== undefined) {
        const kept = form.read(text);
        if (holds(kept)) {
          used.set(name, text);
          return kept;
        }
      }
      const value = await compute();
      const written = form.write(value);
      if (written !== undefined) keep(name, written);
      return value;
    },
    lacks(kind, key) {
      const name = nameOf(kind, key);
      return name !== undefined && !used.has(name) && !former.entries.has(name);
    },
    put(kind, key, text) {
      const name = nameOf(kind, key);
      if (name !== undefined) keep(name, text);
    },
    save() {
      if (added.size === 0) return;
      const block = blockOf(version, added, used);
      added.clear();
      const sum = [...used.values()].reduce((size, text) => size + text.length, 0);
      try {
        if (former.size > 0 && former.size + block.length < MOST.times * sum + MOST.bytes) appendFileSync(path, block);
        else writeWhole(path, blockOf(version, used.keys(), used));
      } catch {
        // The next run computes it again.
      }
    },
  };
}

/** A part of many keys, made short once: a hash of it, or `undefined`, which keeps values out of the cache. */
export function digestOf(part: unknown): string | undefined {
  return isPlain(part) ? hash('sha256', JSON.stringify(part), 'base64url') : undefined;
}

/**
 * What is written at once: a line with its checksum and length, then a line of each entry. The version is in each checksum,
 * since a process of another version may have put its file into this place meanwhile.
 */
function blockOf(version: string, names: Iterable<string>, texts: ReadonlyMap<string, string>): string {
  const body = Array.from(names, (name) => `${name}\t${texts.get(name)}\n`).join('');
  return `${checksumOf(version, body)} ${body.length}\n${body}`;
}

function checksumOf(version: string, body: string | Buffer): string {
  return createHash('sha256').update(`${version}\n`).update(body).digest('hex');
}

interface Former {
  /** Characters of the file; 0 of one that is to be written anew. */
  readonly size: number;
  readonly entries: ReadonlyMap<string, string>;
}

/** Nothing of a file of which a block is damaged, or of another version. Of two entries with one name the later one counts. */
function readEntries(path: string, version: string): Former {
  const entries = new Map<string, string>();
  const bytes = readBytes(path);
  const text = bytes.toString('latin1');
  for (let at = 0; at < text.length; ) {
    const start = text.indexOf('\n', at) + 1;
    const [checksum, length] = text.slice(at, start).split(' ');
    const end = start + Number(length);
    if (!(end <= text.length) || checksumOf(version, bytes.subarray(start, end)) !== checksum)
      return { size: 0, entries: new Map() };
    for (let line = start; line < end; ) {
      const next = text.indexOf('\n', line) + 1;
      const kindEnd = text.indexOf('\t', line);
      const nameEnd = text.indexOf('\t', kindEnd + 1);
      entries.set(text.slice(line, nameEnd), text.slice(nameEnd + 1, next - 1));
      line = next;
    }
    at = end;
  }
  return { size: text.length, entries };
}

function readBytes(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch {
    return Buffer.alloc(0);
  }
}
