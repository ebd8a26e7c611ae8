import type { Session } from '../../adapters/types.ts';
import { DatabaseError, EXIT, type Fault, RunnerError } from '../../errors.ts';
import { beside, quoted, type Relation } from '../../util/sql.ts';
import { type Redirect, redirect, redirected } from '../redirect.ts';
import { looksOf, oidOf, startsWith } from './catalog.ts';
import { type Dependent, dependentsOf } from './dependents.ts';
import { obstaclesOf } from './obstacles.ts';
import type { ModelAt, ProjectModel } from './project-models.ts';
import { undone } from './undone.ts';

/** A view to make again over what takes the place of the relation it reads. */
export interface Remade extends Dependent {
  readonly sql: string;
  /** Its columns stay: it is replaced where it is. Else a new view takes its place. */
  readonly inPlace: boolean;
}

export interface Rehearsed {
  /** Each after those that it reads. */
  readonly views: readonly Remade[];
  /** Materialized views over what moves, which this run fills anew: they must not hold on to it. */
  readonly matviews: readonly Relation[];
}

/**
 * Makes every view over the published relation aside, over the relation built aside, and undoes it: what can be known
 * of a swap without a lock on anything published. A view that can't be made again, but is to be rebuilt by this very
 * run, is made from its new SQL and audited here.
 * @throws RunnerError `DEPENDENT_VIEW`, naming every view that needs what is gone, or `SWAP_BLOCKED`
 */
export function rehearse(session: Session, published: Relation, aside: Relation, modelAt: ModelAt): Promise<Rehearsed> {
  return undone(session, async () => {
    const [root, pid] = (await session.query(`select ${oidOf(published)}::oid, pg_backend_pid()`)).rows[0] ?? [];
    // A name of its own: another run of units that rehearses the same view would wait for it.
    const asideOfView = (view: Relation): Relation => beside(view, `__aside${pid}`);
    const redirects: Redirect[] = [{ from: published, to: aside }];
    // Who reads one of these must be made again.
    const moved = new Set([root]);
    const broken = new Set<string>();
    const views: Remade[] = [];
    const faults: Fault[] = [];
    const matviews = [...(await matviewsOver(session, published, published, modelAt))];
    for (const view of await dependentsOf(session, published)) {
      if (view.reads.some((oid) => broken.has(oid))) broken.add(view.oid);
      else if (view.reads.some((oid) => moved.has(oid))) {
        const viewAside = asideOfView(view.relation);
        const made = await remake(session, view, viewAside, redirects, modelAt);
        if ('failure' in made) {
          broken.add(view.oid);
          faults.push(dependentFault(published, view.relation, made, modelAt));
          continue;
        }
        if (!made.inPlace) {
          moved.add(view.oid);
          matviews.push(...(await matviewsOver(session, view.relation, published, modelAt)));
        }
        redirects.push({ from: view.relation, to: viewAside });
        views.push(made);
      }
    }
    if (faults.length > 0) throw new RunnerError(faults, EXIT.failed);
    return { views, matviews };
  });
}

/**
 * The materialized views over a relation, all of which this run fills anew.
 * @param published what is to be swapped
 * @throws RunnerError `SWAP_BLOCKED`, naming all else that stands in the way of giving its name to another
 */
async function matviewsOver(
  session: Session,
  relation: Relation,
  published: Relation,
  modelAt: ModelAt,
): Promise<readonly Relation[]> {
  const obstacles = (await obstaclesOf(session, relation)).map(({ text, matview }) => ({
    text,
    matview,
    model: matview ? modelAt(matview) : undefined,
  }));
  const inTheWay = obstacles.filter(({ model }) => !(model?.isPlanned && model.isReader));
  if (inTheWay.length === 0) return obstacles.flatMap(({ matview }) => matview ?? []);
  const models = inTheWay.map(({ model }) => model);
  throw new RunnerError(
    {
      code: 'SWAP_BLOCKED',
      message: `${relation.schema}.${relation.name} can't be replaced by what was built aside`,
      file: modelAt(published)?.file,
      found: inTheWay.map(({ text }) => text).join('; '),
      expected: 'nothing that would be lost with it or would keep to the old one',
      hint: models.every((model) => model !== undefined)
        ? buildHint(modelAt(published), models)
        : 'Its columns or its kind change. Drop what stands in the way, run it again, and make it anew.',
    },
    EXIT.failed,
  );
}

/** The view made aside, or what the server has against it, and against its new SQL. */
async function remake(
  session: Session,
  view: Dependent,
  aside: Relation,
  redirects: readonly Redirect[],
  modelAt: ModelAt,
): Promise<Remade | Broken> {
  const failure = await makeAside(session, aside, view.definition, redirects);
  const planned = failure === undefined ? undefined : modelAt(view.relation)?.view;
  if (failure !== undefined) {
    const ofNew = planned && (await makeAside(session, aside, planned.sql, redirects));
    if (!planned || ofNew !== undefined) return { failure, ofNew };
  }
  await planned?.audit(redirected(session, redirects), aside);
  const [now, before] = await looksOf(session, aside, view.relation);
  const inPlace = startsWith(now.columns, before.columns);
  return { ...view, sql: planned?.sql ?? view.definition, inPlace };
}

/** What the server has against a view, and against its new SQL when it is to be rebuilt. */
interface Broken {
  readonly failure: string;
  readonly ofNew: string | undefined;
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

function dependentFault(published: Relation, view: Relation, { failure, ofNew }: Broken, modelAt: ModelAt): Fault {
  const [table, reader] = [published, view].map(({ schema, name }) => `${schema}.${name}`);
  const [swapped, model] = [modelAt(published), modelAt(view)];
  return {
    code: 'DEPENDENT_VIEW',
    message: `${table} can't be replaced: the view ${reader} reads it and would break: ${failure}`,
    file: swapped?.file,
    found: ofNew && `its new SQL can't be made yet either: ${ofNew}`,
    hint: dependentHint(swapped, model),
  };
}

function dependentHint(swapped: ProjectModel | undefined, model: ProjectModel | undefined): string {
  if (!model) return 'Keep the column, or drop the view first and make it again afterwards.';
  if (model.isPlanned && model.isStopped)
    return `Its new SQL is not made, since ${model.name} or what it reads did not succeed in this run: correct that, then run this command again.`;
  if (!model.isPlanned || !swapped) return buildHint(swapped, [model]);
  return `Build what its new SQL reads, then run this command again: runner build --select +${model.name} --exclude ${swapped.name} ${model.name}`;
}

/** Those that still read what is swapped are built with it, those that no longer do before it. */
function buildHint(swapped: ProjectModel | undefined, models: readonly ProjectModel[]): string {
  const names = (list: readonly ProjectModel[]): string => [...new Set(list.map(({ name }) => name))].join(' ');
  const former = models.filter(({ isReader }) => !isReader);
  if (former.length > 0) return `Build first what no longer reads it: runner build --select ${names(former)}`;
  return `Build them in one run: runner build --select ${names(swapped ? [swapped, ...models] : models)}`;
}
