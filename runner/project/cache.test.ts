import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Cache, NO_CACHE, openCache } from './cache.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cache-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const file = (): string => join(folder, 'project.json');
const MISSED = 'computed again';
const find = (cache: Cache, key: readonly unknown[], kind = 'k'): Promise<unknown> =>
  cache.memo(kind, key, async (): Promise<unknown> => MISSED);

async function keep(value: unknown, key: readonly unknown[] = ['a'], version = 'v1'): Promise<void> {
  const cache = openCache(folder, version);
  await cache.memo('k', key, async () => value);
  cache.save();
}

describe('the cache', () => {
  it('gives to a later process what an earlier one has computed', async () => {
    await keep({ a: [1, null, 'é'] });
    expect(await find(openCache(folder, 'v1'), ['a'])).toEqual({ a: [1, null, 'é'] });
  });

  it.each([
    ['another key', 'v1', 'k', ['b']],
    ['a key in other parts', 'v1', 'k', ['a', '']],
    ['another kind', 'v1', 'other', ['a']],
    ['another version of the runner', 'v2', 'k', ['a']],
  ])('has nothing for %s', async (_what, version, kind, key) => {
    await keep('x');
    expect(await find(openCache(folder, version), key, kind)).toBe(MISSED);
  });

  it.each([
    ['truncated', (bytes: Buffer) => bytes.subarray(0, bytes.length - 5)],
    ['emptied', () => Buffer.alloc(0)],
    ['a file of something else', () => Buffer.from('{"entries": {}}\n')],
    [
      'changed in one bit of a value',
      (bytes: Buffer) => {
        const flipped = Buffer.from(bytes);
        const at = flipped.indexOf('kept');
        flipped[at] = (flipped[at] ?? 0) ^ 1;
        return flipped;
      },
    ],
  ])('is ignored when it was %s, and written anew', async (_what, damage) => {
    await keep('kept');
    writeFileSync(file(), damage(readFileSync(file())));
    expect(await find(openCache(folder, 'v1'), ['a'])).toBe(MISSED);
    await keep('kept');
    expect(await find(openCache(folder, 'v1'), ['a'])).toBe('kept');
  });

  it.each([
    ['a Map', new Map([['a', 1]])],
    ['undefined', { a: undefined }],
    ['NaN', [Number.NaN]],
    ['a date', new Date(0)],
    ['an object without prototype', Object.assign(Object.create(null), { type: 'date' })],
    ['nothing', undefined],
  ])('does not keep a value with %s, which JSON would change', async (_what, value) => {
    await keep(value);
    expect(await find(openCache(folder, 'v1'), ['a'])).toBe(MISSED);
  });

  it.each([
    ['NaN', Number.NaN],
    ['undefined', undefined],
    ['a Map', new Map()],
    ['minus zero', -0],
    ['a function', () => 1],
  ])('does not take a key with %s, which JSON would mistake for another', async (_what, part) => {
    await keep('x', [{ part }]);
    expect(await find(openCache(folder, 'v1'), [{ part }])).toBe(MISSED);
  });

  it('computes again what no longer holds', async () => {
    await keep('old');
    const cache = openCache(folder, 'v1');
    const value = await cache.memo(
      'k',
      ['a'],
      async () => 'new',
      (kept) => kept === 'new',
    );
    expect(value).toBe('new');
    cache.save();
    expect(await find(openCache(folder, 'v1'), ['a'])).toBe('new');
  });

  it('drops what the last writer did not use, and keeps nothing of what failed', async () => {
    await keep('first', ['a']);
    const cache = openCache(folder, 'v1');
    await cache.memo('k', ['b'], async () => 'second');
    await expect(cache.memo('k', ['c'], async () => Promise.reject(new Error('wrong')))).rejects.toThrow('wrong');
    cache.save();
    const later = openCache(folder, 'v1');
    expect([await find(later, ['a']), await find(later, ['b']), await find(later, ['c'])]).toEqual([
      MISSED,
      'second',
      MISSED,
    ]);
  });

  it('is not written when all was known', async () => {
    await keep('x');
    const cache = openCache(folder, 'v1');
    await find(cache, ['a']);
    rmSync(file());
    cache.save();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('leaves a whole file of one of them when several processes write at once', async () => {
    const caches = [1, 2, 3].map(() => openCache(folder, 'v1'));
    await Promise.all(caches.map((cache, index) => cache.memo('k', [index], async () => index)));
    for (const cache of caches) cache.save();
    expect(readdirSync(folder)).toEqual(['project.json']);
    expect(await find(openCache(folder, 'v1'), [2])).toBe(2);
  });

  it('is done without where its folder is no folder', async () => {
    rmSync(folder, { recursive: true });
    writeFileSync(folder, '');
    await keep('x');
    rmSync(folder);
    mkdirSync(join(folder, 'project.json'), { recursive: true });
    await keep('x');
    expect(await find(openCache(folder, 'v1'), ['a'])).toBe(MISSED);
  });

  it('may be switched off', async () => {
    expect(await NO_CACHE.memo('k', ['a'], async () => 1)).toBe(1);
    expect(await find(NO_CACHE, ['a'])).toBe(MISSED);
  });
});
