import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ConnectionConfig, Database } from '../adapters/types.ts';
import { testDatabase } from './database.ts';
import { runWarm } from './warm.ts';

/** The project's own folder. */
export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Workplace {
  /** A copy of a project that a test may edit. */
  readonly dir: string;
  /** The database that the command line works on. */
  readonly db: Database;
  readonly config: ConnectionConfig;
  /** The environment of the command line. */
  readonly env: Readonly<Record<string, string>>;
  /** The real command line, with this environment alone; a variable given as '' is as if unset. */
  runner(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<Ended>;
  /** The same as a process of its own: for one that is killed, and for a loader that was edited since it was loaded. */
  process(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<Ended>;
  /** The rows of a query, each value as PostgreSQL's text. */
  rows(sql: string): Promise<readonly (readonly (string | null)[])[]>;
  close(): Promise<void>;
}

/**
 * Copies folders and files of a project to a place of its own, with a database of its own.
 * @param parts what to copy, below `from`
 * @param template a database to copy, to which nobody is connected
 */
export async function workplace(
  from: string,
  parts: readonly string[],
  env: Readonly<Record<string, string>> = {},
  database?: string,
  template?: string,
): Promise<Workplace> {
  const dir = mkdtempSync(join(tmpdir(), 'runner-test-'));
  for (const part of parts) cpSync(join(from, part), join(dir, part), { recursive: true });
  // Compiled loaders find their libraries from where they really are.
  if (existsSync(join(from, 'dist'))) symlinkSync(join(from, 'dist'), join(dir, 'dist'));
  const { db, config, drop } = await testDatabase({}, database, template);
  const base = {
    PATH: process.env.PATH ?? '',
    PGHOST: config.host,
    PGPORT: String(config.port),
    PGUSER: config.user,
    PGPASSWORD: config.password ?? '',
    PGDATABASE: config.database,
    ...env,
  };
  return {
    dir,
    db,
    config,
    env: base,
    runner: (args, more = {}) => runWarm(dir, args, { ...base, ...more }),
    process: (args, more = {}) => runAlone(dir, args, { ...base, ...more }),
    rows: async (sql) => (await db.query(sql)).rows,
    async close() {
      await drop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

function runAlone(dir: string, args: readonly string[], env: Readonly<Record<string, string>>): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [join(ROOT, 'bin', 'runner.mjs'), ...args],
      { cwd: dir, env, maxBuffer: 64 << 20 },
      (error, stdout, stderr) => {
        resolve({ code: error ? Number(error.code ?? -1) : 0, stdout, stderr });
      },
    );
  });
}
