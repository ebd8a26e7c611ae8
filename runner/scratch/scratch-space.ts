import { randomBytes } from 'node:crypto';
import type { Database, Session } from '../adapters/types.ts';
import { DatabaseError } from '../errors.ts';
import { identifier, literal } from '../util/sql.ts';

/** A place for throw-away schemas. */
export interface ScratchSpace {
  readonly db: Database;
  /** What the names of its schemas begin with. */
  readonly prefix: string;
}

const PREFIX = 'runner_scratch_';
/** First half of the advisory locks that say which spaces are in use; the second is the space's own number. */
const LOCK_CLASS = 0x73637274;

/**
 * Does `work` with a space that is emptied when it ends, however it ends. What a process left that was killed is dropped
 * first: a space is in use as long as the session lives that holds its lock.
 * @param lasting the same database for what is done after the signal, too
 */
export async function withScratchSpace<T>(
  db: Database,
  lasting: Database,
  work: (space: ScratchSpace) => Promise<T>,
): Promise<T> {
  return lasting.connection(async (session) => {
    await dropAbandoned(session);
    const token = randomBytes(4).toString('hex');
    await session.query(`select pg_advisory_lock(${LOCK_CLASS}, ${numberOf(token)})`);
    try {
      const done = await work({ db, prefix: PREFIX + token });
      // With the session its lock is lost, and another start may have emptied the space before the work was done.
      await session.query('select');
      return done;
    } finally {
      // On a session that may be another one: a lost connection must not leave it to the next start.
      await dropSchemas(lasting, await schemasOf(lasting, token)).catch(() => undefined);
      await session.query(`select pg_advisory_unlock(${LOCK_CLASS}, ${numberOf(token)})`).catch(() => undefined);
    }
  });
}

/**
 * Drops what no session uses any more, as far as this role may; what can't be dropped yet, for a statement of a killed
 * process still runs in it, is left to the next start.
 * @returns how many spaces are in use
 */
export async function dropAbandoned(session: Pick<Session, 'query'>): Promise<number> {
  const tokens = new Set((await schemasOf(session)).map((schema) => schema.slice(PREFIX.length).slice(0, 8)));
  let inUse = 0;
  for (const token of tokens) {
    const { rows } = await session.query(`select pg_try_advisory_lock(${LOCK_CLASS}, ${numberOf(token)})`);
    if (rows[0]?.[0] !== 't') {
      inUse += 1;
      continue;
    }
    try {
      await dropSchemas(session, await schemasOf(session, token));
    } catch (error) {
      if (!(error instanceof DatabaseError)) throw error;
      inUse += 1;
    }
    await session.query(`select pg_advisory_unlock(${LOCK_CLASS}, ${numberOf(token)})`);
  }
  return inUse;
}

async function schemasOf(session: Pick<Session, 'query'>, token = '[0-9a-f]{8}'): Promise<readonly string[]> {
  const { rows } = await session.query(
    `select nspname from pg_catalog.pg_namespace
     where nspname ~ ${literal(`^${PREFIX}${token}_`)} and pg_has_role(nspowner, 'usage') order by 1`,
  );
  return rows.map(([name]) => name ?? '');
}

/** One after the other: a transaction has so many locks only. */
async function dropSchemas(session: Pick<Session, 'query'>, schemas: readonly string[]): Promise<void> {
  for (const schema of schemas) await session.query(`drop schema if exists ${identifier(schema)} cascade`);
}

function numberOf(token: string): number {
  return Buffer.from(token, 'hex').readInt32BE();
}
