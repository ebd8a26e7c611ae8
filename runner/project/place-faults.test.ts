import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { placeFaults } from './place-faults.ts';

const TEXT = "# abc a\nkey: { 'a': [a.b*, 1] }\n  last: a\n";

function placeOf(fault: { readonly found?: string; readonly line?: number; readonly column?: number }): string {
  const dir = mkdtempSync(join(tmpdir(), 'runner-'));
  writeFileSync(join(dir, 'f.yml'), TEXT);
  const [placed] = placeFaults(dir, [{ code: 'X', message: 'x', file: 'f.yml', ...fault }]);
  rmSync(dir, { recursive: true });
  return `${placed?.line}:${placed?.column} ${placed?.source}`;
}

it.each([
  ['in quotes rather than without', { found: 'a' }, "2:8 key: { 'a': [a.b*, 1] }"],
  ['from its line on', { found: 'a', line: 3 }, '3:9   last: a'],
  ['as it is written', { found: 'a.b*' }, "2:14 key: { 'a': [a.b*, 1] }"],
  ['not as a part of a word', { found: 'ab' }, '1:1 # abc a'],
  ['at the line alone, when it is not there', { found: 'zz', line: 3 }, '3:3   last: a'],
  ['where it is already known', { line: 1, column: 2 }, '1:2 undefined'],
])('what was found is sought %s', (_what, fault, place) => {
  expect(placeOf(fault)).toBe(place);
});
