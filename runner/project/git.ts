import { execFile } from 'node:child_process';

export interface GitAnswer {
  readonly ok: boolean;
  readonly stdout: string;
  readonly stderr: string;
  /** There is no program of that name. */
  readonly missing: boolean;
}

/** Calls git in a folder; what it refuses is an answer too. */
export function git(
  dir: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<GitAnswer> {
  return new Promise((resolve) => {
    // Its words are read where it refuses: they are to be English.
    const options = { cwd: dir, env: { ...process.env, LC_ALL: 'C', ...env }, maxBuffer: 64 << 20 };
    execFile('git', args, options, (error, stdout, stderr) =>
      resolve({
        ok: error === null,
        stdout: stdout.trim(),
        stderr: stderr.trim(),
        missing: error !== null && 'code' in error && error.code === 'ENOENT',
      }),
    );
  });
}
