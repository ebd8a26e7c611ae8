import { readFileSync, rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { ensureEmbedded, removeEmbedded } from '../adapters/embedded.ts';
import type { ConnectionConfig } from '../adapters/types.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The server of this run of the tests, for testDatabase(). */
    server: ConnectionConfig;
  }
}

/** One server for all tests of a run, in a folder of its own. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dataRoot = await mkdtemp(join(tmpdir(), 'runner-test-server-'));
  // Tests that are interrupted get no teardown.
  const abandon = (): void => removeAtOnce(dataRoot);
  process.once('exit', abandon);
  const remove = async (): Promise<void> => {
    await removeEmbedded(dataRoot);
    await rm(dataRoot, { recursive: true, force: true });
    process.off('exit', abandon);
  };
  try {
    project.provide('server', await ensureEmbedded({ dataRoot, database: 'runner', durable: false }));
  } catch (error) {
    await remove();
    throw error;
  }
  return remove;
}

function removeAtOnce(dataRoot: string): void {
  try {
    const record = JSON.parse(readFileSync(join(dataRoot, 'server.json'), 'utf8')) as { home: string | null };
    const home = record.home ?? dataRoot;
    const [pid] = readFileSync(join(home, 'postgres', 'postmaster.pid'), 'utf8').split('\n');
    process.kill(Number(pid), 'SIGQUIT');
    if (home !== dataRoot) rmSync(home, { recursive: true, force: true, maxRetries: 10 });
  } catch {
    // It does not run.
  }
  rmSync(dataRoot, { recursive: true, force: true, maxRetries: 10 });
}
