import { execFile } from 'node:child_process';

/**
 * The commit that is checked out, with `-dirty` when files differ from it. Outside git, as in an image, it is what
 * `GIT_COMMIT` says of the files; `null` when nothing does.
 */
export function gitCommit(dir: string): Promise<string | null> {
  return new Promise((resolve) => {
    const args = ['describe', '--always', '--dirty', '--abbrev=40', '--exclude=*'];
    execFile('git', args, { cwd: dir }, (error, stdout) =>
      resolve(error ? process.env.GIT_COMMIT || null : stdout.trim()),
    );
  });
}
