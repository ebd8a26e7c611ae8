import { chmod, chown, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ensureEmbedded, removeEmbedded, stopEmbedded } from './embedded.ts';
import { exists } from './embedded-state.ts';
import { openDatabase } from './postgres.ts';
import type { ConnectionConfig } from './types.ts';

/** What differs for root is expected of root alone; as any other user the server runs as that user, in place. */
const asRoot = process.getuid?.() === 0;

let dataRoot: string;

beforeEach(async () => {
  dataRoot = await mkdtemp(join(tmpdir(), 'runner-host-'));
});

afterEach(async () => {
  delete process.env.RUNNER_EMBEDDED_NO_USERNS;
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
  process.env.RUNNER_EMBEDDED_NO_USERNS = '1';
  await ask(await ensure(), "create table kept as select 'still here' as word");
  const home = await homeOf();
  expect(home !== dataRoot).toBe(asRoot);
  if (asRoot) expect((await stat(join(home, 'postgres'))).uid).not.toBe(0);
  await stopEmbedded(dataRoot);
  // As on a later day when namespaces are allowed: the data stays where it is.
  delete process.env.RUNNER_EMBEDDED_NO_USERNS;
  expect(await ask(await ensure(), 'select word from kept')).toBe('still here');
  expect(await homeOf()).toBe(home);
  await removeEmbedded(dataRoot);
  expect(await exists(join(home, 'postgres'))).toBe(false);
});

test('without user namespaces, root’s server in a folder that all may enter has its data in place', async () => {
  process.env.RUNNER_EMBEDDED_NO_USERNS = '1';
  await chmod(dataRoot, 0o755);
  await ensure();
  const { uid } = await stat(join(await homeOf(), 'postgres'));
  expect(uid !== process.getuid?.()).toBe(asRoot);
});

test('data made as root in a namespace goes with the server when namespaces are no more', async () => {
  await ask(await ensure(), "create table kept as select 'still here' as word");
  await stopEmbedded(dataRoot);
  process.env.RUNNER_EMBEDDED_NO_USERNS = '1';
  expect(await ask(await ensure(), 'select word from kept')).toBe('still here');
  expect(await exists(join(dataRoot, 'postgres'))).toBe(!asRoot || (await homeOf()) === dataRoot);
});

test('data that belongs to another user is served as that user when root starts the server', async () => {
  await chmod(dataRoot, 0o755);
  // 1 is no root and has a name on every system.
  if (asRoot) await chown(dataRoot, 1, 1);
  process.env.RUNNER_EMBEDDED_NO_USERNS = '1';
  await ensure();
  const before = await stat(join(await homeOf(), 'postgres'));
  await stopEmbedded(dataRoot);
  delete process.env.RUNNER_EMBEDDED_NO_USERNS;
  await ensure();
  const after = await stat(join(await homeOf(), 'postgres'));
  expect(after.uid).toBe(before.uid);
  expect((await stat(join(dataRoot, 'server.json'))).uid).toBe((await stat(dataRoot)).uid);
});
