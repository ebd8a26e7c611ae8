import type { Knex } from 'knex';
import type { ConnectionConfig } from '../adapters/types.ts';

interface Migration {
  readonly name: string;
  readonly up: (knex: Knex, schema: string) => Promise<void>;
}

/** The history of the runner's own tables; a released entry is never edited, only followed. */
const MIGRATIONS: readonly Migration[] = [
  { name: '001_runs_nodes_batches', up: runsNodesBatches },
  { name: '002_details_and_relations', up: detailsAndRelations },
  { name: '003_run_plan', up: runPlan },
  { name: '004_check_engine', up: checkEngine },
  { name: '005_run_batch', up: runBatch },
  { name: '006_outbox', up: outbox },
  { name: '007_run_alerted', up: runAlerted },
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
          up: (tx: Knex) => migration.up(tx, schema),
          down: async () => {},
        }),
      },
    });
  } finally {
    await knex.destroy();
  }
}

async function runsNodesBatches(knex: Knex, schema: string): Promise<void> {
  // A schema builder runs all that it was told, each time: one for each table.
  const create = (name: string, build: (table: Knex.CreateTableBuilder) => void): Promise<void> =>
    knex.schema.withSchema(schema).createTable(name, build);
  await create('run', (table) => {
    table.text('run_id').primary();
    table.text('label').notNullable();
    table.text('command').notNullable();
    table.text('arguments').notNullable();
    table.text('project').notNullable();
    table.text('target').notNullable();
    table.date('date_reference').notNullable();
    table.text('git_commit');
    table.text('orchestrator').notNullable();
    table.text('status').notNullable();
    table.text('error');
    table.timestamp('started_at', { useTz: true }).notNullable();
    table.timestamp('finished_at', { useTz: true });
  });
  await create('node_result', (table) => {
    table.text('run_id').notNullable();
    table.text('node_id').notNullable();
    table.text('name').notNullable();
    table.text('resource_type').notNullable();
    table.text('status').notNullable();
    table.bigInteger('row_count');
    table.bigInteger('rows_affected');
    table.text('message');
    table.timestamp('started_at', { useTz: true });
    table.timestamp('finished_at', { useTz: true });
    table.primary(['run_id', 'node_id']);
  });
  await create('check_result', (table) => {
    table.text('run_id').notNullable();
    table.text('node_id').notNullable();
    table.text('check_path').notNullable();
    table.text('check_type').notNullable();
    table.text('column_name');
    table.text('name').notNullable();
    table.text('outcome').notNullable();
    table.text('value');
    table.text('threshold');
    table.text('message');
    table.primary(['run_id', 'node_id', 'check_path']);
  });
  await create('batch', (table) => {
    table.bigIncrements('batch_id');
    table.text('source').notNullable();
    table.text('origin').notNullable();
    table.text('content_hash').notNullable();
    table.text('version').notNullable();
    table.text('origin_hash');
    table.bigInteger('row_count').notNullable();
    table.date('as_of').notNullable();
    table.text('run_id').notNullable();
    table.timestamp('loaded_at', { useTz: true }).notNullable();
    table.index(['source', 'batch_id']);
  });
  await create('node_state', (table) => {
    table.text('node_id').primary();
    table.jsonb('parts').notNullable();
    table.jsonb('versions').notNullable();
    table.text('run_id').notNullable();
    table.timestamp('published_at', { useTz: true }).notNullable();
  });
}

/** What a run set out to do, for `retry`; of a run before this version it is not known. */
async function runPlan(knex: Knex, schema: string): Promise<void> {
  await knex.schema.withSchema(schema).alterTable('run', (table) => {
    table.jsonb('plan');
  });
}

/** Both engines may speak in one run, under the id of an orchestrator. Until then there was one. */
async function checkEngine(knex: Knex, schema: string): Promise<void> {
  await knex.schema.withSchema(schema).alterTable('check_result', (table) => {
    table.text('engine').notNullable().defaultTo('runner');
    table.dropPrimary();
    table.primary(['run_id', 'node_id', 'check_path', 'engine']);
  });
}

/** Which execution of an orchestrator has sent its alert under the id of a run. */
async function runAlerted(knex: Knex, schema: string): Promise<void> {
  await knex.schema.withSchema(schema).alterTable('run', (table) => {
    table.text('alerted_for');
  });
}

/** What became of each message, by its key: neither its text nor whom it names; and where new ones are still to be taken up. */
async function outbox(knex: Knex, schema: string): Promise<void> {
  await knex.schema.withSchema(schema).createTable('outbox_due', (table) => {
    table.text('outbox').primary();
    table.text('run_id').notNullable();
    table.timestamp('due_since', { useTz: true }).notNullable();
  });
  await knex.schema.withSchema(schema).createTable('outbox', (table) => {
    table.text('outbox').notNullable();
    table.text('message_key').notNullable();
    // waiting, sending, sent, skipped
    table.text('status').notNullable();
    table.integer('attempts').notNullable().defaultTo(0);
    // Attempts that may have arrived without being answered.
    table.integer('uncertain').notNullable().defaultTo(0);
    table.integer('resent').notNullable().defaultTo(0);
    table.timestamp('noted_at', { useTz: true }).notNullable();
    table.timestamp('tried_at', { useTz: true });
    table.timestamp('sent_at', { useTz: true });
    // The service has asked for it; it holds for the whole webhook.
    table.timestamp('not_before', { useTz: true });
    table.text('run_id').notNullable();
    table.text('reason');
    table.primary(['outbox', 'message_key']);
    table.index(['outbox'], 'outbox_open', { predicate: knex.whereRaw("status in ('waiting', 'sending')") });
  });
}

/**
 * Which batches a run read, and which batches' rows are gone. What former runs read is what was in force
 * when they began and what they landed.
 */
async function runBatch(knex: Knex, schema: string): Promise<void> {
  await knex.schema.withSchema(schema).alterTable('batch', (table) => {
    table.timestamp('pruned_at', { useTz: true });
  });
  await knex.schema.withSchema(schema).createTable('run_batch', (table) => {
    table.text('run_id').notNullable();
    table.text('source').notNullable();
    table.bigInteger('batch_id').notNullable();
    table.primary(['run_id', 'source', 'batch_id']);
  });
  await knex.raw(
    `insert into ??.run_batch (run_id, source, batch_id)
     select run_id, source, batch_id from ??.batch
     union
     select r.run_id, b.source, max(b.batch_id) from ??.run r join ??.batch b on b.loaded_at <= r.started_at group by 1, 2`,
    [schema, schema, schema, schema],
  );
}

/** Rows of `node_state` stay valid: one without `hashes` is compared as it was written, and completed by the next run. */
async function detailsAndRelations(knex: Knex, schema: string): Promise<void> {
  await knex.schema.withSchema(schema).alterTable('node_state', (table) => {
    table.jsonb('hashes');
    table.jsonb('details');
  });
  await knex.schema.withSchema(schema).createTable('built_relation', (table) => {
    table.text('schema_name').notNullable();
    table.text('relation_name').notNullable();
    table.text('node_id').notNullable();
    table.text('kind').notNullable();
    table.bigInteger('oid').notNullable();
    table.boolean('protected').notNullable();
    table.bigInteger('row_count');
    table.text('run_id').notNullable();
    table.timestamp('built_at', { useTz: true }).notNullable();
    table.primary(['schema_name', 'relation_name']);
  });
}
