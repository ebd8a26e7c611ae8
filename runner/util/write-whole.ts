import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** Milliseconds after which the draft of a file is taken for one that a killed process has left. */
const DRAFT_AGE = 60_000;

/**
 * Puts a file in place whole, with its folder: who reads it sees the former content or the new. Drafts of it that killed
 * processes have left go.
 * @throws what the file system says
 */
export function writeWhole(path: string, text: string): void {
  const folder = dirname(path);
  mkdirSync(folder, { recursive: true });
  removeOldDrafts(folder, basename(path));
  const draft = `${path}.${randomBytes(8).toString('hex')}.tmp`;
  try {
    writeFileSync(draft, text, { flag: 'wx' });
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}

function removeOldDrafts(folder: string, file: string): void {
  for (const name of readdirSync(folder).filter((name) => name.startsWith(`${file}.`) && name.endsWith('.tmp'))) {
    const draft = join(folder, name);
    try {
      if (Date.now() - statSync(draft).mtimeMs > DRAFT_AGE) rmSync(draft, { force: true });
    } catch {
      // It is gone, or another user's: it does no harm.
    }
  }
}
