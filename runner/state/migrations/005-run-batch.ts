import type { Knex } from 'knex';

/**
 * Which batches a run read, and which batches' rows are gone. What former runs read is what was in force
 * when they began and what they landed.
 */
export async function up(knex: Knex, schema: string): Promise<void> {
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
