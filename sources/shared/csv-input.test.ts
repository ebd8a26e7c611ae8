import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { csvOfBytes, openCsv } from './csv-input.ts';
import { faultOf, testContext, useTempDir } from './testing.ts';

const folder = useTempDir();

async function opened(content: string | Buffer): ReturnType<typeof openCsv> {
  await folder.write('d.csv', content);
  return openCsv(testContext({ projectDir: folder.path(), env: { CSV: 'd.csv' } }), 'CSV');
}

/** Longer than the blocks of a first look. */
const LONG = 'x'.repeat(1_048_573);

describe('a CSV file', () => {
  it.each<[string, string | Buffer]>([
    ['that is empty', ''],
    ['of letters of several bytes, wherever a block cuts them', `${LONG}é💪é💪é💪`],
    ['with one more letter before them', `${LONG}.é💪é💪é💪`],
    ['with two', `${LONG}..é💪é💪é💪`],
    ['with three', `${LONG}...é💪é💪é💪`],
    ['that ends in the middle of a letter', Buffer.from(`${LONG}💪`).subarray(0, -1)],
    ['that is no UTF-8 in a block behind the first', Buffer.from(`${LONG}${LONG}\xe9;`, 'latin1')],
    ['that is no UTF-8 at all', Buffer.alloc(2_000_000, 0x80)],
    ['of UTF-16', Buffer.from('\uFEFFNom', 'utf16le')],
  ])('%s is the same as its bytes in memory', async (_, content) => {
    const { blocks, ...known } = await opened(content);
    const { blocks: expected, ...same } = csvOfBytes({ place: 'd.csv', bytes: Buffer.from(content) });
    expect(known).toEqual(same);
    const hashOf = (all: Iterable<Buffer>): string => {
      const hash = createHash('sha256');
      for (const block of all) hash.update(block);
      return hash.digest('hex');
    };
    expect(hashOf(blocks())).toBe(hashOf(expected()));
  });

  it('may be read again', async () => {
    const file = await opened('a,b\n1,2\n');
    const read = (): string => [...file.blocks()].map(String).join('');
    expect([read(), read()]).toEqual(['a,b\n1,2\n', 'a,b\n1,2\n']);
  });

  it('that is a pipe is read once', async () => {
    const pipe = `${folder.path()}/pipe`;
    execFileSync('mkfifo', [pipe]);
    // Who opened it again would get something else, since a test that waits for ever does not fail.
    const writer = spawn('sh', ['-c', 'printf "a\\n1\\n" > "$0"; sleep 1; printf other > "$0"', pipe]);
    try {
      const file = await openCsv(testContext({ env: { CSV: pipe } }), 'CSV');
      expect([...file.blocks()].map(String)).toEqual(['a\n1\n']);
    } finally {
      writer.kill();
    }
  });

  it('that is another when its rows are read is refused, also when it is as long as before', async () => {
    const file = await opened('a,b\n1,2\n');
    await folder.write('d.csv', 'a,b\n1,3\n');
    expect(await faultOf((async () => [...file.blocks()])())).toMatchObject({ code: 'FILE_CHANGED', place: 'd.csv' });
  });

  it('that is gone when its rows are read is refused', async () => {
    const file = await opened('a,b\n1,2\n');
    const { rm } = await import('node:fs/promises');
    await rm(`${folder.path()}/d.csv`);
    expect(await faultOf((async () => [...file.blocks()])())).toMatchObject({ code: 'FILE_MISSING', place: 'd.csv' });
  });

  it.each([
    ['a directory', '.', 'FILE_IS_DIRECTORY'],
    ['nothing', 'none.csv', 'FILE_MISSING'],
    ['an empty variable', '', 'SOURCE_NOT_CONFIGURED'],
  ])('that is %s is refused', async (_, path, code) => {
    const context = testContext({ projectDir: folder.path(), env: { CSV: path } });
    expect(await faultOf(openCsv(context, 'CSV'))).toMatchObject({ code });
  });
});
