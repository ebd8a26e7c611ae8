import type { ConnectionConfig, Database, Session } from '../adapters/types.ts';
import type { CheckResult, Engine } from '../contracts/types.ts';
import { redactor } from '../util/redact.ts';
import { identifier, type Relation } from '../util/sql.ts';
import type { CheckHistory } from './check-history.ts';
import type { LastRun, Plan } from './plan-record.ts';
import { NOTHING, parseState, stateQuery } from './target-state.ts';
import type { Details, Publication, RunRecord, TargetState } from './types.ts';
import { whenAbsent } from './when-absent.ts';

/** How a node ended, as kept in `node_result`. */
export interface NodeRecord {
  readonly nodeId: string;
  readonly name: string;
  readonly type: string;
  readonly status: string;
  readonly rowCount: number | null;
  readonly rowsAffected: number | null;
  readonly message: string | null;
  readonly startedAt: Date;
  readonly finishedAt: Date;
  readonly checks: readonly CheckRecord[];
}

/** A check of a contract, or a unit test, as kept in `check_result`. */
export type CheckRecord = Omit<CheckResult, 'type' | 'sample' | 'line' | 'kept'> & {
  readonly type: string;
  readonly engine: Engine;
};

/** The runner's own tables on one target. */
export interface Store {
  /** Everything a plan needs, in one round trip; brings the tables up to date first when they are not. */
  read(schemas: readonly string[], roles: readonly string[]): Promise<TargetState>;
  /** The same, changing nothing: of a target that was never built, or not by this version, that it holds nothing. */
  peek(schemas: readonly string[]): Promise<TargetState>;
  /** How the nodes of the last run but `runId` ended, by id. */
  lastResults(runId: string): Promise<ReadonlyMap<string, string>>;
  /** What nodes usually take when they are built, in seconds by id, from the last runs; nothing of one never built. */
  usualSeconds(nodeIds: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /**
   * Called with the target's lock held: a run that is still noted as running has died. A run of an id that is there
   * (an orchestrator that restarts one, or runs several commands in one execution) goes on with it: its results stay
   * until they are replaced one by one. Of another execution (a label that comes again) it is a new start.
   * @returns those that have died, this one included where it goes on with one
   */
  startRun(run: RunRecord, startedAt: Date): Promise<readonly DeadRun[]>;
  /** Called before the first node of a run starts. */
  plan(runId: string, plan: Plan): Promise<void>;
  /** The last run of a project that planned something, also when it died. */
  lastRun(project: string): Promise<LastRun | undefined>;
  finishRun(runId: string, status: string, error: string | null): Promise<void>;
  /** Written in the transaction that publishes, so that state and data never part, with how the nodes ended. */
  publish(
    tx: Session,
    runId: string,
    publications: readonly Publication[],
    results?: readonly NodeRecord[],
  ): Promise<void>;
  /** Called last in a publishing transaction: views that were made again with a table that they read are still ours. */
  noteRemade(tx: Session): Promise<void>;
  /** Whether nobody else has written to what a node published last. */
  isUntouched(tx: Session, nodeId: string, relation: Relation): Promise<boolean>;
  /** What the parts of these nodes were made of when they were published, by id. */
  details(nodeIds: readonly string[]): Promise<ReadonlyMap<string, PublishedDetails>>;
  /** The last verdicts on the checks of these nodes' contracts, at most `last` of each. */
  checkHistory(nodeIds: readonly string[], last: number): Promise<readonly CheckHistory[]>;
  /** The batches that gave a source some version, by `source version`: the first of each. */
  landings(sources: readonly string[]): Promise<ReadonlyMap<string, LandedBatch>>;
  record(session: Pick<Session, 'query'>, runId: string, results: readonly NodeRecord[]): Promise<void>;
  /** What became of a publishing transaction of the run whose commit was not answered. */
  outcomeOf(runId: string, transaction: string): Promise<'published' | 'undone' | 'unknown'>;
}

export interface DeadRun {
  readonly runId: string;
  readonly command: string;
}

export interface PublishedDetails {
  /** `null` when an older version of the runner published it. */
  readonly details: Details | null;
  readonly runId: string;
}

export interface LandedBatch {
  readonly rows: number;
  readonly origin: string;
  /** `YYYY-MM-DD HH:MM`, in the time zone of the session. */
  readonly landedAt: string;
}

/** Loaded, as all that only some runs need, with the first use. */
const writing = (): Promise<typeof import('./write-results.ts')> => import('./write-results.ts');
const relations = (): Promise<typeof import('./built-relations.ts')> => import('./built-relations.ts');

export function createStore(db: Database, config: ConnectionConfig, schema: string): Store {
  const table = (name: string): string => `${identifier(schema)}.${identifier(name)}`;
  const read = async (schemas: readonly string[], roles: readonly string[]): Promise<TargetState | undefined> => {
    const result = await db.query(stateQuery(table, schemas, roles)).catch(whenAbsent);
    const text = result?.rows[0]?.[0];
    return text ? parseState(text) : undefined;
  };
  return {
    async read(schemas, roles) {
      const state = await read(schemas, roles);
      if (state) return state;
      await (await import('./migrations.ts')).migrate(config, schema);
      return (await read(schemas, roles)) ?? NOTHING;
    },
    peek: async (schemas) => (await read(schemas, [])) ?? NOTHING,
    async lastResults(runId) {
      const result = await db
        .query(
          `select node_id, status from ${table('node_result')} where run_id = (
           select run_id from ${table('run')} as r where run_id <> $1 and exists (select from ${table('node_result')} as n where n.run_id = r.run_id)
           order by started_at desc limit 1)`,
          [runId],
        )
        .catch(whenAbsent);
      return new Map((result?.rows ?? []).map(([id, status]) => [id ?? '', status ?? '']));
    },
    async usualSeconds(nodeIds) {
      const result = await db.query(
        `select node_id, percentile_cont(0.5) within group (order by extract(epoch from finished_at - started_at))
         from ${table('node_result')}
         where status = 'success' and node_id = any ($1)
           and run_id in (select run_id from ${table('run')} where status in ('success', 'failed') order by started_at desc limit 20)
         group by node_id`,
        [nodeIds],
      );
      return new Map(result.rows.map(([id, seconds]) => [id ?? '', Number(seconds)]));
    },
    async startRun(run, startedAt) {
      const { rows } = await db.query(
        `with died as (select run_id, command from ${table('run')} where status = 'running' order by started_at),
         dead as (update ${table('run')} set status = 'aborted' where status = 'running' and run_id <> $1)
         insert into ${table('run')} (run_id, label, command, arguments, project, target, date_reference, git_commit, orchestrator, status, started_at, execution)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'running', $10, $11)
         on conflict (run_id) do update set command = excluded.command, arguments = excluded.arguments, date_reference = excluded.date_reference,
           git_commit = excluded.git_commit, status = 'running', error = null, finished_at = null, execution = excluded.execution,
           started_at = case when run.execution = excluded.execution then run.started_at else excluded.started_at end
         returning (select json_agg(json_build_object('runId', run_id, 'command', command)) from died)`,
        [
          run.runId,
          run.label,
          run.command,
          redactor.redact(run.arguments),
          run.project,
          run.target,
          run.dateReference,
          run.gitCommit,
          run.orchestrator,
          startedAt,
          run.execution,
        ],
      );
      return JSON.parse(rows[0]?.[0] ?? '[]') as readonly DeadRun[];
    },
    plan: async (runId, plan) => (await import('./plan-record.ts')).recordPlan(db, schema, runId, plan),
    lastRun: async (project) => (await import('./plan-record.ts')).lastRun(db, schema, project),
    async finishRun(runId, status, error) {
      await db.query(
        // Under one id, a command that had nothing to do does not undo what another one did.
        `update ${table('run')} set error = $3, finished_at = clock_timestamp(), status = case
           when $2 = 'nothing_to_do' and exists (select from ${table('node_result')} where run_id = $1 and status = 'success') then 'success'
           else $2 end
         where run_id = $1`,
        [runId, status, error && redactor.redact(error)],
      );
    },
    async publish(tx, runId, publications, results = []) {
      const { resultStatements, stateStatement } = await writing();
      const { noteStatements } = await relations();
      const statements = [
        stateStatement(table('node_state'), runId, publications),
        ...noteStatements(schema, runId, publications),
        ...resultStatements(table, runId, results),
      ];
      await tx.query(statements.join(';\n'));
    },
    noteRemade: async (tx) => (await relations()).noteRemade(tx, schema),
    isUntouched: async (tx, nodeId, relation) => (await relations()).isUntouched(tx, schema, nodeId, relation),
    async details(nodeIds) {
      const result = await db
        .query(`select node_id, details, run_id from ${table('node_state')} where node_id = any($1::text[])`, [nodeIds])
        .catch(whenAbsent);
      return new Map(
        (result?.rows ?? []).map(([id, details, runId]) => [
          id ?? '',
          { details: details === null ? null : (JSON.parse(details ?? '') as Details), runId: runId ?? '' },
        ]),
      );
    },
    checkHistory: async (nodeIds, last) => (await import('./check-history.ts')).checkHistory(db, schema, nodeIds, last),
    async landings(sources) {
      const result = await db
        .query(
          `select distinct on (source, version) source || ' ' || version, row_count, origin, to_char(loaded_at, 'YYYY-MM-DD HH24:MI')
           from ${table('batch')} where source = any($1::text[]) order by source, version, batch_id`,
          [sources],
        )
        .catch(whenAbsent);
      return new Map(
        (result?.rows ?? []).map(([key, rows, origin, landedAt]) => [
          key ?? '',
          { rows: Number(rows), origin: origin ?? '', landedAt: landedAt ?? '' },
        ]),
      );
    },
    outcomeOf: async (runId, transaction) => (await import('./outcome.ts')).outcomeOf(db, schema, runId, transaction),
    async record(session, runId, results) {
      if (results.length === 0) return;
      const { resultStatements } = await writing();
      await session.query(resultStatements(table, runId, results).join(';\n'));
    },
  };
}
