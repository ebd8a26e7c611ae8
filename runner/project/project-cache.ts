import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Cache, NO_CACHE, openCache } from './cache.ts';

/** Whatever turns a project's files into values: a new release may turn them into others. */
const LIBRARIES = ['csv-parse', 'libpg-query', 'nunjucks', 'yaml'];

/** The cache of a project folder. `RUNNER_CACHE=0` in the environment does without, to compare with. */
export function projectCache(dir: string): Cache {
  const version = process.env.RUNNER_CACHE === '0' ? undefined : cacheVersion();
  return version === undefined ? NO_CACHE : openCache(join(dir, 'target', 'cache'), version);
}

/**
 * Names the runner that is running, its compiled code and its libraries.
 * @returns `undefined` when it can't be told, as where the runner is not compiled: then nothing may be kept
 */
function cacheVersion(): string | undefined {
  const read = (path: string): Buffer => readFileSync(new URL(path, import.meta.url));
  try {
    const hash = createHash('sha256').update(`${process.version} ${process.versions.tz} ${process.versions.icu}`);
    // Both: the stamp is absent while a compilation goes on or has failed, the notes tell what was compiled.
    for (const file of ['.setup-stamp', '.tsbuildinfo']) hash.update(read(`../../${file}`));
    for (const name of LIBRARIES) hash.update(read(`../../../node_modules/${name}/package.json`));
    return hash.digest('base64url');
  } catch {
    return undefined;
  }
}
