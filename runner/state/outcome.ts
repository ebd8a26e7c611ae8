import type { Database } from '../adapters/types.ts';
import { DatabaseError } from '../errors.ts';
import { pause } from '../util/again.ts';
import { identifier } from '../util/sql.ts';

/** Milliseconds that a transaction may take to end after its connection was lost, and between two looks. */
const PATIENCE = 20_000;
const LOOK = 250;

/**
 * What became of a publishing transaction whose commit was sent and not answered. PostgreSQL knows how a transaction
 * ended; that it is this one, and not another that got its number after a crash, its mark in `node_state` tells.
 */
export async function outcomeOf(
  db: Database,
  stateSchema: string,
  runId: string,
  transaction: string,
): Promise<'published' | 'undone' | 'unknown'> {
  const until = Date.now() + PATIENCE;
  for (;;) {
    const status = await statusOf(db, transaction);
    if (status === 'aborted') return 'undone';
    if (status === 'committed') return (await hasMark(db, stateSchema, runId, transaction)) ? 'published' : 'unknown';
    if (status === null || Date.now() > until) return 'unknown';
    await pause(LOOK);
  }
}

async function statusOf(db: Database, transaction: string): Promise<string | null> {
  try {
    return (await db.query('select pg_xact_status($1::xid8)', [transaction])).rows[0]?.[0] ?? null;
  } catch (error) {
    // After a crash the server may not have heard of it any more: then nothing of it was written down.
    const inTheFuture = '22023';
    if (error instanceof DatabaseError && error.sqlstate === inTheFuture) return 'aborted';
    throw error;
  }
}

async function hasMark(db: Database, stateSchema: string, runId: string, transaction: string): Promise<boolean> {
  const { rowCount } = await db.query(
    `select from ${identifier(stateSchema)}.node_state where run_id = $1 and xmin = ($2::xid8)::xid limit 1`,
    [runId, transaction],
  );
  return rowCount > 0;
}
