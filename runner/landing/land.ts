import type { Database, Session } from '../adapters/types.ts';
import { ConnectionLost } from '../errors.ts';
import type { SourceTable } from '../project/types.ts';
import type { BatchState } from '../state/types.ts';
import { hashOf } from '../util/hash.ts';
import { redactor } from '../util/redact.ts';
import { identifier, literal, quoted, type Relation } from '../util/sql.ts';
import { contentHash, copyRows, hashed } from './copy-rows.ts';
import { refusal, refuse } from './refuse.ts';
import type { Extraction, LoaderContext } from './types.ts';

export interface Landing {
  /** `null` when the source holds what the batch in force holds. */
  readonly batch: BatchState | null;
  /** Requests that got no answer: they are asked again by the next run. */
  readonly unanswered?: number;
  /** What landed is only a part of what was asked for: why, in the loader's own words. */
  readonly shortfall?: Error;
}

export interface LandingTarget {
  readonly db: Database;
  readonly raw: Relation;
  readonly stateSchema: string;
  readonly runId: string;
}

/**
 * Lands what a source's loader has handed over as one immutable batch, by streaming COPY into a partition of
 * the raw table, in one transaction: a batch is there whole or not at all, and an unchanged source lands nothing.
 * @throws RunnerError (exit 1) with the loader's own fault, nothing landed; ConnectionLost, of which `atCommit` means
 * that even the server could not be asked whether it landed
 */
export async function land(
  target: LandingTarget,
  source: SourceTable,
  extraction: Extraction,
  context: LoaderContext,
): Promise<Landing> {
  const unchanged = new Error('unchanged');
  let batch: BatchState | null = null;
  try {
    await target.db.transaction(async (tx) => {
      batch = await landBatch(tx, target, source, extraction, context);
      if (!batch) throw unchanged;
    });
  } catch (error) {
    if (error instanceof ConnectionLost && error.atCommit) await afterLostCommit(target, context.source, batch, error);
    else if (error !== unchanged) return refuse(error, context.source);
  }
  const missing = extraction.shortfall?.();
  return { batch, ...(missing ? { shortfall: refusal(missing, context.source) } : {}) };
}

/**
 * Creates the raw table of a source, or adds the columns that its configuration has gained. A table that is as it
 * should be is only looked at: altering it would keep its readers waiting until the transaction ends.
 */
export async function ensureRawTable(
  session: Session | Database,
  raw: Relation,
  columns: readonly string[],
): Promise<void> {
  const found = await session.query(
    `select attname from pg_catalog.pg_attribute where attrelid = to_regclass(${literal(quoted(raw))}) and attnum > 0 and not attisdropped`,
  );
  const present = new Set(found.rows.map(([name]) => name));
  const missing = columns.filter((column) => !present.has(column)).map((column) => `${identifier(column)} text`);
  if (present.size === 0) {
    await session.query(
      `create schema if not exists ${identifier(raw.schema)};
       create table if not exists ${quoted(raw)} (batch_id bigint not null, row_number integer not null, loaded_at timestamptz not null, ${missing.join(', ')}) partition by list (batch_id)`,
    );
  } else if (missing.length > 0) {
    await session.query(
      `alter table ${quoted(raw)} ${missing.map((column) => `add column if not exists ${column}`).join(', ')}`,
    );
  }
}

/**
 * Looks whether a batch landed whose commit was not answered.
 * @throws ConnectionLost when it did not, or when that can't be known
 */
async function afterLostCommit(
  target: LandingTarget,
  source: string,
  batch: BatchState | null,
  lost: ConnectionLost,
): Promise<void> {
  const found = await target.db
    .settle(lost)
    .then(() =>
      target.db.transaction(async (tx) => {
        await holdSource(tx, source);
        return tx.query(`select from ${identifier(target.stateSchema)}.batch where batch_id = $1 and run_id = $2`, [
          batch?.batchId,
          target.runId,
        ]);
      }),
    )
    .catch(() => {
      throw lost;
    });
  if (found.rowCount === 0) throw new ConnectionLost(lost.reason, { backend: lost.backend });
}

/** One batch of a source at a time. */
async function holdSource(tx: Session, source: string): Promise<void> {
  await tx.query(`select pg_advisory_xact_lock(hashtextextended(${literal(`batch of ${source}`)}, 0))`);
}

/** @returns `null` when the rows are those of the batch in force */
async function landBatch(
  tx: Session,
  target: LandingTarget,
  source: SourceTable,
  extraction: Extraction,
  context: LoaderContext,
): Promise<BatchState | null> {
  const batches = `${identifier(target.stateSchema)}.batch`;
  await holdSource(tx, context.source);
  const last = (
    await tx.query(`select content_hash, version from ${batches} where source = $1 order by batch_id desc limit 1`, [
      context.source,
    ])
  ).rows[0];
  const opened = await tx.query(
    `select nextval(pg_get_serial_sequence(${literal(`${target.stateSchema}.batch`)}, 'batch_id')), clock_timestamp()`,
  );
  const [batchId = '', loadedAt = ''] = opened.rows[0]?.map(String) ?? [];

  await ensureRawTable(tx, target.raw, source.columns);
  const partition = { schema: target.raw.schema, name: `${target.raw.name}_${batchId}` };
  // What is the same in all rows is a default, so that what is sent is what is hashed: the source's content alone.
  await tx.query(
    `create table ${quoted(partition)} (like ${quoted(target.raw)}, check (batch_id = ${batchId}));
     alter table ${quoted(partition)} alter batch_id set default ${batchId}, alter loaded_at set default ${literal(loadedAt)}`,
  );
  const hash = contentHash(source.columns);
  const rowCount = await tx.copyIn(
    `copy ${quoted(partition)} (${['row_number', ...source.columns].map(identifier).join(', ')}) from stdin`,
    hashed(copyRows(extraction.rows, source.columns.length), hash),
  );
  const content = hash.digest('hex');
  if (bringsNothing(source, rowCount, content, last?.[0] ?? undefined)) return null;

  await tx.query(`alter table ${quoted(target.raw)} attach partition ${quoted(partition)} for values in (${batchId})`);
  const originHash = extraction.originHash ? sealed(extraction.originHash, source.columns) : null;
  const version = source.mode === 'append' ? hashOf([last?.[1] ?? null, content]) : content;
  await tx.query(
    `insert into ${batches} (batch_id, source, origin, content_hash, version, origin_hash, row_count, as_of, run_id, loaded_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    [
      batchId,
      context.source,
      redactor.redact(extraction.origin),
      content,
      version,
      originHash,
      rowCount,
      context.asOf,
      target.runId,
      loadedAt,
    ],
  );
  await tx.query(
    `insert into ${identifier(target.stateSchema)}.run_batch (run_id, source, batch_id) values ($1, $2, $3)`,
    [target.runId, context.source, batchId],
  );
  return { batchId, version, origin: extraction.origin, originHash, rowCount };
}

/** Whether rows are no reason for a batch: none are appended, or they are those in force. @param former the hash of these */
export function bringsNothing(
  { mode }: Pick<SourceTable, 'mode'>,
  rows: number,
  hash: string,
  former: string | undefined,
): boolean {
  if (mode === 'append') return rows === 0;
  return hash === former || (rows === 0 && former === undefined);
}

/** What is kept of an origin's hash: it holds only as long as the columns are those it was landed with. */
function sealed(originHash: string, columns: readonly string[]): string {
  return `${originHash} ${hashOf(columns).slice(0, 16)}`;
}

/** The origin's own hash, or `null` when the columns are others by now. */
export function unsealed(kept: string | null, columns: readonly string[]): string | null {
  const originHash = kept?.split(' ')[0] ?? '';
  return kept === sealed(originHash, columns) ? originHash : null;
}
