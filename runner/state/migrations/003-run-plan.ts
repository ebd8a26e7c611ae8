import type { Knex } from 'knex';

/** What a run set out to do, for `retry`; of a run before this version it is not known. */
export async function up(knex: Knex, schema: string): Promise<void> {
  await knex.schema.withSchema(schema).alterTable('run', (table) => {
    table.jsonb('plan');
  });
}
