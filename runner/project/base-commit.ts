import { type Fault, RunnerError } from '../errors.ts';
import { didYouMean } from '../util/suggest.ts';
import { type GitAnswer, git } from './git.ts';

/** What a project folder is compared with, and what is there now. */
export interface Commits {
  /** Top folder of the working tree. */
  readonly top: string;
  /** The project's folder below it, with a `/` at its end; empty at the top. */
  readonly prefix: string;
  readonly base: { readonly name: string; readonly commit: string };
  readonly head: { readonly name: string; readonly commit: string; readonly dirty: boolean };
}

/** Names of the branch that others start from, in the order they are looked for. */
const DEFAULT_BRANCHES = ['origin/HEAD', 'main', 'origin/main', 'master', 'origin/master'];

/**
 * The commit that a change started from: the last one that HEAD and a ref have in common.
 * @param ref default: the default branch; where HEAD is that branch, the base is HEAD itself
 * @throws RunnerError `GIT_MISSING`, `GIT_NO_REPOSITORY`, `BASE_UNKNOWN`, `BASE_NOT_FETCHED`, `BASE_UNRELATED`
 */
export async function findCommits(dir: string, ref?: string): Promise<Commits> {
  const { top, prefix } = await placeOf(dir);
  const head = (await commitOf(dir, 'HEAD')) ?? '';
  if (head === '') {
    throw new RunnerError({ ...UNKNOWN, message: 'nothing is committed yet: there is no base', hint: 'Commit first.' });
  }
  const name = ref ?? (await defaultBranch(dir));
  const found = name === undefined ? undefined : await commitOf(dir, name);
  if (name === undefined || found === undefined) throw new RunnerError(await unknownBase(dir, name));
  const common = await git(dir, ['merge-base', found, head]);
  if (!common.ok) throw new RunnerError(await nothingInCommon(dir, name));
  const status = await git(dir, ['status', '--porcelain', '--', '.']);
  const branch = await git(dir, ['symbolic-ref', '--short', '--quiet', 'HEAD']);
  return {
    top,
    prefix,
    base: { name, commit: common.stdout },
    head: { name: branch.stdout || 'HEAD', commit: head, dirty: status.stdout !== '' },
  };
}

const UNKNOWN = { code: 'BASE_UNKNOWN', expected: 'a commit to compare with' };

/** Where a folder stands in its repository. @throws RunnerError `GIT_MISSING`, `GIT_NO_REPOSITORY` */
export async function placeOf(dir: string): Promise<Pick<Commits, 'top' | 'prefix'>> {
  const place = await git(dir, ['rev-parse', '--show-toplevel', '--show-prefix']);
  if (!place.ok) throw new RunnerError(noRepository(place));
  const [top = dir, prefix = ''] = place.stdout.split('\n');
  return { top, prefix };
}

export async function commitOf(dir: string, ref: string): Promise<string | undefined> {
  // What begins with a dash would be taken for an option.
  const found = ref.startsWith('-')
    ? undefined
    : await git(dir, ['rev-parse', '--verify', '--quiet', `${ref}^{commit}`]);
  return found?.ok ? found.stdout : undefined;
}

async function defaultBranch(dir: string): Promise<string | undefined> {
  for (const name of DEFAULT_BRANCHES) if (await commitOf(dir, name)) return name;
  return undefined;
}

function noRepository({ missing, stderr }: GitAnswer): Fault {
  if (missing) {
    return {
      code: 'GIT_MISSING',
      message: 'git is not there: the base of the change can not be read',
      hint: 'Install git.',
    };
  }
  return {
    code: 'GIT_NO_REPOSITORY',
    message: 'the project folder is in no git repository that can be read',
    found: stderr.split('\n')[0],
    hint: 'Run it in a clone of the project, or name one by --project-dir.',
  };
}

async function unknownBase(dir: string, name: string | undefined): Promise<Fault> {
  const refs = await git(dir, ['for-each-ref', '--format=%(refname:short)', 'refs/heads', 'refs/remotes', 'refs/tags']);
  const known = refs.stdout.split('\n').filter(Boolean);
  const isShallow = await shallow(dir);
  if (name === undefined) {
    const hint = `Name one: --base REF. There are: ${known.slice(0, 5).join(', ') || 'none'}.`;
    return { ...UNKNOWN, message: `there is none of the branches ${DEFAULT_BRANCHES.join(', ')}`, hint };
  }
  const hint = isShallow
    ? FETCH_ALL
    : (didYouMean(name, known) ?? `There are: ${known.slice(0, 5).join(', ') || 'none'}.`);
  return { ...UNKNOWN, message: `--base ${name} names no commit`, found: name, hint };
}

async function nothingInCommon(dir: string, name: string): Promise<Fault> {
  if (await shallow(dir)) {
    return {
      code: 'BASE_NOT_FETCHED',
      message: `what HEAD and ${name} have in common was not fetched: the clone is shallow`,
      hint: FETCH_ALL,
    };
  }
  const message = `HEAD and ${name} have no commit in common`;
  return { code: 'BASE_UNRELATED', message, hint: 'Name another commit: --base REF.' };
}

const FETCH_ALL = 'git fetch --unshallow origin; with actions/checkout: fetch-depth: 0.';

async function shallow(dir: string): Promise<boolean> {
  return (await git(dir, ['rev-parse', '--is-shallow-repository'])).stdout === 'true';
}
