import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { LoaderContext } from '../../runner/landing/types.ts';
import { sourceFault, systemCode } from './fault.ts';

export interface InputFile {
  /** The path as the user wrote it: the name that messages use. */
  readonly place: string;
  readonly path: string;
  readonly size: number;
  readonly modifiedMs: number;
}

/** The file that a variable of the source names, known to exist and to be readable; relative paths start at the project. */
export async function inputFile(
  context: Pick<LoaderContext, 'projectDir' | 'env'>,
  variable: string,
): Promise<InputFile> {
  const place = context.env(variable)?.trim();
  if (!place) {
    throw sourceFault(`The variable ${variable} is empty.`, {
      code: 'SOURCE_NOT_CONFIGURED',
      place: variable,
      expected: 'the path of a file',
      found: 'nothing',
      hint: `Set ${variable} in .env.`,
    });
  }
  const path = resolve(context.projectDir, place);
  try {
    const stats = await stat(path);
    if (stats.isDirectory()) throw directoryFault(place, variable);
    await (await open(path, 'r')).close();
    return { place, path, size: stats.size, modifiedMs: stats.mtimeMs };
  } catch (error) {
    throw unreadable(error, place, variable);
  }
}

export async function fileExists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/** SHA-256 of the bytes, hexadecimal. */
export async function hashFile(file: InputFile): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file.path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

/** @throws when the file was written to since it was opened: its rows would be a mixture. */
export async function assertUnchanged(file: InputFile): Promise<void> {
  const stats = await stat(file.path);
  if (stats.size === file.size && stats.mtimeMs === file.modifiedMs) return;
  throw sourceFault(`${file.place} was changed while it was being read.`, {
    code: 'FILE_CHANGED',
    place: file.place,
    hint: 'Run again once the file is saved.',
  });
}

function directoryFault(place: string, variable: string): Error {
  return sourceFault(`${place} is a directory.`, {
    code: 'FILE_IS_DIRECTORY',
    place,
    expected: 'a file',
    found: 'a directory',
    hint: `Give the path of the file itself in ${variable}.`,
  });
}

function unreadable(error: unknown, place: string, variable: string): unknown {
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
  if (code === undefined || !/^E[A-Z]+$/.test(code)) return error;
  return sourceFault(`${place} can't be read.`, {
    code: 'FILE_UNREADABLE',
    place,
    expected: 'a readable file',
    found: code,
    hint: 'Close the program that has the file open, or check its rights.',
  });
}
