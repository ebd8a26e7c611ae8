import type { Database } from '../adapters/types.ts';
import type { Engine, Outcome } from '../contracts/types.ts';
import { identifier } from '../util/sql.ts';
import { whenAbsent } from './when-absent.ts';

/** What a check was found to be in a run. */
export interface CheckPoint {
  readonly runId: string;
  readonly label: string;
  readonly command: string;
  /** The day that the run stood for, `YYYY-MM-DD`. */
  readonly day: string;
  /** In ISO form, in the time zone of the session. */
  readonly startedAt: string;
  readonly engine: Engine;
  readonly outcome: Outcome;
  readonly value: string | null;
  readonly threshold: string;
  readonly message: string;
}

export interface CheckHistory {
  readonly nodeId: string;
  readonly path: string;
  readonly type: string;
  /** As it was called last. */
  readonly name: string;
  /** Oldest first. */
  readonly points: readonly CheckPoint[];
}

interface RowJson extends CheckPoint, Omit<CheckHistory, 'points'> {}

/**
 * The last verdicts on the checks of some nodes, at most `last` of each. On a target without the runner's tables there are
 * none; one of an older version, which this leaves as it is, knew one engine.
 */
export async function checkHistory(
  db: Database,
  schema: string,
  nodeIds: readonly string[],
  last: number,
): Promise<readonly CheckHistory[]> {
  const table = (name: string): string => `${identifier(schema)}.${identifier(name)}`;
  const result = await db
    .query(
      `select json_build_object(
         'nodeId', node_id, 'path', check_path, 'type', check_type, 'name', name, 'runId', run_id, 'label', label,
         'command', command, 'day', date_reference, 'startedAt', started_at,
         'engine', engine, 'outcome', outcome, 'value', value, 'threshold', threshold, 'message', message)
       from (
         select c.run_id, c.node_id, c.check_path, c.check_type, c.name, c.outcome, c.value, c.threshold, c.message,
           r.label, r.command, r.date_reference, r.started_at, e.engine,
           row_number() over (partition by c.node_id, c.check_path order by r.started_at desc, e.engine) as age
         from ${table('check_result')} as c
         join ${table('run')} as r on r.run_id = c.run_id
         cross join lateral (select coalesce(to_jsonb(c) ->> 'engine', 'runner') as engine) as e
         where c.check_type <> 'unit_test' and c.node_id = any ($1)
       ) as verdict
       where age <= $2
       order by age desc`,
      [nodeIds, last],
    )
    .catch(whenAbsent);
  const histories = new Map<string, CheckHistory & { readonly points: CheckPoint[] }>();
  for (const [text] of result?.rows ?? []) {
    const { nodeId, path, type, name, ...point } = JSON.parse(text ?? '') as RowJson;
    const key = JSON.stringify([nodeId, path]);
    histories.set(key, { nodeId, path, type, name, points: [...(histories.get(key)?.points ?? []), point] });
  }
  return [...histories.values()];
}
