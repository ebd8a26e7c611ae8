import type { Knex } from 'knex';

/** What became of each message, by its key: neither its text nor whom it names; and where new ones are still to be taken up. */
export async function up(knex: Knex, schema: string): Promise<void> {
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
    // The webhook has asked for it, and which one that was, by a hash of its address.
    table.timestamp('not_before', { useTz: true });
    table.text('not_before_of');
    table.text('run_id').notNullable();
    table.text('reason');
    table.primary(['outbox', 'message_key']);
    table.index(['outbox'], 'outbox_open', { predicate: knex.whereRaw("status in ('waiting', 'sending')") });
  });
}
