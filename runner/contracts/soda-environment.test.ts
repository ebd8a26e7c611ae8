import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { RunnerError } from '../errors.ts';
import { requireSoda, sodaPython } from './soda-environment.ts';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'runner-soda-'));
  write('soda/requirements.txt', 'soda-postgres==1.0\n');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function write(file: string, text: string): void {
  mkdirSync(dirname(join(root, file)), { recursive: true });
  writeFileSync(join(root, file), text);
}

/** Code, exit code and hint of what is thrown, or the Python that was found. */
function found(): string {
  try {
    return requireSoda(root);
  } catch (error) {
    if (!(error instanceof RunnerError)) throw error;
    return `${error.faults[0]?.code} ${error.exitCode} ${error.faults[0]?.hint}`;
  }
}

it('Soda that is not installed is asked for with what installs it', () => {
  expect(found()).toMatch(/^SODA_ABSENT 2 Install it with npm run soda:install/);
});

it('Soda of other requirements, or installed half, is asked for again', () => {
  write('.venv-soda/bin/python', '');
  write('.venv-soda/Scripts/python.exe', '');
  expect(found()).toBe('SODA_STALE 2 npm run soda:install');
  write('.venv-soda/.soda-stamp', createHash('sha256').update('soda-postgres==1.0\n').digest('hex'));
  expect(found()).toBe(sodaPython(root));
  write('soda/requirements.txt', 'soda-postgres==1.1\n');
  expect(found()).toBe('SODA_STALE 2 npm run soda:install');
});
