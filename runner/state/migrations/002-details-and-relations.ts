import type { Knex } from 'knex';

/** Rows of `node_state` stay valid: one without `hashes` is compared as it was written, and completed by the next run. */
export async function up(knex: Knex, schema: string): Promise<void> {
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
