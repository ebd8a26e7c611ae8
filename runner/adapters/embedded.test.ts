import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { embeddedStatus, ensureEmbedded, removeEmbedded, stopEmbedded } from './embedded.ts';
import { openDatabase } from './postgres.ts';
import type { ConnectionConfig } from './types.ts';

let dataRoot: string;

beforeEach(async () => {
  // Only its owner may enter it: as root, this is the folder that only root may enter.
  dataRoot = await mkdtemp(join(tmpdir(), 'runner-embedded-'));
});

afterEach(async () => {
  await removeEmbedded(dataRoot);
  await rm(dataRoot, { recursive: true, force: true });
});

function ensure(root = dataRoot, onProgress?: (message: string) => void): Promise<ConnectionConfig> {
  return ensureEmbedded({ dataRoot: root, database: 'demo', durable: false, ...(onProgress && { onProgress }) });
}

async function ask(config: ConnectionConfig, sql: string): Promise<string | null | undefined> {
  const db = openDatabase(config, { max: 1 });
  try {
    return (await db.query(sql)).rows[0]?.[0];
  } finally {
    await db.close();
  }
}

/** Root without user namespaces has the data elsewhere; see embedded-host.test.ts. */
async function homeOf(): Promise<string> {
  return JSON.parse(await readFile(join(dataRoot, 'server.json'), 'utf8')).home ?? dataRoot;
}

async function postmasterPid(): Promise<number> {
  return Number((await readFile(join(await homeOf(), 'postgres', 'postmaster.pid'), 'utf8')).split('\n')[0]);
}

/** What is there besides the server's own: remains of a start. */
async function remains(): Promise<string[]> {
  const names = [...(await readdir(dataRoot)), ...(await readdir(await homeOf()))];
  return names.filter((name) => !/^(postgres|postgres\.log|server\.json|native-[\d.].*)$/.test(name));
}

async function failureOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => undefined,
    (error: unknown) => error,
  );
}

test('the server is made, started, reused, stopped and started again, and keeps its data', async () => {
  expect(await embeddedStatus(dataRoot, 'demo')).toEqual({ state: 'absent' });
  expect(await stopEmbedded(dataRoot)).toBe(false);
  const said: string[] = [];
  const first = await ensure(dataRoot, (message) => said.push(message));
  expect(said).toEqual(['creating the PostgreSQL data directory', 'starting PostgreSQL']);
  expect(first).toMatchObject({ host: '127.0.0.1', user: 'runner', database: 'demo' });
  expect(await ask(first, "select current_setting('server_version_num')")).toMatch(/^18/);
  await ask(first, "create table kept as select 'still here' as word");

  const pid = await postmasterPid();
  expect(await ensure()).toEqual(first);
  expect(await postmasterPid()).toBe(pid);
  expect(await embeddedStatus(dataRoot, 'demo')).toEqual({ state: 'running', config: first });

  expect(await stopEmbedded(dataRoot)).toBe(true);
  expect(await stopEmbedded(dataRoot)).toBe(false);
  expect(await embeddedStatus(dataRoot, 'demo')).toEqual({ state: 'stopped' });
  expect(await ask(await ensure(), 'select word from kept')).toBe('still here');
});

test('its databases are UTF-8, sorted by code point, and made when they are asked for', async () => {
  const config = await ensure();
  const locale =
    "select pg_encoding_to_char(encoding) || ' ' || datlocprovider::text || ' ' || datlocale from pg_database";
  expect(await ask(config, `${locale} where datname = current_database()`)).toBe('UTF8 b C.UTF-8');
  const other = await ensureEmbedded({ dataRoot, database: 'an "odd" name' });
  expect(await ask(other, 'select current_database()')).toBe('an "odd" name');
});

test('only the owner can read the password, and the log quotes no data of a statement that failed', async () => {
  const config = await ensure();
  const { mode } = await stat(join(dataRoot, 'server.json'));
  if (process.platform !== 'win32') expect(mode & 0o077).toBe(0);
  await failureOf(ask(config, "select 'Marie Curie'::int"));
  const log = await readFile(join(dataRoot, 'postgres.log'), 'utf8');
  expect(log).toContain('ready to accept connections');
  expect(log).not.toContain('Curie');
});

test('several that start it at the same time get the same server', async () => {
  const configs = await Promise.all([ensure(), ensure(), ensure()]);
  expect(new Set(configs.map(({ port }) => port)).size).toBe(1);
  expect(await remains()).toEqual([]);
});

test('after a kill -9 of the server, or another process with its number, the next start recovers the data', async () => {
  const durable = (): Promise<ConnectionConfig> => ensureEmbedded({ dataRoot, database: 'demo' });
  await ask(await durable(), "create table kept as select 'still here' as word");
  process.kill(await postmasterPid(), 'SIGKILL');
  await expect.poll(async () => (await embeddedStatus(dataRoot, 'demo')).state).toBe('stopped');
  expect(await ask(await durable(), 'select word from kept')).toBe('still here');

  await stopEmbedded(dataRoot);
  const data = join(await homeOf(), 'postgres');
  const lines = [process.pid, data, 1_700_000_000, 5432, '', '127.0.0.1', '', 'ready   ', ''];
  await writeFile(join(data, 'postmaster.pid'), lines.join('\n'));
  expect((await embeddedStatus(dataRoot, 'demo')).state).toBe('stopped');
  expect(await ask(await durable(), 'select word from kept')).toBe('still here');
});

test('a first start that was killed half way is done again, and its remains are cleared', async () => {
  await ensure();
  await stopEmbedded(dataRoot);
  // As it is in the midst of initdb: the settings are written, the data is in a draft folder and not whole.
  const draft = join(await homeOf(), 'draft-abc');
  await mkdir(draft);
  await rename(join(await homeOf(), 'postgres'), join(draft, 'made'));
  await rm(join(draft, 'made', 'global'), { recursive: true });
  expect(await embeddedStatus(dataRoot, 'demo')).toEqual({ state: 'absent' });
  expect(await ask(await ensure(), 'select 1')).toBe('1');
  expect(await remains()).toEqual([]);
});

test('when another program has taken the port, the server starts on a free one', async () => {
  const { port } = await ensure();
  await stopEmbedded(dataRoot);
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(port, '127.0.0.1', resolve));
  const config = await ensure();
  expect(config.port).not.toBe(port);
  expect(await ask(config, 'select 1')).toBe('1');
  await new Promise((resolve) => other.close(resolve));
});

test('a copied folder never uses the server of the original: it has its own, or says why not', async () => {
  const original = await ensure();
  const copy = await mkdtemp(join(tmpdir(), 'runner-embedded-'));
  await ask(original, 'checkpoint');
  await cp(dataRoot, copy, { recursive: true });
  // The data of root without user namespaces is elsewhere, so that it was not copied.
  if ((await homeOf()) !== dataRoot) {
    for (const work of [ensure, removeEmbedded]) {
      expect(await failureOf(work(copy))).toMatchObject({ faults: [{ code: 'EMBEDDED_MOVED' }] });
    }
    await rm(join(copy, 'server.json'));
  }
  try {
    const copied = await ensure(copy);
    expect(copied.port).not.toBe(original.port);
    await ask(copied, 'create table only_here ()');
    expect(await ask(original, "select to_regclass('only_here')")).toBe(null);
  } finally {
    await removeEmbedded(copy);
    await rm(copy, { recursive: true, force: true });
  }
});

test('a server that cannot start is reported with the lines of its log', async () => {
  await ensure();
  await stopEmbedded(dataRoot);
  await writeFile(join(await homeOf(), 'postgres', 'postgresql.auto.conf'), 'no_such_setting = 1\n');
  expect(await failureOf(ensure())).toMatchObject({
    exitCode: 1,
    faults: [{ code: 'EMBEDDED_START_FAILED', found: expect.stringContaining('no_such_setting') }],
  });
});

test('data of another version, and data without its password, are left alone and named', async () => {
  await ensure();
  await stopEmbedded(dataRoot);
  const [settings, version] = [join(dataRoot, 'server.json'), join(await homeOf(), 'postgres', 'PG_VERSION')];
  await writeFile(version, '17\n');
  expect(await failureOf(ensure())).toMatchObject({
    faults: [{ code: 'EMBEDDED_VERSION', expected: 'PostgreSQL 18', found: 'PostgreSQL 17' }],
  });
  const text = await readFile(settings, 'utf8');
  await writeFile(settings, text.slice(0, -9));
  const unreadable = await failureOf(ensure());
  expect(unreadable).toMatchObject({ faults: [{ code: 'EMBEDDED_SETTINGS_UNREADABLE', file: settings }] });
  expect(JSON.stringify(unreadable)).not.toContain(JSON.parse(text).password);
  await rm(settings);
  expect(await failureOf(ensure())).toMatchObject({ faults: [{ code: 'EMBEDDED_SETTINGS_MISSING' }] });
  expect(await readFile(version, 'utf8')).toBe('17\n');
  await writeFile(settings, text);
});

test('a folder that cannot be made is named', async () => {
  await writeFile(join(dataRoot, 'file'), '');
  expect(await failureOf(ensure(join(dataRoot, 'file', 'data')))).toMatchObject({
    faults: [{ code: 'EMBEDDED_FOLDER_UNUSABLE', file: join(dataRoot, 'file', 'data') }],
  });
});
