import type { Knex } from 'knex';
import type { ConnectionConfig } from './types.ts';

const quiet = (): void => undefined;

/** Knex on one connection of its own, for migrations; loaded only when there is one to run. The caller destroys it. */
export async function openKnex(config: ConnectionConfig): Promise<Knex> {
  const { default: createKnex } = await import('knex');
  return createKnex({
    client: 'pg',
    connection: { ...config },
    pool: { min: 0, max: 1 },
    // What goes wrong is thrown; the terminal is not knex's to write on.
    log: { warn: quiet, error: quiet, debug: quiet, deprecate: quiet },
  });
}
