import { rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { DATA_FOLDER } from '../adapters/target.ts';
import { EXIT } from '../errors.ts';
import { readProject } from '../project/read-project.ts';
import type { Command, CommonArgs } from './types.ts';

export interface CleanArgs extends CommonArgs {
  /** What models that are no more have left in the database, and nothing else. */
  readonly orphans?: boolean;
  /** Without asking. */
  readonly yes?: boolean;
  /** Protected orphans that may go too. */
  readonly includeProtected?: readonly string[];
  /** Also the embedded server with all its data. */
  readonly data?: boolean;
}

/** `runner clean`: removes generated files; published data stays, unless `--data` asks for the embedded server too. */
export const clean: Command<CleanArgs> = async (args, reporter) => {
  if (args.orphans) return (await import('./clean-orphans.ts')).cleanOrphans(args, reporter);
  const { dir } = await readProject(resolve(args.projectDir));
  rmSync(join(dir, 'target'), { recursive: true, force: true });
  reporter.line('Removed target/.');
  if (args.data) {
    const { removeEmbedded } = await import('../adapters/embedded.ts');
    await removeEmbedded(join(dir, DATA_FOLDER));
    rmSync(join(dir, DATA_FOLDER), { recursive: true, force: true });
    reporter.line(`Removed the embedded server and its data (${DATA_FOLDER}/).`);
  }
  return EXIT.done;
};
