import { execFile } from 'node:child_process';

/** The commit that is checked out, with `-dirty` when files differ from it; `null` outside git. */
export function gitCommit(dir: string): Promise<string | null> {
  return new Promise((resolve) => {
    const args = ['describe', '--always', '--dirty', '--abbrev=40', '--exclude=*'];
    execFile('git', args, { cwd: dir }, (error, stdout) => resolve(error ? null : stdout.trim()));
  });
}
