import { randomBytes } from 'node:crypto';
import type { Database, Session } from '../adapters/types.ts';
import { DatabaseError } from '../errors.ts';
import { IS_SCRATCH, SCRATCH_PREFIX } from '../state/target-state.ts';
import { identifier } from '../util/sql.ts';

/** A place for throw-away schemas. */
export interface ScratchSpace {
  readonly db: Database;
  /** What the names of its schemas begin with. */
  readonly prefix: string;
}

/** First half of the advisory locks that say which spaces are in use; the second is the space's own number. */
const LOCK_CLASS = 0x73637274;
/** What a killed process still runs is not waited for, but long enough for the server to give way with its own upkeep. */
const PATIENCE = '2s';

/** Where a space is made. */
export interface ScratchPlace {
  readonly db: Database;
  /** The same database for what is done after the signal, too. */
  readonly lasting: Database;
  /** Told what could not be dropped. */
  readonly notice: Notice;
}

type Notice = (message: string) => void;

/**
 * Does `work` with a space that is emptied when it ends, however it ends. What a process left that was killed is dropped
 * first: a space is in use as long as the session lives that holds its lock.
 */
export async function withScratchSpace<T>(
  { db, lasting, notice }: ScratchPlace,
  work: (space: ScratchSpace) => Promise<T>,
): Promise<T> {
  // With its session the lock ends.
  return lasting.connection(async (session) => {
    await dropAbandoned(session, notice);
    const token = randomBytes(4).toString('hex');
    await session.query(`select pg_advisory_lock(${LOCK_CLASS}, ${numberOf(token)})`);
    try {
      const done = await work({ db, prefix: SCRATCH_PREFIX + token });
      // With the session its lock is lost, and another start may have emptied the space before the work was done.
      await session.query('select');
      return done;
    } finally {
      // On a session that may be another one: a lost connection must not leave it to the next start.
      await empty(lasting, token, notice);
    }
  });
}

/**
 * Drops what no session uses any more, as far as this role may; what can't be dropped yet, for a statement of a killed
 * process still runs in it, is told and left to the next start.
 * @param session gets a `lock_timeout`
 * @returns how many spaces are in use
 */
export async function dropAbandoned(session: Pick<Session, 'query'>, notice: Notice): Promise<number> {
  const tokens = new Set((await schemasOf(session)).map(tokenOf));
  if (tokens.size > 0) await session.query(`set lock_timeout = '${PATIENCE}'`);
  let inUse = 0;
  for (const token of tokens) {
    const { rows } = await session.query(`select pg_try_advisory_lock(${LOCK_CLASS}, ${numberOf(token)})`);
    if (rows[0]?.[0] !== 't') {
      inUse += 1;
      continue;
    }
    if (!(await dropSchemas(session, await schemasOf(session, token), notice))) inUse += 1;
    await session.query(`select pg_advisory_unlock(${LOCK_CLASS}, ${numberOf(token)})`);
  }
  return inUse;
}

/** The error of the work, or its result, goes before what happens here. */
async function empty(db: Database, token: string, notice: Notice): Promise<void> {
  let schemas: readonly string[] = [`${SCRATCH_PREFIX}${token}_…`];
  try {
    schemas = await schemasOf(db, token);
    await dropSchemas(db, schemas, notice);
  } catch (error) {
    notice(leftBehind(schemas, error));
  }
}

async function schemasOf(session: Pick<Session, 'query'>, token?: string): Promise<readonly string[]> {
  const { rows } = await session.query(`select nspname from pg_catalog.pg_namespace where ${IS_SCRATCH} order by 1`);
  return rows.map(([name]) => name ?? '').filter((name) => token === undefined || tokenOf(name) === token);
}

/** One after the other: a transaction has so many locks only. @returns whether all are gone */
async function dropSchemas(
  session: Pick<Session, 'query'>,
  schemas: readonly string[],
  notice: Notice,
): Promise<boolean> {
  const left = new Map<string, DatabaseError>();
  for (const schema of schemas) {
    try {
      await session.query(`drop schema if exists ${identifier(schema)} cascade`);
    } catch (error) {
      if (!(error instanceof DatabaseError)) throw error;
      left.set(schema, error);
    }
  }
  const [error] = left.values();
  if (error) notice(leftBehind([...left.keys()], error));
  return left.size === 0;
}

function leftBehind(schemas: readonly string[], error: unknown): string {
  const why = error instanceof Error ? error.message : String(error);
  return `throw-away schemas with copies of data could not be dropped, and the next run tries again: ${schemas.join(', ')}: ${why}`;
}

function tokenOf(schema: string): string {
  return schema.slice(SCRATCH_PREFIX.length).slice(0, 8);
}

function numberOf(token: string): number {
  return Buffer.from(token, 'hex').readInt32BE();
}
