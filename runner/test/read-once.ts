import { execFile } from 'node:child_process';
import type { TestProject } from 'vitest/node';

/** Reads the project once before all tests, for the cache that sampleProject() copies. Faults in it are the tests' to tell. */
export default function setup({ config }: TestProject): Promise<void> {
  return new Promise((resolve) => {
    const env = { PATH: process.env.PATH ?? '' };
    execFile(process.execPath, ['bin/runner.mjs', 'ls'], { cwd: config.root, env }, () => resolve());
  });
}
