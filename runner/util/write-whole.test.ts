import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeWhole } from './write-whole.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'write-whole-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

describe('a file that is written whole', () => {
  it('takes its place, in a folder that is made for it', () => {
    writeWhole(join(dir, 'a/b.json'), 'old');
    writeWhole(join(dir, 'a/b.json'), 'new');
    expect(readdirSync(join(dir, 'a'))).toEqual(['b.json']);
    expect(readFileSync(join(dir, 'a/b.json'), 'utf8')).toBe('new');
  });

  it('leaves no draft where it cannot take its place', () => {
    mkdirSync(join(dir, 'b.json/c'), { recursive: true });
    expect(() => writeWhole(join(dir, 'b.json'), 'new')).toThrow();
    expect(readdirSync(dir)).toEqual(['b.json']);
  });

  it('removes the draft of a process that was killed, not that of one at work, nor another file', () => {
    for (const name of ['b.json.1.tmp', 'b.json.2.tmp', 'c.json.1.tmp', 'b.json.old']) {
      writeFileSync(join(dir, name), '');
      if (name !== 'b.json.2.tmp') utimesSync(join(dir, name), 1, 1);
    }
    writeWhole(join(dir, 'b.json'), 'new');
    expect(readdirSync(dir).sort()).toEqual(['b.json', 'b.json.2.tmp', 'b.json.old', 'c.json.1.tmp']);
  });

  it('takes its place beside an old draft that cannot be removed', () => {
    // A folder stands for another user's file in a sticky folder.
    mkdirSync(join(dir, 'b.json.1.tmp'));
    utimesSync(join(dir, 'b.json.1.tmp'), 1, 1);
    writeWhole(join(dir, 'b.json'), 'new');
    expect(readFileSync(join(dir, 'b.json'), 'utf8')).toBe('new');
  });
});
