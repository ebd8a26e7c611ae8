/** The runner's own tables in the schema of its state, as the migrations and their library make them. */
export const OWN_TABLES = [
  'batch',
  'built_relation',
  'check_result',
  'migration',
  'migration_lock',
  'node_result',
  'node_state',
  'outbox',
  'outbox_due',
  'run',
  'run_batch',
] as const;
