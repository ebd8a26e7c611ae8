import { resolve } from 'node:path';
import { resolveTarget } from '../adapters/target.ts';
import { readEnv } from '../project/env.ts';
import { projectCache } from '../project/project-cache.ts';
import { readConfig } from '../project/read-project.ts';
import type { ProjectConfig } from '../project/types.ts';
import { type OpenDatabase, withDatabase } from './open-database.ts';
import type { CommonArgs, Reporter } from './types.ts';

/** What is recorded of former runs, to be read. */
export interface Records extends OpenDatabase {
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
  const { database, timezone } = config;
  const target = resolveTarget({
    name: args.target,
    projectDir: dir,
    database,
    env: readEnv(dir, process.env),
  });
  return withDatabase({ target, timezone }, args, reporter, (open) => work({ ...open, config }));
}
