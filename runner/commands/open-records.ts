import { resolve } from 'node:path';
import { resolveTarget } from '../adapters/target.ts';
import type { ConnectionConfig, Database } from '../adapters/types.ts';
import { readEnv } from '../project/env.ts';
import { projectCache } from '../project/project-cache.ts';
import { readConfig } from '../project/read-project.ts';
import type { ProjectConfig } from '../project/types.ts';
import type { CommonArgs, Reporter } from './types.ts';

/** What is recorded of former runs, to be read. */
export interface Records {
  readonly db: Database;
  readonly connection: ConnectionConfig;
  readonly config: ProjectConfig;
}

/** Reads in the records before the models are rendered: they may need the day and the variables of a former run. */
export async function withRecords<T>(
  args: CommonArgs,
  reporter: Reporter,
  work: (records: Records) => Promise<T>,
): Promise<T> {
  const dir = resolve(args.projectDir);
  const config = await readConfig(dir, projectCache(dir));
  const env = readEnv(dir, process.env);
  const target = resolveTarget({ name: args.target, projectDir: dir, database: config.database, env });
  const connection = await target.connect((message) => reporter.emit({ type: 'notice', message }), args.signal);
  const { openDatabase } = await import('../adapters/postgres.ts');
  const db = openDatabase(connection, { max: 1, applicationName: 'runner', settings: { TimeZone: config.timezone } });
  try {
    return await work({ db, connection, config });
  } finally {
    await db.close();
  }
}
