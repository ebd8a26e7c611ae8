import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { LoaderContext } from '../../runner/landing/types.ts';
import { sourceFault, systemCode } from './fault.ts';

/** What a loader reads, all of it in memory: a file that changes or a download that breaks off lands no row. */
export interface Input {
  /** The path as the user wrote it, or the host: the name that messages use. */
  readonly place: string;
  readonly bytes: Buffer;
}

export type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252';

/** The file that a variable of the source names; a relative path starts at the project. */
export async function readInput(context: Pick<LoaderContext, 'projectDir' | 'env'>, variable: string): Promise<Input> {
  const place = placeOf(context, variable);
  const path = resolve(context.projectDir, place);
  try {
    const before = await stat(path);
    const bytes = await readFile(path);
    const after = await stat(path);
    if (before.size === after.size && before.mtimeMs === after.mtimeMs) return { place, bytes };
  } catch (error) {
    throw unreadable(error, place, variable);
  }
  throw fileChanged(place);
}

/** @throws a fault when the variable is empty */
export function placeOf({ env }: Pick<LoaderContext, 'env'>, variable: string): string {
  const place = env(variable)?.trim();
  if (place) return place;
  throw sourceFault(`The variable ${variable} is empty.`, {
    code: 'SOURCE_NOT_CONFIGURED',
    place: variable,
    expected: 'the path of a file',
    found: 'nothing',
    hint: `Set ${variable} in .env.`,
  });
}

export function fileChanged(place: string): Error {
  return sourceFault(`${place} was changed while it was being read.`, {
    code: 'FILE_CHANGED',
    place,
    hint: 'Run again once the file is saved.',
  });
}

/** SHA-256, hexadecimal. */
export function sha256(data: string | Buffer): string {
  return createHash('sha256').update(data).digest('hex');
}

/** What the bytes look like, by their beginning. */
export function kindOf(bytes: Buffer): 'empty' | 'html' | 'zip' | 'ole' | 'text' | 'other' {
  if (bytes.length === 0) return 'empty';
  const start = bytes
    .toString('latin1', 0, 4096)
    .replace(/^(\xef\xbb\xbf|\xff\xfe|\xfe\xff)/, '')
    .replaceAll('\0', '')
    .trimStart();
  if (start.startsWith('PK\x03\x04')) return 'zip';
  if (start.startsWith('\xd0\xcf\x11\xe0')) return 'ole';
  if (/^<(!doctype html|html|head|body|table|meta)/i.test(start)) return 'html';
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters tell a binary file from a text
  return start === '' || /[\x01-\x08\x0e-\x1a]/.test(start) ? 'other' : 'text';
}

/**
 * UTF-16 by its mark (or the zeros of Latin letters), UTF-8 when all of it is valid, else windows-1252, which is what
 * Excel writes as "CSV" in Western Europe.
 * @param start the first four bytes, or more
 * @param isUtf8 whether all of it is valid
 */
export function encodingOf(start: Buffer, isUtf8: boolean): Encoding {
  const [first, second, third, fourth] = start;
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  if (first === 0xfe && second === 0xff) return 'utf-16be';
  if (first !== 0 && second === 0 && fourth === 0) return 'utf-16le';
  if (first === 0 && second !== 0 && third === 0) return 'utf-16be';
  return isUtf8 ? 'utf-8' : 'windows-1252';
}

/** The text in pieces, without byte order mark; what PostgreSQL can't hold (NUL) becomes U+FFFD. */
export function* decode(blocks: Iterable<Buffer>, encoding: Encoding): Generator<string, void, undefined> {
  const decoder = new TextDecoder(encoding);
  for (const block of blocks) yield decoder.decode(block, { stream: true }).replaceAll('\0', '\uFFFD');
  // On its own: without `stream`, Node 20 takes windows-1252 for Latin-1.
  yield decoder.decode();
}

/** The fault of a file that can't be read; another error as it is. */
export function unreadable(error: unknown, place: string, variable: string): unknown {
  const code = systemCode(error);
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return sourceFault(`${place} does not exist.`, {
      code: 'FILE_MISSING',
      place,
      expected: 'an existing file',
      found: 'nothing at this path',
      hint: `Check ${variable}; a relative path starts at the project folder.`,
    });
  }
  if (code === 'EISDIR') {
    return sourceFault(`${place} is a directory.`, {
      code: 'FILE_IS_DIRECTORY',
      place,
      expected: 'a file',
      found: 'a directory',
      hint: `Give the path of the file itself in ${variable}.`,
    });
  }
  if (code === undefined) return error;
  return sourceFault(`${place} can't be read.`, {
    code: 'FILE_UNREADABLE',
    place,
    expected: 'a readable file',
    found: code,
    hint: 'Close the program that has the file open, or check its rights.',
  });
}
