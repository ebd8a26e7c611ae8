import { createConnection } from 'node:net';
import type pg from 'pg';
import { pause } from '../util/again.ts';
import type { ConnectionConfig } from './types.ts';

/** Milliseconds between two requests: one that arrives between two statements cancels neither. */
const INTERVAL = 200;
/** Requests before a server that does not listen is left alone: it then finds out that the connection is closed. */
const MOST_REQUESTS = 25;

/** Ends what is under way on the server when a signal comes. */
export interface Canceller {
  readonly signal: AbortSignal | undefined;
  /** Waits for a statement of the client. @throws the signal's reason instead of what the server says after it came */
  run<T>(client: pg.PoolClient, statement: () => Promise<T>): Promise<T>;
  /** A request may be late and hit the next statement: such a connection is not used for anything else. */
  wasCancelled(client: pg.PoolClient): boolean;
}

/** Nothing is ever cancelled. */
export const NO_CANCELLER: Canceller = {
  signal: undefined,
  run: (_, statement) => statement(),
  wasCancelled: () => false,
};

export function createCanceller(config: ConnectionConfig, signal: AbortSignal): Canceller {
  const inFlight = new Set<pg.PoolClient>();
  const cancelled = new WeakSet<pg.PoolClient>();
  const cancel = async (client: pg.PoolClient): Promise<void> => {
    cancelled.add(client);
    for (let request = 0; inFlight.has(client); request += 1) {
      if (request === MOST_REQUESTS) return void streamOf(client)?.destroy();
      requestCancel(config, client);
      await pause(INTERVAL);
    }
  };
  signal.addEventListener('abort', () => {
    for (const client of inFlight) void cancel(client);
  });
  return {
    signal,
    async run(client, statement) {
      signal.throwIfAborted();
      inFlight.add(client);
      try {
        return await statement();
      } catch (error) {
        throw signal.aborted ? signal.reason : error;
      } finally {
        inFlight.delete(client);
      }
    },
    wasCancelled: (client) => cancelled.has(client),
  };
}

/** What the driver knows of a connection, and its types do not say. */
interface Internals {
  readonly processID?: number | null;
  readonly secretKey?: number | null;
  readonly connection?: { readonly stream?: { destroy(): void } };
}

/** The server's process of a connection. */
export function backendOf(client: pg.PoolClient): number | undefined {
  return (client as Internals).processID ?? undefined;
}

function streamOf(client: pg.PoolClient): { destroy(): void } | undefined {
  return (client as Internals).connection?.stream;
}

/**
 * The protocol's own request, on a connection of its own: it needs no free slot on the server, and reaches through a
 * pooler. It is taken without TLS by a server that asks for TLS, as it is by libpq.
 */
function requestCancel({ host, port }: ConnectionConfig, client: pg.PoolClient): void {
  const { processID, secretKey } = client as Internals;
  if (typeof processID !== 'number' || typeof secretKey !== 'number') return;
  const packet = Buffer.alloc(16);
  packet.writeInt32BE(packet.length, 0);
  packet.writeInt32BE(80_877_102, 4);
  packet.writeInt32BE(processID, 8);
  packet.writeInt32BE(secretKey, 12);
  const socket = host.startsWith('/') ? createConnection(`${host}/.s.PGSQL.${port}`) : createConnection(port, host);
  // When it can't be sent, the next one may.
  socket.on('error', () => undefined);
  socket.setTimeout(2_000, () => socket.destroy());
  socket.end(packet);
  socket.resume();
}
