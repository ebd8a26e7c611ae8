import type { Database } from '../adapters/types.ts';
import { type ScratchSpace, withScratchSpace } from '../scratch/scratch-space.ts';
import type { LoadedProject } from './load-project.ts';
import type { CommonArgs, Reporter } from './types.ts';

/** Milliseconds that it waits for what others lock, such as a raw table that gets a column: nobody is to wait behind it for long. */
const LOCK_TIMEOUT = 30_000;

/** Connects, does `work` with a space for throw-away schemas, empties it and disconnects: no lock of the target, no record. */
export async function withScratch<T>(
  { target, project }: Pick<LoadedProject, 'target' | 'project'>,
  { threads, signal }: CommonArgs,
  reporter: Reporter,
  work: (space: ScratchSpace) => Promise<T>,
): Promise<T> {
  const config = await target.connect((message) => reporter.emit({ type: 'notice', message }), signal);
  const { openDatabase } = await import('../adapters/postgres.ts');
  const settings = { TimeZone: project.config.timezone, lock_timeout: String(LOCK_TIMEOUT) };
  // One more holds the space.
  const lasting: Database = openDatabase(config, { max: threads + 2, applicationName: 'runner', settings });
  try {
    return await withScratchSpace(lasting.until(signal), lasting, work);
  } finally {
    await lasting.close();
  }
}
