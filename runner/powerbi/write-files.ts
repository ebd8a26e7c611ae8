import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, posix } from 'node:path';
import { writeWhole } from '../util/write-whole.ts';
import type { Files } from './types.ts';

/** Paths of files that are not as they are to be: absent, other, or in a generated folder where none belongs. */
export function staleFiles(folder: string, files: Files): readonly string[] {
  const stale = [...files].filter(([path, text]) => textOf(join(folder, path)) !== text).map(([path]) => path);
  return [...stale, ...strayFiles(folder, files)].sort();
}

/** Writes what is not as it is to be, and removes what the project no longer makes. */
export function writeFiles(folder: string, files: Files): readonly string[] {
  const stale = staleFiles(folder, files);
  for (const path of stale) {
    const text = files.get(path);
    if (text === undefined) rmSync(join(folder, path));
    else writeWhole(join(folder, path), text);
  }
  return stale;
}

/** TMDL beside the files that are to be there: of a table that has gone, which the tool would still read. */
function strayFiles(folder: string, files: Files): readonly string[] {
  const folders = new Set([...files.keys()].map((path) => posix.dirname(path)));
  return [...folders].flatMap((path) =>
    existsSync(join(folder, path))
      ? readdirSync(join(folder, path))
          .map((file) => posix.join(path, file))
          .filter((file) => file.endsWith('.tmdl') && !files.has(file))
      : [],
  );
}

function textOf(path: string): string | undefined {
  // Git may have checked it out with other line ends.
  return existsSync(path) ? readFileSync(path, 'utf8').replaceAll('\r\n', '\n') : undefined;
}
