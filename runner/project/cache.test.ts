import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { redactor } from '../util/redact.ts';
import { type Cache, NO_CACHE, openCache } from './cache.ts';
import { inParts } from './cache-form.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cache-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const file = (): string => join(folder, 'project.cache');
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
    const value = await cache.memo('k', ['a'], async () => 'new', { holds: (kept) => kept === 'new' });
    expect(value).toBe('new');
    cache.save();
    expect(await find(openCache(folder, 'v1'), ['a'])).toBe('new');
  });

  it('adds to what others use, and keeps nothing of what failed', async () => {
    await keep('first', ['a']);
    const cache = openCache(folder, 'v1');
    await cache.memo('k', ['b'], async () => 'second');
    await expect(cache.memo('k', ['c'], async () => Promise.reject(new Error('wrong')))).rejects.toThrow('wrong');
    cache.save();
    const later = openCache(folder, 'v1');
    expect([await find(later, ['a']), await find(later, ['b']), await find(later, ['c'])]).toEqual([
      'first',
      'second',
      MISSED,
    ]);
  });

  it('drops what is no longer used once that is most of the file', async () => {
    await keep('x'.repeat(3 << 20), ['old']);
    await keep('new', ['a']);
    expect(readFileSync(file()).length).toBeLessThan(200);
    const later = openCache(folder, 'v1');
    expect([await find(later, ['old']), await find(later, ['a'])]).toEqual([MISSED, 'new']);
  });

  it('takes the later one where two processes have kept a value for one key', async () => {
    const [one, two] = [openCache(folder, 'v1'), openCache(folder, 'v1')];
    await keep('first', ['other']);
    await one.memo('k', ['a'], async () => 'one');
    await two.memo('k', ['a'], async () => 'two');
    one.save();
    two.save();
    expect(await find(openCache(folder, 'v1'), ['a'])).toBe('two');
  });

  it('is written anew where a process was killed while it added to it', async () => {
    await keep('first', ['a']);
    const whole = readFileSync(file());
    await keep('second', ['b']);
    writeFileSync(file(), readFileSync(file()).subarray(0, whole.length + 60));
    expect(await find(openCache(folder, 'v1'), ['a'])).toBe(MISSED);
    await keep('first', ['a']);
    await keep('second', ['b']);
    const later = openCache(folder, 'v1');
    expect([await find(later, ['a']), await find(later, ['b'])]).toEqual(['first', 'second']);
  });

  it('takes nothing of what another version has added to a file that it wrote', async () => {
    await keep('of v1', ['a']);
    const old = openCache(folder, 'v1');
    await keep('of v2', ['b'], 'v2');
    await old.memo('k', ['c'], async () => 'of v1');
    old.save();
    const later = openCache(folder, 'v2');
    expect([await find(later, ['c']), await find(later, ['a'])]).toEqual([MISSED, MISSED]);
  });

  it('keeps no secret, however it is written, and is not added to for it in every run', async () => {
    redactor.hide(['pässwort-geheim']);
    await keep('x');
    const { length } = readFileSync(file());
    await keep('select pässwort-geheim', ['s']);
    await keep('select pässwort-geheim', ['s']);
    expect(readFileSync(file())).toHaveLength(length);
    expect(await find(openCache(folder, 'v1'), ['s'])).toBe(MISSED);
  });

  it('tells what it lacks, and takes what was computed elsewhere', async () => {
    const cache = openCache(folder, 'v1');
    const key = ['a'];
    expect([cache.lacks('k', key), cache.lacks('k', [undefined])]).toEqual([true, false]);
    cache.put('k', key, '"elsewhere"');
    expect([cache.lacks('k', key), cache.lacks('other', key)]).toEqual([false, true]);
    expect(await find(cache, key)).toBe('elsewhere');
    cache.save();
    expect(await find(openCache(folder, 'v1'), ['a'])).toBe('elsewhere');
  });

  it('reads a part of a value when it is asked for, and gives it as any other value', async () => {
    const form = inParts<{ id: number; text: string }, { id: number }>(
      ({ id }) => ({ id }),
      (head, whole) => ({
        ...head,
        get text() {
          return whole().text;
        },
      }),
    );
    const value = { id: 1, text: 'à\tb\n' };
    const written = form.write(value) ?? '';
    expect(form.read(written)).toStrictEqual(value);
    expect({ ...form.read(written) }).toStrictEqual(value);
    expect(JSON.parse(JSON.stringify(form.read(written)))).toStrictEqual(value);
    expect(form.read(written.replace('"text"', '"lost"')).id).toBe(1);
    expect(form.write({ id: Number.NaN, text: '' })).toBeUndefined();
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
    expect(readdirSync(folder)).toEqual(['project.cache']);
    expect(await find(openCache(folder, 'v1'), [2])).toBe(2);
  });

  it('is done without where its folder is no folder', async () => {
    rmSync(folder, { recursive: true });
    writeFileSync(folder, '');
    await keep('x');
    rmSync(folder);
    mkdirSync(join(folder, 'project.cache'), { recursive: true });
    await keep('x');
    expect(await find(openCache(folder, 'v1'), ['a'])).toBe(MISSED);
  });

  it('may be switched off', async () => {
    expect(await NO_CACHE.memo('k', ['a'], async () => 1)).toBe(1);
    expect(await find(NO_CACHE, ['a'])).toBe(MISSED);
  });
});
