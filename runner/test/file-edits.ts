import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';

/** Edits of files that a test takes back. */
export interface FileEdits {
  /** @param from must stand in the file; its first place is replaced */
  edit(file: string, from: string, to: string): void;
  mend(): void;
}

/** @param dir the folder, asked for at each edit: a place may not be there yet */
export function fileEdits(dir: () => string): FileEdits {
  const edited = new Map<string, string>();
  return {
    edit(file, from, to) {
      const path = join(dir(), file);
      const text = readFileSync(path, 'utf8');
      expect(text).toContain(from);
      if (!edited.has(path)) edited.set(path, text);
      writeFileSync(path, text.replace(from, to));
    },
    mend() {
      for (const [path, text] of edited) writeFileSync(path, text);
      edited.clear();
    },
  };
}
