import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ConnectionConfig, Database } from '../adapters/types.ts';
import { testDatabase } from './database.ts';

/** The project's own folder. */
export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command line that is under way. */
export interface Started {
  kill(signal: NodeJS.Signals): void;
  /** Until it has written to stdout for the first time, or has ended. */
  readonly spoke: Promise<void>;
  /** Ended by a signal, its code is -1. */
  readonly ended: Promise<Ended & { readonly signal: NodeJS.Signals | null }>;
}

export interface Workplace {
  /** A copy of a project that a test may edit. */
  readonly dir: string;
  /** The database that the command line works on. */
  readonly db: Database;
  readonly config: ConnectionConfig;
  /** The real command line as a process of its own; a variable given as '' is as if unset. */
  runner(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<Ended>;
  /** The same, not waited for. */
  start(args: readonly string[], env?: Readonly<Record<string, string>>): Started;
  /** The rows of a query, each value as PostgreSQL's text. */
  rows(sql: string): Promise<readonly (readonly (string | null)[])[]>;
  close(): Promise<void>;
}

/**
 * Copies folders and files of a project to a place of its own, with a database of its own.
 * @param parts what to copy, below `from`
 */
export async function workplace(
  from: string,
  parts: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Workplace> {
  const dir = mkdtempSync(join(tmpdir(), 'runner-test-'));
  for (const part of parts) cpSync(join(from, part), join(dir, part), { recursive: true });
  // Compiled loaders find their libraries from where they really are.
  if (existsSync(join(from, 'dist'))) symlinkSync(join(from, 'dist'), join(dir, 'dist'));
  const { db, config, drop } = await testDatabase();
  const start = (args: readonly string[], more: Readonly<Record<string, string>> = {}): Started =>
    startRunner(dir, args, { PATH: process.env.PATH ?? '', ...serverEnv(config), ...env, ...more });
  return {
    dir,
    db,
    config,
    start,
    async runner(args, more) {
      const { code, stdout, stderr } = await start(args, more).ended;
      return { code, stdout, stderr };
    },
    rows: async (sql) => (await db.query(sql)).rows,
    async close() {
      await drop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** The variables that make the command line work on a database. */
export function serverEnv(config: ConnectionConfig): Readonly<Record<string, string>> {
  return {
    PGHOST: config.host,
    PGPORT: String(config.port),
    PGUSER: config.user,
    PGPASSWORD: config.password ?? '',
    PGDATABASE: config.database,
  };
}

function startRunner(dir: string, args: readonly string[], env: Readonly<Record<string, string>>): Started {
  const command = [join(ROOT, 'bin', 'runner.mjs'), ...args];
  let kill: Started['kill'] = () => undefined;
  let said: () => void = () => undefined;
  const spoke = new Promise<void>((resolve) => {
    said = resolve;
  });
  const ended: Started['ended'] = new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      command,
      { cwd: dir, env, maxBuffer: 64 << 20 },
      (error, stdout, stderr) => {
        said();
        resolve({ code: error ? Number(error.code ?? -1) : 0, signal: error?.signal ?? null, stdout, stderr });
      },
    );
    child.stdout?.once('data', said);
    kill = (signal) => void child.kill(signal);
  });
  return { kill: (signal) => kill(signal), spoke, ended };
}
