import type { Knex } from 'knex';

export async function up(knex: Knex, schema: string): Promise<void> {
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
