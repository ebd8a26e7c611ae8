import type { Session } from '../../adapters/types.ts';
import type { IndexConfig } from '../../project/types.ts';
import { beside, identifier, literal, quoted, type Relation } from '../../util/sql.ts';
import { type Kind, kindOf, oidOf, optionsSql } from './catalog.ts';
import { signatureSql } from './dependents.ts';
import type { ExclusiveStep, Statement } from './exclusive.ts';
import { buildIndexes } from './indexes.ts';
import { belongings, keepOfColumns } from './keep.ts';
import { lockRelation } from './lock.ts';
import { type PlannedViewOf, type Remade, rehearse, requireNoObstacles } from './rehearse.ts';

export interface SwapOptions {
  readonly plannedView: PlannedViewOf;
  /** Those that the configuration asks for. */
  readonly indexes: readonly IndexConfig[];
}

/**
 * The relation built aside takes the place of the published one, of whatever kind either is, or its name when there is
 * none. Kept are grants, comments, options, owner, indexes, keys and checks; views over it are made again where they
 * are, with all that belongs to them.
 * @throws RunnerError from `prepare`: `DEPENDENT_VIEW`, `SWAP_BLOCKED`
 */
export function swapStep(
  session: Session,
  published: Relation,
  aside: Relation,
  { plannedView, indexes }: SwapOptions,
): ExclusiveStep {
  let former: Kind | undefined;
  let successor: Kind | undefined;
  let views: readonly Remade[] = [];
  let signature: string | null = null;
  let renames: readonly string[] = [];
  return {
    relation: published,
    async prepare() {
      [former, successor] = [await kindOf(session, published), await kindOf(session, aside)];
      signature = (await session.query(signatureSql(published))).rows[0]?.[0] ?? null;
      if (former === successor && successor !== 'view') await keepOfColumns(session, published, aside);
      if (successor !== 'view') {
        renames = await buildIndexes(session, published, aside, indexes);
        await session.query(`analyze ${quoted(aside)}`);
      }
      if (former === undefined) return;
      await requireNoObstacles(session, published);
      views = await rehearse(session, published, aside, plannedView);
    },
    script() {
      const old = beside(published, '__old');
      const moved = views.filter(({ inPlace }) => !inPlace).map(({ relation }) => relation);
      return {
        locks: [
          // From the outermost view inwards, as a reader takes its locks.
          ...views.toReversed().map(({ relation }) => ({ relation, statement: lockRelation('view', relation) })),
          ...(former ? [{ relation: published, statement: lockRelation(former, published) }] : []),
        ],
        isStale: `(${signatureSql(published)}) is distinct from ${literal(signature)}`,
        statements: [
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
