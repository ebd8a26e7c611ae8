import type { Knex } from 'knex';
import type { ConnectionConfig } from '../adapters/types.ts';

interface Migration {
  readonly name: string;
  /** Loaded only where tables are brought up to date. */
  readonly load: () => Promise<{ readonly up: (knex: Knex, schema: string) => Promise<void> }>;
}

/** The history of the runner's own tables; a released entry is never edited, only followed. */
const MIGRATIONS: readonly Migration[] = [
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
 * Brings the runner's own tables to the latest version; may run twice. Knex is loaded here only: a run on a target that
 * is up to date does without it.
 */
export async function migrate(config: ConnectionConfig, schema: string): Promise<void> {
  const { openKnex } = await import('../adapters/knex.ts');
  const knex = await openKnex(config);
  try {
    await knex.raw('create schema if not exists ??', [schema]);
    await knex.migrate.latest({
      schemaName: schema,
      tableName: 'migration',
      migrationSource: {
        getMigrations: async () => [...MIGRATIONS],
        getMigrationName: (migration: Migration) => migration.name,
        getMigration: async (migration: Migration) => ({
          up: async (tx: Knex) => (await migration.load()).up(tx, schema),
          down: async () => {},
        }),
      },
    });
  } finally {
    await knex.destroy();
  }
}
