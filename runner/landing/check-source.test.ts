import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Cancelled } from '../errors.ts';
import type { SourceNode } from '../graph/types.ts';
import { type Checked, checkSource } from './check-source.ts';

const dir = mkdtempSync(join(tmpdir(), 'runner-check-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

let count = 0;
function tried(module: string, more: object = {}, limit?: number, signal?: AbortSignal): Promise<Checked> {
  count += 1;
  const loader = `loader-${count}.mjs`;
  writeFileSync(join(dir, loader), module);
  const source = { loader, columns: ['a'], env: { WHERE: 'the-sample' }, vars: [], mode: 'replace', ...more };
  const node = { type: 'source', id: 'source.x.y', name: 'x.y', source } as unknown as SourceNode;
  const run = { projectDir: dir, env: () => undefined, vars: {}, asOf: '2026-11-24', sampleAllowed: true };
  return checkSource(signal ? { ...run, signal } : run, node, limit);
}

describe('a source is tried', () => {
  it('by its own check, which is asked in place of the loader', async () => {
    const module = `export default async () => { throw new Error('asked'); };
      export const check = async ({ env, lastOriginHash }) => env('WHERE') + ' answers ' + lastOriginHash;`;
    expect(await tried(module)).toEqual({ works: true, detail: 'the-sample answers null' });
  });

  it('without one by its first row, after which what it reads is closed', async () => {
    const module = `import { writeFileSync } from 'node:fs';
      async function* rows() { try { yield { number: 2, cells: ['x'] }; throw new Error('read on'); }
        finally { writeFileSync('${join(dir, 'closed')}', ''); } }
      export default async () => ({ origin: 'a.csv', rows: rows() });`;
    expect(await tried(module)).toEqual({ works: true, detail: 'a.csv: row 2 was read' });
    rmSync(join(dir, 'closed'));
  });

  it('asking nothing where it is asked by a model', async () => {
    const module = "export default async ({ requests }) => ({ origin: requests.length + ' questions', rows: [] });";
    expect(await tried(module, { requests: { model: 'm' } })).toEqual({ works: true, detail: '0 questions: no row' });
  });

  it('and told with its next step when it fails, at once or on the way to the first row', async () => {
    const fault = "Object.assign(new Error('it is locked'), { code: 'X', place: 'p', hint: 'Close it.' })";
    const expected = { works: false, detail: 'p: it is locked. Close it.' };
    expect(await tried(`export default async () => { throw ${fault}; };`)).toEqual(expected);
    expect(
      await tried(
        `async function* rows() { throw ${fault}; } export default async () => ({ origin: 'o', rows: rows() });`,
      ),
    ).toEqual(expected);
    expect(await tried('export const check = 1;')).toMatchObject({ works: false });
  });

  it('for a limited time, and told with what it has said last', async () => {
    const module = `export default ({ notice }) => { notice('It was busy.'); return new Promise(() => {}); };`;
    expect(await tried(module, {}, 2_000)).toEqual({
      works: false,
      detail: 'It was busy. No answer within 2 s. Check the network and the address, then try again.',
    });
  });

  it('no longer than until the command is told to end', async () => {
    const controller = new AbortController();
    const pending = tried('export default () => new Promise(() => {});', {}, undefined, controller.signal);
    controller.abort(new Cancelled('SIGINT'));
    await expect(pending).rejects.toBeInstanceOf(Cancelled);
  });
});
