import { randomBytes } from 'node:crypto';
import { inject } from 'vitest';
import { type DatabaseOptions, openDatabase } from '../adapters/postgres.ts';
import type { ConnectionConfig, Database } from '../adapters/types.ts';

export interface TestDatabase {
  readonly db: Database;
  readonly config: ConnectionConfig;
  /** Closes `db` and removes the database, whoever is still connected to it. */
  drop(): Promise<void>;
}

/**
 * A new database on the server of the tests: empty, or a copy of a `template` that nobody is connected to. A name of its own
 * is for one that no other test takes.
 */
export async function testDatabase(
  options?: DatabaseOptions,
  database = `test_${randomBytes(6).toString('hex')}`,
  template = 'template0',
): Promise<TestDatabase> {
  const server = inject('server');
  await onServer(server, `create database ${database} template ${template}`);
  const config = { ...server, database };
  const db = openDatabase(config, options);
  return {
    db,
    config,
    drop: async () => {
      await db.close();
      await onServer(server, `drop database if exists ${database} with (force)`);
    },
  };
}

async function onServer(server: ConnectionConfig, sql: string): Promise<void> {
  const db = openDatabase(server, { max: 1 });
  try {
    await db.query(sql);
  } finally {
    await db.close();
  }
}
