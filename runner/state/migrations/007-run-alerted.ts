import type { Knex } from 'knex';

/** Which execution of an orchestrator has sent its alert under the id of a run. */
export async function up(knex: Knex, schema: string): Promise<void> {
  await knex.schema.withSchema(schema).alterTable('run', (table) => {
    table.text('alerted_for');
  });
}
