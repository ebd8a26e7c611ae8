import { lstat, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { completeLibraries, findBinaries } from './embedded-binaries.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'runner-binaries-'));
  await mkdir(join(folder, 'native', 'lib'), { recursive: true });
});

afterEach(() => rm(folder, { recursive: true, force: true }));

test('the binaries of this system are those of PostgreSQL 18', async () => {
  const binaries = await findBinaries();
  expect(binaries.major).toBe('18');
  expect((await lstat(join(binaries.native, 'bin'))).isDirectory()).toBe(true);
});

test('links that the package’s install script would have made are made, and those that exist are kept', async () => {
  const native = join(folder, 'native');
  await writeFile(join(native, 'lib', 'libpq.so.5.18'), 'library');
  await writeFile(join(native, 'lib', 'libpq.so'), 'kept');
  const links = ['libpq.so', 'libpq.so.5'].map((name) => ({
    source: 'native/lib/libpq.so.5.18',
    target: `native/lib/${name}`,
  }));
  await writeFile(join(native, 'pg-symlinks.json'), JSON.stringify(links));
  await completeLibraries(folder);
  await completeLibraries(folder);
  expect(await readFile(join(native, 'lib', 'libpq.so.5'), 'utf8')).toBe('library');
  expect(await readFile(join(native, 'lib', 'libpq.so'), 'utf8')).toBe('kept');
});

test('a library that cannot be linked is named, with the next step', async () => {
  const native = join(folder, 'native');
  const links = [{ source: 'native/lib/libpq.so.5.18', target: 'native/absent/libpq.so.5' }];
  await writeFile(join(native, 'pg-symlinks.json'), JSON.stringify(links));
  await expect(completeLibraries(folder)).rejects.toMatchObject({
    faults: [{ code: 'EMBEDDED_LIBRARIES_MISSING', file: join(native, 'absent', 'libpq.so.5') }],
  });
});
