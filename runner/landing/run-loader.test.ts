import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { SourceNode } from '../graph/types.ts';
import { type LoaderRun, runLoader } from './run-loader.ts';

it('asks for the requests that raw does not hold yet, whatever the names of their key', async () => {
  const projectDir = mkdtempSync(join(tmpdir(), 'runner-test-'));
  writeFileSync(join(projectDir, 'ask.mjs'), 'export default () => undefined;');
  const node = {
    name: 'oracle.answers',
    relation: { schema: 'raw', name: 'oracle_answers' },
    source: { loader: 'ask.mjs', env: {}, requests: { model: 'question', key: ['a "name"'] } },
  } as unknown as SourceNode;
  const db = { query: (sql: string) => Promise.reject(new Error(sql)) };
  const run = { db, projectDir, env: () => undefined } as unknown as LoaderRun;
  const asked = runLoader(run, node, undefined, { schema: 'm', name: 'question' });
  await expect(asked).rejects.toThrow('where known."a ""name""" = asked."a ""name"""::text');
  rmSync(projectDir, { recursive: true });
});
