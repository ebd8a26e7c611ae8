import type { Database } from '../adapters/types.ts';
import { identifier } from '../util/sql.ts';
import type { MadeOf } from './made-of.ts';
import { whenAbsent } from './when-absent.ts';

/** What a run set out to do; kept before its first node starts, so that a run that dies is known whole. */
export interface Plan {
  /** Ids, each with whether it is built whatever it reads (or only when that has changed). */
  readonly nodes: ReadonlyMap<string, boolean>;
  /** The day the run stands for. */
  readonly day: string;
  /** Variables given on the command line. */
  readonly vars: Readonly<Record<string, unknown>>;
  readonly fullRefresh: boolean;
  /** Whether sources are landed before the nodes are built. */
  readonly loads: boolean;
  /** Absent in a run before version 0.2: whether it can be built again is then up to its commit. */
  readonly made?: MadeOf;
}

/** The last run that had something to build. */
export interface LastRun extends Plan {
  readonly runId: string;
  readonly command: string;
  readonly status: string;
  /** Milliseconds of the clock of who planned it. */
  readonly at: number;
  /** Those of `nodes` that have no result, or none to be content with. */
  readonly open: ReadonlyMap<string, boolean>;
}

interface PlanJson extends Omit<Plan, 'nodes'> {
  readonly at: number;
  readonly nodes: Readonly<Record<string, { readonly named: boolean; readonly at: number }>>;
}

interface RunJson {
  readonly runId: string;
  readonly command: string;
  readonly status: string;
  readonly plan: PlanJson;
  readonly results: readonly NodeEnd[] | null;
}

export interface NodeEnd {
  readonly id: string;
  readonly status: string;
  readonly at: number;
}

/**
 * A run that goes on under its id plans again: what it had planned before stays planned. Noted with it: the batches in
 * force, which the run reads; those that it lands come to them when they land. What a former execution under this id has
 * read counts no longer.
 */
export async function recordPlan(db: Database, schema: string, runId: string, plan: Plan): Promise<void> {
  const at = Date.now();
  const nodes = Object.fromEntries([...plan.nodes].map(([id, named]) => [id, { named, at }]));
  await db.query(
    `with in_force as (
       select source, max(batch_id) as batch_id from ${identifier(schema)}.batch group by source
     ),
     former as (
       delete from ${identifier(schema)}.run_batch as b using ${identifier(schema)}.run as r
       where r.run_id = $1 and b.run_id = $1 and r.plan ->> 'execution' is distinct from r.execution
         and b.batch_id not in (select batch_id from in_force)
     ),
     noted as (
       insert into ${identifier(schema)}.run_batch (run_id, source, batch_id)
       select $1, source, batch_id from in_force
       on conflict do nothing
     )
     update ${identifier(schema)}.run
     set plan = $2::jsonb || jsonb_build_object('execution', execution, 'nodes', coalesce(plan -> 'nodes', '{}') || ($2::jsonb -> 'nodes'))
     where run_id = $1`,
    [runId, JSON.stringify({ ...plan, at, nodes } satisfies PlanJson)],
  );
}

/** `undefined` when no run of the project has had anything to build on this target. */
export async function lastRun(db: Database, schema: string, project: string): Promise<LastRun | undefined> {
  const result = await db
    .query(
      `select json_build_object('runId', run_id, 'command', command, 'status', status, 'plan', plan, 'results', (
         select json_agg(json_build_object('id', node_id, 'status', status, 'at', extract(epoch from finished_at) * 1000))
         from ${identifier(schema)}.node_result as n where n.run_id = r.run_id))
       from ${identifier(schema)}.run as r where plan is not null and project = $1
       order by (plan ->> 'at')::bigint desc limit 1`,
      [project],
    )
    .catch(whenAbsent);
  const text = result?.rows[0]?.[0];
  if (!text) return undefined;
  const { plan, results, ...run } = JSON.parse(text) as RunJson;
  const nodes = new Map(Object.entries(plan.nodes).map(([id, { named }]) => [id, named]));
  return { ...run, ...plan, nodes, open: openNodes(plan.nodes, results ?? []) };
}

/** The nodes planned that ended otherwise than well, or not at all since they were planned last. */
export function openNodes(planned: PlanJson['nodes'], results: readonly NodeEnd[]): ReadonlyMap<string, boolean> {
  const ends = new Map(results.map((end) => [end.id, end]));
  const isOpen = (id: string, at: number): boolean => {
    const end = ends.get(id);
    return end === undefined || end.at < at || (end.status !== 'success' && end.status !== 'unchanged');
  };
  return new Map(Object.entries(planned).flatMap(([id, { named, at }]) => (isOpen(id, at) ? [[id, named]] : [])));
}
