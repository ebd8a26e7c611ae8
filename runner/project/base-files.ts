import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, utimesSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { RunnerError } from '../errors.ts';
import { type Commits, commitOf, placeOf } from './base-commit.ts';
import { type GitAnswer, git } from './git.ts';

/** Folders of former bases that are kept, the last ones used. */
const KEPT = 5;

/**
 * The project's files as a commit has them, in a folder below `target/base/` that is whole or not there. Nothing of git is written:
 * no work tree, no branch, and not the index of the user.
 * @returns the folder
 * @throws RunnerError `BASE_UNREADABLE` where the commit has no such folder
 */
export async function baseFiles(
  projectDir: string,
  { top, prefix, base }: Pick<Commits, 'top' | 'prefix' | 'base'>,
): Promise<string> {
  const tree = await git(top, ['rev-parse', '--verify', '--quiet', `${base.commit}:${prefix}`]);
  if (!tree.ok) throw unreadable(`${base.commit.slice(0, 10)} has no folder ${prefix}`, tree);
  const kept = join(projectDir, 'target', 'base');
  const folder = join(kept, tree.stdout);
  if (await isAsCommitted(folder, tree.stdout)) utimesSync(folder, new Date(), new Date());
  else {
    rmSync(folder, { recursive: true, force: true });
    await checkOut(top, tree.stdout, kept, folder);
  }
  removeOldest(kept);
  return folder;
}

/**
 * The same of a commit by its name, related to HEAD or not.
 * @throws RunnerError `COMMIT_UNKNOWN`, and as {@link placeOf} and {@link baseFiles} do
 */
export async function commitFiles(projectDir: string, name: string): Promise<string> {
  const place = await placeOf(projectDir);
  const commit = await commitOf(projectDir, name);
  if (commit !== undefined) return baseFiles(resolve(projectDir), { ...place, base: { name, commit } });
  throw new RunnerError({
    code: 'COMMIT_UNKNOWN',
    message: `this clone has no commit ${name}`,
    found: name,
    hint: 'A shallow clone lacks the older ones: git fetch --unshallow. One that was never pushed is where it was made.',
  });
}

/** An edit in a folder that is kept must not pass for the base. What runs of the base write is below its `target/`. */
async function isAsCommitted(folder: string, tree: string): Promise<boolean> {
  if (!existsSync(folder)) return false;
  const index = `${folder}.${randomBytes(6).toString('hex')}.index`;
  const ask = (...args: readonly string[]): Promise<GitAnswer> =>
    git(folder, ['--work-tree=.', ...args], { GIT_INDEX_FILE: index });
  try {
    await ask('read-tree', tree);
    const isSame = (await ask('update-index', '--refresh')).ok;
    return isSame && (await ask('ls-files', '--others', '--exclude=/target/')).stdout === '';
  } finally {
    for (const path of [index, `${index}.lock`]) rmSync(path, { force: true });
  }
}

async function checkOut(top: string, tree: string, kept: string, folder: string): Promise<void> {
  const draft = `${folder}.${randomBytes(6).toString('hex')}`;
  const index = `${draft}.index`;
  mkdirSync(kept, { recursive: true });
  try {
    for (const args of [
      ['read-tree', tree],
      ['checkout-index', '--all', `--prefix=${draft}/`],
    ]) {
      const done = await git(top, args, { GIT_INDEX_FILE: index });
      if (!done.ok) throw unreadable(`${tree.slice(0, 10)} can not be written to ${kept}`, done);
    }
    mkdirSync(draft, { recursive: true });
    try {
      renameSync(draft, folder);
    } catch (error) {
      // Another one was faster.
      if (!existsSync(folder)) throw error;
    }
  } finally {
    for (const path of [index, `${index}.lock`, draft]) rmSync(path, { recursive: true, force: true });
  }
}

/** Drafts that a killed process has left go with them. */
function removeOldest(kept: string): void {
  const byTime = readdirSync(kept)
    .map((name) => join(kept, name))
    .map((path) => ({ path, time: statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0 }))
    .toSorted((a, b) => b.time - a.time);
  for (const { path } of byTime.slice(KEPT)) rmSync(path, { recursive: true, force: true });
}

function unreadable(message: string, { stderr }: GitAnswer): RunnerError {
  return new RunnerError({
    code: 'BASE_UNREADABLE',
    message: `the base of the change can not be read: ${message}`,
    found: stderr.split('\n')[0] || undefined,
    hint: 'Name another commit: --base REF.',
  });
}
