import type { Target } from '../adapters/target.ts';
import type { ConnectionConfig, Database } from '../adapters/types.ts';
import type { CommonArgs, Reporter } from './types.ts';

/** A server to which a command without a run of its own is connected: no lock of the target, no record, no table made. */
export interface OpenDatabase {
  /** Its work ends when the signal comes. */
  readonly db: Database;
  /** The same server for what is done after the signal, too. */
  readonly lasting: Database;
  readonly connection: ConnectionConfig;
  readonly notice: (message: string) => void;
}

/** Milliseconds that it waits for what others lock, such as a raw table that gets a column: nobody is to wait behind it for long. */
const LOCK_TIMEOUT = 30_000;

/** Connects, does `work` and disconnects. */
export async function withDatabase<T>(
  { target, timezone }: { readonly target: Target; readonly timezone: string },
  { signal, threads }: Pick<CommonArgs, 'signal' | 'threads'>,
  reporter: Reporter,
  work: (open: OpenDatabase) => Promise<T>,
): Promise<T> {
  const notice = (message: string): void => reporter.emit({ type: 'notice', message });
  const connection = await target.connect(notice, signal);
  const { openDatabase } = await import('../adapters/postgres.ts');
  const lasting = openDatabase(connection, {
    // One holds a space for throw-away schemas.
    max: threads + 2,
    applicationName: 'runner',
    // There is no run: models that write one down get a name that says so.
    settings: {
      TimeZone: timezone,
      lock_timeout: String(LOCK_TIMEOUT),
      'runner.run_id': 'preview',
      'runner.run_label': 'preview',
      'runner.run_started_at': new Date().toISOString(),
    },
  });
  try {
    return await work({ db: lasting.until(signal), lasting, connection, notice });
  } finally {
    await lasting.close();
  }
}
