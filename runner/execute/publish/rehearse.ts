import type { Session } from '../../adapters/types.ts';
import { DatabaseError, EXIT, type Fault, RunnerError } from '../../errors.ts';
import { beside, quoted, type Relation } from '../../util/sql.ts';
import { type Redirect, redirect, redirected } from '../redirect.ts';
import { columnsOf, oidOf, startsWith } from './catalog.ts';
import { type Dependent, dependentsOf } from './dependents.ts';
import { obstaclesOf } from './obstacles.ts';
import { undone } from './undone.ts';

/** A view that the same run rebuilds later. */
export interface PlannedView {
  readonly sql: string;
  /** Asks its contract of the view where it stands for now. @throws when it forbids to publish */
  readonly audit: (session: Session, aside: Relation) => Promise<void>;
}

export type PlannedViewOf = (view: Relation) => PlannedView | undefined;

/** A view to make again over what takes the place of the relation it reads. */
export interface Remade extends Dependent {
  readonly sql: string;
  /** Its columns stay: it is replaced where it is. Else a new view takes its place. */
  readonly inPlace: boolean;
}

/**
 * Makes every view over the published relation aside, over the relation built aside, and undoes it: what can be known
 * of a swap without a lock on anything published. A view that can't be made again, but is to be rebuilt by this very
 * run, is made from its new SQL and audited here.
 * @returns the views to make again, each after those that it reads
 * @throws RunnerError `DEPENDENT_VIEW`, naming every view that needs what is gone, or `SWAP_BLOCKED`
 */
export function rehearse(
  session: Session,
  published: Relation,
  aside: Relation,
  plannedView: PlannedViewOf,
): Promise<readonly Remade[]> {
  return undone(session, async () => {
    const [root, pid] = (await session.query(`select ${oidOf(published)}::oid, pg_backend_pid()`)).rows[0] ?? [];
    // A name of its own: another run of units that rehearses the same view would wait for it.
    const asideOfView = (view: Relation): Relation => beside(view, `__aside${pid}`);
    const redirects: Redirect[] = [{ from: published, to: aside }];
    // Who reads one of these must be made again.
    const moved = new Set([root]);
    const broken = new Set<string>();
    const remade: Remade[] = [];
    const faults: Fault[] = [];
    for (const view of await dependentsOf(session, published)) {
      if (view.reads.some((oid) => broken.has(oid))) broken.add(view.oid);
      else if (view.reads.some((oid) => moved.has(oid))) {
        const viewAside = asideOfView(view.relation);
        const made = await remake(session, view, viewAside, redirects, plannedView);
        if (typeof made === 'string') {
          broken.add(view.oid);
          faults.push(dependentFault(published, view.relation, made));
          continue;
        }
        if (!made.inPlace) {
          moved.add(view.oid);
          await requireNoObstacles(session, view.relation);
        }
        redirects.push({ from: view.relation, to: viewAside });
        remade.push(made);
      }
    }
    if (faults.length > 0) throw new RunnerError(faults, EXIT.failed);
    return remade;
  });
}

/** @throws RunnerError `SWAP_BLOCKED`, naming all that stands in the way of a swap */
export async function requireNoObstacles(session: Session, relation: Relation): Promise<void> {
  const obstacles = await obstaclesOf(session, relation);
  if (obstacles.length === 0) return;
  throw new RunnerError(
    {
      code: 'SWAP_BLOCKED',
      message: `${relation.schema}.${relation.name} can't be replaced by what was built aside`,
      found: obstacles.join('; '),
      expected: 'nothing that would be lost with it or would keep to the old one',
      hint: 'Its columns or its kind change. Drop what stands in the way, run it again, and make it anew.',
    },
    EXIT.failed,
  );
}

/** The view made aside, or what the server has against it. */
async function remake(
  session: Session,
  view: Dependent,
  aside: Relation,
  redirects: readonly Redirect[],
  plannedView: PlannedViewOf,
): Promise<Remade | string> {
  const failure = await makeAside(session, aside, view.definition, redirects);
  const planned = failure === undefined ? undefined : plannedView(view.relation);
  if (failure !== undefined && (!planned || (await makeAside(session, aside, planned.sql, redirects)) !== undefined))
    return failure;
  await planned?.audit(redirected(session, redirects), aside);
  const inPlace = startsWith(await columnsOf(session, aside), await columnsOf(session, view.relation));
  return { ...view, sql: planned?.sql ?? view.definition, inPlace };
}

async function makeAside(
  session: Session,
  aside: Relation,
  sql: string,
  redirects: readonly Redirect[],
): Promise<string | undefined> {
  await session.query('savepoint runner_view');
  try {
    await session.query(`create view ${quoted(aside)} as\n${await redirect(sql, redirects)}`, []);
    await session.query('release savepoint runner_view');
    return undefined;
  } catch (error) {
    // Of a lock, a cancellation or a lack of room the view is not the cause.
    if (!(error instanceof DatabaseError) || /^(40|53|55|57)/.test(error.sqlstate)) throw error;
    await session.query('rollback to savepoint runner_view');
    return error.message;
  }
}

function dependentFault(published: Relation, view: Relation, failure: string): Fault {
  const [table, reader] = [published, view].map(({ schema, name }) => `${schema}.${name}`);
  return {
    code: 'DEPENDENT_VIEW',
    message: `${table} can't be replaced: the view ${reader} reads it and would break: ${failure}`,
    hint: 'Keep the column, or drop the view first and make it again afterwards.',
  };
}
