import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { redactor } from '../util/redact.ts';
import { writeWhole } from '../util/write-whole.ts';

/**
 * What was computed from the project's files, kept from one process to the next in `target/cache/`. A value is found
 * by the content that it was computed from, never by a name or a time, so that the folder may be deleted, copied or
 * shared by two processes at any moment.
 */
export interface Cache {
  /**
   * What `compute` gave for this key, now or in an earlier process.
   * @param key all that the value depends on, as plain JSON; anything else in it keeps the value out of the cache
   * @param holds asked of a value from an earlier process; it is computed again when it no longer holds
   */
  memo<T>(kind: string, key: readonly unknown[], compute: () => Promise<T>, holds?: (value: T) => boolean): Promise<T>;
  /** Keeps what was used since the cache was opened, and drops the rest. A folder that can't be written is no error. */
  save(): void;
}

export const NO_CACHE: Cache = { memo: (_kind, _key, compute) => compute(), save: () => undefined };

const FILE = 'project.json';

/**
 * @param folder `target/cache` of the project
 * @param version of the runner and its libraries: what another one wrote is not read
 */
export function openCache(folder: string, version: string): Cache {
  const former = readEntries(join(folder, FILE), version);
  const used = new Map<string, unknown>();
  let isNew = false;
  return {
    async memo<T>(
      kind: string,
      parts: readonly unknown[],
      compute: () => Promise<T>,
      holds: (value: T) => boolean = () => true,
    ) {
      const key = keyOf(kind, parts);
      if (key === undefined) return compute();
      const kept = (used.get(key) ?? former.get(key)) as T | undefined;
      if (kept !== undefined && holds(kept)) {
        used.set(key, kept);
        return kept;
      }
      const value = await compute();
      if (isExact(value)) {
        used.set(key, value);
        isNew = true;
      }
      return value;
    },
    save() {
      if (!isNew) return;
      isNew = false;
      writeEntries(folder, version, used);
    },
  };
}

/** A part of many keys, made short once: a hash of it, or `undefined`, which keeps values out of the cache. */
export function digest(part: unknown): string | undefined {
  return keyOf('part', [part]);
}

/** `undefined` when the parts hold something that JSON would not tell from another thing. */
function keyOf(kind: string, parts: readonly unknown[]): string | undefined {
  return isPlain(parts) ? hash('sha256', JSON.stringify([kind, ...parts]), 'base64url') : undefined;
}

function isPlain(value: unknown): boolean {
  if (typeof value === 'number') return Number.isFinite(value) && !Object.is(value, -0);
  if (typeof value !== 'object' || value === null) return ['string', 'boolean', 'object'].includes(typeof value);
  // Unlike every(), from() gives the holes of an array, too.
  if (Array.isArray(value)) return Array.from(value).every(isPlain);
  return Object.getPrototypeOf(value) === Object.prototype && Object.values(value).every(isPlain);
}

/** A value that would come back from JSON as anything else than it is, is not kept. */
function isExact(value: unknown): boolean {
  const text = JSON.stringify(value) as string | undefined;
  return text !== undefined && isDeepStrictEqual(JSON.parse(text), value);
}

interface Content {
  readonly version: string;
  readonly entries: Readonly<Record<string, unknown>>;
}

/** None when there is no file, or one that is damaged or of another version. */
function readEntries(file: string, version: string): ReadonlyMap<string, unknown> {
  try {
    const bytes = readFileSync(file);
    const end = bytes.indexOf('\n');
    const body = bytes.subarray(end + 1);
    if (bytes.toString('latin1', 0, end) !== checksum(body)) return new Map();
    const content = JSON.parse(body.toString('latin1')) as Content;
    return content.version === version ? new Map(Object.entries(content.entries)) : new Map();
  } catch {
    return new Map();
  }
}

function writeEntries(folder: string, version: string, entries: ReadonlyMap<string, unknown>): void {
  const body = ascii(JSON.stringify({ version, entries: Object.fromEntries(entries) } satisfies Content));
  // Someone has written a secret into the project.
  if (redactor.redact(body) !== body) return;
  try {
    writeWhole(join(folder, FILE), `${checksum(body)}\n${body}`);
  } catch {
    // The next run computes it again.
  }
}

/** JSON with all other letters escaped: it is read in half the time. */
function ascii(json: string): string {
  return json.replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function checksum(body: string | Buffer): string {
  return hash('sha256', body);
}
