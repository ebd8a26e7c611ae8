import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ensureEmbedded, removeEmbedded, stopEmbedded } from './embedded.ts';

import { openDatabase } from './postgres.ts';
import type { ConnectionConfig } from './types.ts';

/** What differs for root is expected of root alone; as any other user the server runs as that user, in place. */
const asRoot = process.getuid?.() === 0;

const NO_NAMESPACES = 'RUNNER_EMBEDDED_NO_USERNS';

let dataRoot: string;

beforeEach(async () => {
  dataRoot = await mkdtemp(join(tmpdir(), 'runner-host-'));
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await removeEmbedded(dataRoot);
  await rm(dataRoot, { recursive: true, force: true });
});

function ensure(): Promise<ConnectionConfig> {
  return ensureEmbedded({ dataRoot, database: 'demo', durable: false });
}

async function ask(config: ConnectionConfig, sql: string): Promise<string | null | undefined> {
  const db = openDatabase(config, { max: 1 });
  try {
    return (await db.query(sql)).rows[0]?.[0];
  } finally {
    await db.close();
  }
}

async function homeOf(): Promise<string> {
  return JSON.parse(await readFile(join(dataRoot, 'server.json'), 'utf8')).home ?? dataRoot;
}

test('without user namespaces, root’s server in a folder only root may enter has its data outside, and keeps it', async () => {
  vi.stubEnv(NO_NAMESPACES, '1');
  await ask(await ensure(), "create table kept as select 'still here' as word");
  const home = await homeOf();
  expect(home !== dataRoot).toBe(asRoot);
  if (asRoot) expect((await stat(join(home, 'postgres'))).uid).not.toBe(0);
  await stopEmbedded(dataRoot);
  expect(await ask(await ensure(), 'select word from kept')).toBe('still here');
  await stopEmbedded(dataRoot);
  // As on a later day when namespaces are allowed: the data stays where it is.
  vi.stubEnv(NO_NAMESPACES, '');
  expect(await ask(await ensure(), 'select word from kept')).toBe('still here');
  expect(await homeOf()).toBe(home);
  await removeEmbedded(dataRoot);
  expect(existsSync(join(home, 'postgres'))).toBe(false);
  expect(existsSync(home)).toBe(!asRoot);
});

test('data that root made in a namespace is left alone when namespaces are no more, with what to do', async () => {
  vi.stubEnv(NO_NAMESPACES, '');
  await ask(await ensure(), "create table kept as select 'still here' as word");
  await stopEmbedded(dataRoot);
  // On a system that has no namespaces it is outside already.
  const inPlace = (await homeOf()) === dataRoot;
  vi.stubEnv(NO_NAMESPACES, '1');
  if (asRoot && inPlace) {
    await expect(ensure()).rejects.toMatchObject({
      exitCode: 1,
      faults: [
        { code: 'EMBEDDED_ROOT_REFUSED', file: dataRoot, hint: expect.stringContaining('allow user namespaces') },
      ],
    });
    vi.stubEnv(NO_NAMESPACES, '');
  }
  expect(await ask(await ensure(), 'select word from kept')).toBe('still here');
});
