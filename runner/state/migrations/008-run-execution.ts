import type { Knex } from 'knex';

/** Which execution has begun a run, for a label that comes again; of a run before this version it is not known. */
export async function up(knex: Knex, schema: string): Promise<void> {
  await knex.schema.withSchema(schema).alterTable('run', (table) => {
    table.text('execution');
  });
}
