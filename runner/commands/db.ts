import { join, resolve } from 'node:path';
import { DATA_FOLDER } from '../adapters/target.ts';
import { EXIT, RunnerError } from '../errors.ts';
import { projectCache } from '../project/project-cache.ts';
import { readConfig } from '../project/read-project.ts';
import type { Command, CommonArgs } from './types.ts';

export interface DbArgs extends CommonArgs {
  readonly action: 'start' | 'stop' | 'url' | 'roles';
  readonly print: boolean;
}

/** `runner db start|stop|url`: the embedded server of the project folder; `roles` works on any server. */
export const db: Command<DbArgs> = async (args, reporter) => {
  if (args.action === 'roles') return (await import('./db-roles.ts')).dbRoles(args, reporter);
  const dir = resolve(args.projectDir);
  const { database } = await readConfig(dir, projectCache(dir));
  const dataRoot = join(dir, DATA_FOLDER);
  const embedded = await import('../adapters/embedded.ts');
  if (args.action === 'stop') {
    reporter.line(
      (await embedded.stopEmbedded(dataRoot))
        ? 'The embedded server is stopped; its data stays.'
        : 'The embedded server was not running.',
    );
    return EXIT.done;
  }
  if (args.action === 'start') {
    await embedded.ensureEmbedded({
      dataRoot,
      database,
      signal: args.signal,
      onProgress: (message) => reporter.emit({ type: 'notice', message }),
    });
  }
  const { state, config } = await embedded.embeddedStatus(dataRoot, database);
  if (state !== 'running' || !config) {
    throw new RunnerError(
      { code: 'EMBEDDED_NOT_RUNNING', message: `the embedded server is ${state}`, hint: 'runner db start' },
      EXIT.failed,
    );
  }
  const password = config.password ? `:${encodeURIComponent(config.password)}` : '';
  reporter.text(`postgresql://${config.user}${password}@${config.host}:${config.port}/${config.database}`);
  return EXIT.done;
};
