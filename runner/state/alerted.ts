import type { Database } from '../adapters/types.ts';
import { identifier } from '../util/sql.ts';

/** For which execution of an orchestrator an alert was sent under the id of a run. */
export async function alertedFor(db: Database, schema: string, runId: string): Promise<string | null> {
  const { rows } = await db.query(`select alerted_for from ${identifier(schema)}.run where run_id = $1`, [runId]);
  return rows[0]?.[0] ?? null;
}

export async function noteAlerted(db: Database, schema: string, runId: string, execution: string): Promise<void> {
  await db.query(`update ${identifier(schema)}.run set alerted_for = $2 where run_id = $1`, [runId, execution]);
}
