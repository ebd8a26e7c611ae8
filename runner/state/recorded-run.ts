import type { Database } from '../adapters/types.ts';
import { identifier } from '../util/sql.ts';
import type { Plan } from './plan-record.ts';
import type { BatchState } from './types.ts';
import { whenAbsent } from './when-absent.ts';

/** A run as a list shows it. */
export interface RunLine {
  readonly runId: string;
  readonly label: string;
  readonly command: string;
  readonly day: string;
  readonly status: string;
  readonly startedAt: string;
  /** Whether it had something to build. */
  readonly built: boolean;
}

/** All that is known of a run that built something. */
export interface RecordedRun {
  readonly runId: string;
  readonly label: string;
  readonly command: string;
  readonly arguments: string;
  readonly status: string;
  readonly gitCommit: string | null;
  readonly startedAt: string;
  readonly plan: Pick<Plan, 'day' | 'vars' | 'made'>;
  /** Commands that built under its id. */
  readonly commands: number;
  /** How its nodes ended, by id. */
  readonly results: Readonly<Record<string, string>>;
  /** Nodes that are published as this run published them. */
  readonly published: readonly string[];
  /** By `system.table`: the batch that it read. */
  readonly batches: ReadonlyMap<string, RunBatch>;
  /** Runs of `forget` since. */
  readonly forgotten: readonly string[];
}

export interface RunBatch extends BatchState {
  /** When its rows were dropped. */
  readonly prunedAt: string | null;
}

/** The last runs of a project, the newest first. */
export async function lastRuns(db: Database, schema: string, project: string): Promise<readonly RunLine[]> {
  const result = await db
    .query(
      `select run_id, label, command, coalesce(plan ->> 'day', date_reference::text), status,
         to_char(started_at, 'YYYY-MM-DD HH24:MI:SS'), plan is not null
       from ${identifier(schema)}.run where project = $1 order by started_at desc`,
      [project],
    )
    .catch(whenAbsent);
  return (result?.rows ?? []).map(
    ([runId = '', label = '', command = '', day = '', status = '', startedAt = '', built]) => ({
      runId: runId ?? '',
      label: label ?? '',
      command: command ?? '',
      day: day ?? '',
      status: status ?? '',
      startedAt: startedAt ?? '',
      built: built === 't',
    }),
  );
}

type RunJson = Omit<RecordedRun, 'batches'> & {
  readonly batches: readonly ({ readonly source: string } & RunBatch)[] | null;
};

/** A run that built something. Of each source it read the last batch that it knew. */
export async function recordedRun(db: Database, schema: string, runId: string): Promise<RecordedRun> {
  const table = (name: string): string => `${identifier(schema)}.${name}`;
  const { rows } = await db.query(
    `select json_build_object('runId', run_id, 'label', label, 'command', command, 'arguments', arguments, 'status', status,
       'gitCommit', git_commit, 'startedAt', started_at, 'plan', plan - 'nodes',
       'commands', (select count(distinct value ->> 'at') from jsonb_each(plan -> 'nodes')),
       'results', (select coalesce(json_object_agg(node_id, status), '{}') from ${table('node_result')} where run_id = r.run_id),
       'published', (select coalesce(json_agg(node_id), '[]') from ${table('node_state')} where run_id = r.run_id),
       'batches', (select json_agg(json_build_object('source', b.source, 'batchId', b.batch_id::text, 'version', b.version, 'origin', b.origin,
           'originHash', b.origin_hash, 'rowCount', b.row_count, 'prunedAt', b.pruned_at))
         from ${table('batch')} b where b.batch_id in (select max(batch_id) from ${table('run_batch')} where run_id = r.run_id group by source)),
       'forgotten', (select coalesce(json_agg(run_id order by started_at), '[]') from ${table('run')} f
         where f.command = 'forget' and f.project = r.project and f.started_at > r.started_at and f.run_id <> r.run_id))
     from ${table('run')} r where run_id = $1`,
    [runId],
  );
  const { batches, ...run } = JSON.parse(rows[0]?.[0] ?? '{}') as RunJson;
  return { ...run, batches: new Map((batches ?? []).map(({ source, ...batch }) => [source, batch])) };
}
