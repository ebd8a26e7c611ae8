import type { Database } from '../adapters/types.ts';
import { groupBy } from '../util/group-by.ts';
import { identifier } from '../util/sql.ts';
import { whenAbsent } from './when-absent.ts';

/** The last runs of a project and what became of its nodes and sources, for people. Times are those of the session's zone. */
export interface RunHistory {
  /** Newest first. */
  readonly runs: readonly PastRun[];
  /** How each node ended when it was tried last, by id. */
  readonly lastResults: ReadonlyMap<string, PastResult & { readonly runId: string }>;
  /** How each unit test ended last, by node id and path. */
  readonly unitTests: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** Newest first, by source. */
  readonly batches: ReadonlyMap<string, readonly PastBatch[]>;
}

export interface PastRun {
  readonly runId: string;
  readonly label: string;
  readonly command: string;
  readonly target: string;
  /** The day that the run stood for, `YYYY-MM-DD`. */
  readonly day: string;
  readonly commit: string | null;
  readonly orchestrator: string;
  readonly status: string;
  readonly error: string | null;
  /** `YYYY-MM-DD HH:MM:SS` */
  readonly started: string;
  /** `null` while it runs, or when it died. */
  readonly seconds: number | null;
  /** In order of start. */
  readonly results: readonly PastResult[];
}

export interface PastResult {
  readonly nodeId: string;
  readonly name: string;
  readonly status: string;
  readonly rows: number | null;
  /** Rows that were added, removed or changed. */
  readonly changed: number | null;
  readonly message: string | null;
  /** `YYYY-MM-DD HH:MM:SS`; `null` of what was not started. */
  readonly started: string | null;
  /** Seconds after the start of its run. */
  readonly offset: number | null;
  readonly seconds: number | null;
}

export interface PastBatch {
  readonly batchId: string;
  readonly source: string;
  readonly origin: string;
  readonly rows: number;
  readonly asOf: string;
  readonly runId: string;
  /** `YYYY-MM-DD HH:MM:SS` */
  readonly landed: string;
  /** Its rows are kept no more. */
  readonly isPruned: boolean;
}

const TIME = "'YYYY-MM-DD HH24:MI:SS'";
const RESULT = `'nodeId', n.node_id, 'name', n.name, 'status', n.status, 'rows', n.row_count, 'changed', n.rows_affected,
  'message', n.message, 'started', to_char(n.started_at, ${TIME}),
  'offset', round(extract(epoch from n.started_at - r.started_at), 3),
  'seconds', round(extract(epoch from n.finished_at - n.started_at), 3)`;

/**
 * @param last runs, and batches of each source, at the most
 * @returns `undefined` on a target without the runner's tables
 */
export async function runHistory(
  db: Database,
  schema: string,
  project: string,
  last: number,
): Promise<RunHistory | undefined> {
  const table = (name: string): string => `${identifier(schema)}.${identifier(name)}`;
  const read = async <T>(sql: string, params: readonly unknown[]): Promise<readonly T[] | undefined> => {
    const result = await db.query(sql, params).catch(whenAbsent);
    return result?.rows.map(([text]) => JSON.parse(text ?? '') as T);
  };
  const runs = await read<PastRun>(
    `select json_build_object('runId', r.run_id, 'label', r.label, 'command', r.command, 'target', r.target, 'day', r.date_reference,
       'commit', r.git_commit, 'orchestrator', r.orchestrator, 'status', r.status, 'error', r.error,
       'started', to_char(r.started_at, ${TIME}), 'seconds', round(extract(epoch from r.finished_at - r.started_at), 3),
       'results', coalesce((
         select json_agg(json_build_object(${RESULT}) order by n.started_at, n.finished_at, n.node_id)
         from ${table('node_result')} as n where n.run_id = r.run_id), '[]'))
     from ${table('run')} as r where r.project = $1 order by r.started_at desc, r.run_id limit $2`,
    [project, last],
  );
  if (!runs) return undefined;
  const results = await read<PastResult & { readonly runId: string }>(
    `select distinct on (n.node_id) json_build_object('runId', r.run_id, ${RESULT})
     from ${table('node_result')} as n join ${table('run')} as r on r.run_id = n.run_id
     where r.project = $1 and n.status not in ('unchanged', 'skipped', 'cancelled')
     order by n.node_id, r.started_at desc, r.run_id`,
    [project],
  );
  const tests = await read<{ readonly nodeId: string; readonly path: string; readonly outcome: string }>(
    `select distinct on (c.node_id, c.check_path) json_build_object('nodeId', c.node_id, 'path', c.check_path, 'outcome', c.outcome)
     from ${table('check_result')} as c join ${table('run')} as r on r.run_id = c.run_id
     where r.project = $1 and c.check_type = 'unit_test'
     order by c.node_id, c.check_path, r.started_at desc, r.run_id`,
    [project],
  );
  const batches = await read<PastBatch>(
    `select json_build_object('batchId', batch_id::text, 'source', source, 'origin', origin, 'rows', row_count, 'asOf', as_of, 'runId', run_id,
       'landed', to_char(loaded_at, ${TIME}), 'isPruned', pruned_at is not null)
     from (select *, row_number() over (partition by source order by batch_id desc) as age from ${table('batch')}) as b
     where age <= $1 order by source, batch_id desc`,
    [last],
  );
  return {
    runs,
    lastResults: new Map((results ?? []).map((result) => [result.nodeId, result])),
    unitTests: new Map(
      [...groupBy(tests ?? [], ({ nodeId }) => nodeId)].map(([id, own]) => [
        id,
        new Map(own.map(({ path, outcome }) => [path, outcome])),
      ]),
    ),
    batches: groupBy(batches ?? [], ({ source }) => source),
  };
}
