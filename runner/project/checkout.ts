import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { RunnerError } from '../errors.ts';

/** The files of a project as they were in a commit. */
export interface Checkout {
  /** Of the commit, 40 hex digits. */
  readonly commit: string;
  /** Folder of the files: `target/base/<commit>`. */
  readonly dir: string;
}

/**
 * Puts the files of a commit beside the working tree, whose files and index stay as they are. What is there already is
 * used: a commit has the same files always.
 * @param dir the project folder, anywhere in a clone
 * @param ref what git takes for a commit
 * @throws RunnerError `GIT_MISSING` without git or a clone, `GIT_REF_UNKNOWN`, `GIT_FAILED`
 */
export async function checkout(dir: string, ref: string): Promise<Checkout> {
  const places = await git(dir, ['rev-parse', '--show-toplevel', '--show-prefix']).catch((error: unknown) => {
    throw new RunnerError({
      code: 'GIT_MISSING',
      message: 'the files of a commit are asked of git, which does not answer',
      expected: 'git, and a project folder in a clone',
      found: firstLine(error),
      hint: 'As in an image, where there is no clone: run the command in one.',
    });
  });
  const [top = dir, prefix = ''] = places.split('\n');
  const commit = await git(dir, ['rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`]).catch(
    () => {
      throw new RunnerError({
        code: 'GIT_REF_UNKNOWN',
        message: `this clone has no commit ${ref}`,
        found: ref,
        hint: 'A shallow clone lacks the older ones: git fetch --unshallow. One that was never pushed is where it was made.',
      });
    },
  );
  const base = resolve(dir, 'target', 'base');
  const at = join(base, commit);
  if (!existsSync(at)) await write(top, `${commit}:${prefix}`, base, at);
  return { commit, dir: at };
}

/** Written aside and given its name whole: another process may do the same. @param top where the paths of a tree count from */
async function write(top: string, tree: string, base: string, at: string): Promise<void> {
  mkdirSync(base, { recursive: true });
  const aside = mkdtempSync(join(base, '.aside-'));
  // Of our own, so that what the user has staged is not touched.
  const env = { ...process.env, GIT_INDEX_FILE: join(aside, '.git-index') };
  try {
    await git(top, ['read-tree', tree], env);
    await git(top, ['checkout-index', '--all', `--prefix=${join(aside, 'files')}/`], env);
    renameSync(join(aside, 'files'), at);
  } catch (error) {
    if (existsSync(at)) return;
    throw new RunnerError({
      code: 'GIT_FAILED',
      message: `the files of a commit could not be written to ${at}`,
      found: firstLine(error),
      hint: 'See whether the project stands in that commit, and whether the disk is full.',
    });
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
}

function git(dir: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile('git', [...args], { cwd: dir, env }, (error, stdout, stderr) => {
      if (error) reject(new Error(stderr.trim() || error.message));
      else resolve(stdout.trim());
    });
  });
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
}
