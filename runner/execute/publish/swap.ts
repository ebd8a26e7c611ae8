import type { Session } from '../../adapters/types.ts';
import type { IndexConfig } from '../../project/types.ts';
import { beside, identifier, literal, quoted, type Relation } from '../../util/sql.ts';
import { type Kind, kindSql, oidOf, optionsSql, toKind } from './catalog.ts';
import { signatureSql } from './dependents.ts';
import type { ExclusiveStep, Statement } from './exclusive.ts';
import { buildIndexes } from './indexes.ts';
import { belongings, keepOfColumns } from './keep.ts';
import { lockRelation } from './lock.ts';
import type { ModelAt } from './project-models.ts';
import { type Remade, rehearse } from './rehearse.ts';

export interface SwapOptions {
  readonly modelAt: ModelAt;
  /** Those that the configuration asks for; `as they are` for those of the published relation. */
  readonly indexes: readonly IndexConfig[] | 'as they are';
  /** Names of the materialized views that a swap beside this one takes care of. */
  readonly frozen?: Set<string>;
}

/**
 * The relation built aside takes the place of the published one, of whatever kind either is, or its name when there is
 * none. Kept are grants, comments, options, owner, indexes, keys and checks; views over it are made again where they
 * are, with all that belongs to them. A materialized view over it that the same run fills anew stands until then as a
 * table of its rows.
 * @throws RunnerError from `prepare`: `DEPENDENT_VIEW`, `SWAP_BLOCKED`
 */
export function swapStep(
  session: Session,
  published: Relation,
  aside: Relation,
  { modelAt, indexes, frozen }: SwapOptions,
): ExclusiveStep {
  let former: Kind | undefined;
  let successor: Kind | undefined;
  let isAgain = false;
  let views: readonly Remade[] = [];
  let freezing: readonly ExclusiveStep[] = [];
  let isStale = 'false';
  let renames: readonly string[] = [];
  return {
    relation: published,
    async prepare() {
      const found = await session.query(`select ${kindSql(published)}, ${kindSql(aside)}, ${oidOf(published)}::oid`);
      const [[before, now, oid] = []] = found.rows;
      [former, successor] = [toKind(before), toKind(now)];
      if (former) {
        const signature = (await session.query(signatureSql(published))).rows[0]?.[0] ?? null;
        isStale = `(${signatureSql(published)}) is distinct from ${literal(signature)}`;
      } else isStale = `${oidOf(published)}::oid is distinct from ${oid ?? 'null'}`;
      if (former === successor && successor !== 'view') await keepOfColumns(session, published, aside);
      if (successor !== 'view') {
        renames = await buildIndexes(session, published, aside, indexes, former === undefined && !isAgain);
        await session.query(`analyze ${quoted(aside)}`);
      }
      isAgain = true;
      if (former === undefined) return;
      const rehearsed = await rehearse(session, published, aside, modelAt);
      views = rehearsed.views;
      freezing = await freeze(session, rehearsed.matviews, modelAt, frozen ?? new Set());
    },
    remakes: () => views.length > 0 || freezing.length > 0,
    script() {
      const old = beside(published, '__old');
      const moved = views.filter(({ inPlace }) => !inPlace).map(({ relation }) => relation);
      const before = freezing.map((step) => step.script());
      return {
        locks: [
          ...before.flatMap(({ locks }) => locks),
          // From the outermost view inwards, as a reader takes its locks.
          ...views.toReversed().map(({ relation }) => ({ relation, statement: lockRelation('view', relation) })),
          ...(former ? [{ relation: published, statement: lockRelation(former, published) }] : []),
        ],
        isStale: [...before.flatMap(({ isStale }) => isStale ?? []), isStale].join(' or '),
        statements: [
          ...before.flatMap(({ statements }) => statements),
          ...(former && successor
            ? [{ each: belongings({ ...published, kind: former }, { ...aside, kind: successor }) }]
            : []),
          ...(former ? [rename(former, published, old.name)] : []),
          rename(successor ?? 'table', aside, published.name),
          ...views.flatMap(remake),
          ...moved.toReversed().map((view) => `drop view ${quoted(beside(view, '__old'))}`),
          ...(former ? [`drop ${former} ${quoted(old)}`] : []),
          ...renames,
        ],
      };
    },
  };
}

/**
 * One at a time: two that have read a materialized view would both wait for the other to let go of it. Not for ever: the other
 * may be waiting for what this transaction has published already.
 */
const TAKE_TURN_TO_FREEZE = `do $$ declare former constant text := current_setting('lock_timeout'); begin
  perform set_config('lock_timeout', '60s', true);
  perform pg_advisory_xact_lock(hashtextextended('runner freezing', 0));
  perform set_config('lock_timeout', former, true);
end $$`;

/** Prepared swaps of materialized views for tables of their rows, which hold on to nothing; the outermost come first. */
async function freeze(
  session: Session,
  matviews: readonly Relation[],
  modelAt: ModelAt,
  frozen: Set<string>,
): Promise<readonly ExclusiveStep[]> {
  const steps: ExclusiveStep[] = [];
  if (matviews.length > 0) await session.query(TAKE_TURN_TO_FREEZE);
  for (const matview of matviews) {
    if (frozen.has(quoted(matview))) continue;
    frozen.add(quoted(matview));
    const rows = beside(matview, '__rows');
    await session.query(
      `drop table if exists ${quoted(rows)}; create table ${quoted(rows)} as select * from ${quoted(matview)}`,
    );
    const step = swapStep(session, matview, rows, { modelAt, indexes: 'as they are', frozen });
    await step.prepare();
    steps.push(step);
  }
  return steps;
}

function remake({ relation, options, sql, inPlace }: Remade): readonly Statement[] {
  const replaced = replaceView(relation, options, sql);
  if (inPlace) return [replaced];
  const old = beside(relation, '__old');
  return [
    rename('view', relation, old.name),
    replaced,
    { each: belongings({ ...old, kind: 'view' }, { ...relation, kind: 'view' }) },
  ];
}

/** The published view gets another definition of the same columns, or of more; who reads it is not touched. */
export function replaceViewStep(session: Session, published: Relation, sql: string): ExclusiveStep {
  let statement = '';
  return {
    relation: published,
    async prepare() {
      const query = `select ${optionsSql('c.reloptions')} from pg_catalog.pg_class c where oid = ${oidOf(published)}`;
      statement = replaceView(published, (await session.query(query)).rows[0]?.[0] ?? null, sql);
    },
    script: () => ({
      locks: [{ relation: published, statement: lockRelation('view', published) }],
      statements: [statement],
    }),
  };
}

/** Options that are not named again would be lost. */
function replaceView(view: Relation, options: string | null, sql: string): string {
  return `create or replace view ${quoted(view)} ${options === null ? '' : `with (${options}) `}as\n${sql}`;
}

function rename(kind: Kind, relation: Relation, name: string): string {
  return `alter ${kind} ${quoted(relation)} rename to ${identifier(name)}`;
}
