import type pg from 'pg';
import { pause, unlessAborted } from '../util/again.ts';
import { driver } from './driver.ts';
import { connectionError, isPassing } from './postgres-errors.ts';
import type { ConnectionConfig } from './types.ts';

/** What decides how a value is written as text, fixed so that a role or server with other habits changes nothing. */
const FIXED_SETTINGS: Readonly<Record<string, string>> = {
  client_encoding: 'UTF8',
  DateStyle: 'ISO, YMD',
  IntervalStyle: 'postgres',
  TimeZone: 'UTC',
  bytea_output: 'hex',
  extra_float_digits: '1',
  standard_conforming_strings: 'on',
  // pg_catalog comes before it by itself; named, it would be where tables without a schema are created.
  search_path: 'public',
};

/** Milliseconds before a server that does not answer counts as unreachable. */
const CONNECT_TIMEOUT = 15_000;
/** Milliseconds that a server on its way down and up again is waited for, and between two looks. */
const PATIENCE = 20_000;
const LOOK = 250;

export interface Connections {
  /** @throws RunnerError `CONNECTION_FAILED`; the reason of the signal when that comes first */
  acquire(signal: AbortSignal | undefined): Promise<pg.PoolClient>;
  close(): Promise<void>;
}

/** A pool whose connections all have `settings`; nothing is connected yet. */
export function createConnections(
  config: ConnectionConfig,
  max: number,
  settings: Readonly<Record<string, string>>,
): Connections {
  const pool = new driver.Pool({
    ...config,
    max,
    keepAlive: true,
    keepAliveInitialDelayMillis: 30_000,
    Client: TimedClient,
    onConnect: (client) => prepareConnection(client, { ...FIXED_SETTINGS, ...settings }),
  });
  // A connection that dies while idle is dropped by the pool and replaced when needed: not an error of anyone's.
  pool.on('error', () => undefined);
  let wasThere = false;
  let goneSince: number | undefined;
  return {
    async acquire(signal) {
      for (;;) {
        const connecting = pool.connect();
        try {
          const client = await unlessAborted(connecting, signal);
          wasThere = true;
          goneSince = undefined;
          return client;
        } catch (error) {
          if (signal?.aborted) {
            // It may still be made: then nobody uses it.
            void connecting.then((client) => client.release(true)).catch(() => undefined);
            throw signal.reason;
          }
          // All who ask wait together: the patience is for the server, not for each.
          goneSince ??= Date.now();
          if (!isPassing(error, wasThere) || Date.now() - goneSince > PATIENCE) throw connectionError(error, config);
          await pause(LOOK, signal);
        }
      }
    },
    close: () => (pool.ending ? Promise.resolve() : pool.end()),
  };
}

/** The pool's own time limit would count the wait for a free connection too, so that the limit is set on the client. */
class TimedClient extends driver.Client {
  constructor(config?: pg.ClientConfig) {
    // The pool has hidden the password from a spread.
    super({ ...config, password: config?.password, connectionTimeoutMillis: CONNECT_TIMEOUT });
  }
}

/**
 * The server looks each second whether its client is still there, so that no query outlives a runner that was killed;
 * on a system that can't tell (Windows), the setting would be refused.
 */
async function prepareConnection(client: pg.ClientBase, settings: Readonly<Record<string, string>>): Promise<void> {
  // Without a listener, a connection lost between two statements would end the process.
  client.on('error', () => undefined);
  await client.query(
    `select set_config(s.name, s.value, false) from unnest($1::text[], $2::text[]) as s (name, value)
     union all select set_config('client_connection_check_interval', '1s', false) where version() ~* 'linux|darwin|bsd'`,
    [Object.keys(settings), Object.values(settings)],
  );
}
