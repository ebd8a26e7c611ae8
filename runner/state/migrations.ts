import type { Knex } from 'knex';
import { statementError } from '../adapters/postgres-errors.ts';
import type { ConnectionConfig } from '../adapters/types.ts';
import { RunnerError } from '../errors.ts';

interface Migration {
  readonly name: string;
  /** Loaded only where tables are brought up to date. */
  readonly load: () => Promise<{ readonly up: (knex: Knex, schema: string) => Promise<void> }>;
}

/** The history of the runner's own tables; a released entry is never edited, only followed. */
export const MIGRATIONS: readonly Migration[] = [
  { name: '001_runs_nodes_batches', load: () => import('./migrations/001-runs-nodes-batches.ts') },
  { name: '002_details_and_relations', load: () => import('./migrations/002-details-and-relations.ts') },
  { name: '003_run_plan', load: () => import('./migrations/003-run-plan.ts') },
  { name: '004_check_engine', load: () => import('./migrations/004-check-engine.ts') },
  { name: '005_run_batch', load: () => import('./migrations/005-run-batch.ts') },
  { name: '006_outbox', load: () => import('./migrations/006-outbox.ts') },
  { name: '007_run_alerted', load: () => import('./migrations/007-run-alerted.ts') },
  { name: '008_run_execution', load: () => import('./migrations/008-run-execution.ts') },
];

export const LATEST_MIGRATION = MIGRATIONS.at(-1)?.name ?? '';

/**
 * Brings the runner's own tables to the latest version, in one transaction; may run twice, and in two processes at once.
 * Knex is loaded here only: a run on a target that is up to date does without it.
 * @param upTo for tests: how many migrations there are
 * @throws RunnerError `TARGET_NEWER`, or what the server says; the tables are then as they were
 */
export async function migrate(config: ConnectionConfig, schema: string, upTo = MIGRATIONS.length): Promise<void> {
  const { openKnex } = await import('../adapters/knex.ts');
  const knex = await openKnex(config);
  try {
    // Knex's own lock does not guard the making of its tables. There is one connection; the lock ends with it.
    await knex.raw('select pg_advisory_lock(hashtextextended(?, 0))', [`migrations of ${schema}`]);
    if (await isThere(knex, schema, 'migration')) {
      const { rows } = (await knex.raw('select max(name) as name from ??.migration', [schema])) as NamedRows;
      refuseNewer(rows[0]?.name ?? '');
    } else if (!(await isThere(knex, schema))) await knex.raw('create schema ??', [schema]);
    await knex.migrate.latest({
      schemaName: schema,
      tableName: 'migration',
      migrationSource: {
        getMigrations: async () => MIGRATIONS.slice(0, upTo),
        getMigrationName: (migration: Migration) => migration.name,
        getMigration: async (migration: Migration) => ({
          up: async (tx: Knex) => (await migration.load()).up(tx, schema),
          down: async () => {},
        }),
      },
    });
  } catch (error) {
    throw statementError(error);
  } finally {
    await knex.destroy();
  }
}

/**
 * @param latest the name of the last migration that a target has seen
 * @throws RunnerError `TARGET_NEWER` when this version of the runner has not heard of it
 */
export function refuseNewer(latest: string): void {
  if (latest <= LATEST_MIGRATION) return;
  throw new RunnerError({
    code: 'TARGET_NEWER',
    message: 'the database was brought up to date by a newer version of the runner',
    expected: `its own tables as of migration ${LATEST_MIGRATION}, or older`,
    found: latest,
    hint: 'Use that version again, or restore the database from the backup made before the upgrade. Nothing was written.',
  });
}

interface NamedRows {
  readonly rows: readonly { readonly name: string | null }[];
}

/** Who may not create schemas may still use one that was made for them. */
async function isThere(knex: Knex, schema: string, table?: string): Promise<boolean> {
  const found = table
    ? knex.raw("to_regclass(format('%I.%I', ?::text, ?::text))", [schema, table])
    : knex.raw('to_regnamespace(quote_ident(?))', [schema]);
  const { rows } = (await knex.raw('select ?::text as name', [found])) as NamedRows;
  return rows[0]?.name != null;
}
