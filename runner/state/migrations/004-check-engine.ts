import type { Knex } from 'knex';

/** Both engines may speak in one run, under the id of an orchestrator. Until then there was one. */
export async function up(knex: Knex, schema: string): Promise<void> {
  await knex.schema.withSchema(schema).alterTable('check_result', (table) => {
    table.text('engine').notNullable().defaultTo('runner');
    table.dropPrimary();
    table.primary(['run_id', 'node_id', 'check_path', 'engine']);
  });
}
