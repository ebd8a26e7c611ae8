import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { RunnerError } from '../errors.ts';

/**
 * Python of the environment that `npm run soda:install` makes in a folder.
 * @param root the folder of the runner's own package
 */
export function sodaPython(root: string): string {
  return process.platform === 'win32'
    ? join(root, '.venv-soda', 'Scripts', 'python.exe')
    : join(root, '.venv-soda', 'bin', 'python');
}

/**
 * Python of the environment, which holds what `soda/requirements.txt` asks for.
 * @throws RunnerError `SODA_ABSENT` or `SODA_STALE` (exit 2)
 */
export function requireSoda(root: string): string {
  const python = sodaPython(root);
  if (!existsSync(python)) {
    throw new RunnerError({
      code: 'SODA_ABSENT',
      message: 'the real Soda is not installed',
      expected: `Python of its environment at ${python}`,
      found: 'no such file',
      hint: 'Install it with npm run soda:install, which needs Python 3.10 or later and PyPI; or leave --engine away.',
    });
  }
  const asked = createHash('sha256')
    .update(readFileSync(join(root, 'soda', 'requirements.txt')))
    .digest('hex');
  if (read(join(root, '.venv-soda', '.soda-stamp')) === asked) return python;
  throw new RunnerError({
    code: 'SODA_STALE',
    message: 'the real Soda is installed in another version than soda/requirements.txt asks for now, or not to its end',
    hint: 'npm run soda:install',
  });
}

function read(file: string): string {
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}
