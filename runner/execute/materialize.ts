import type { Session } from '../adapters/types.ts';
import { EXIT, RunnerError } from '../errors.ts';
import type { ModelNode, SeedNode } from '../graph/types.ts';
import { copyLine } from '../util/copy.ts';
import { identifier, quoted, type Relation } from '../util/sql.ts';
import { makeIndexes } from './indexes.ts';
import { columnsOf, kindOf, publishDifference, sameColumns } from './publish.ts';
import { type PlannedView, publishReplacement } from './replace.ts';

/**
 * How a model's SQL becomes its relation, inside the transaction that also audits and commits it. Until then nobody
 * else sees anything of it.
 */
export type Materialization = (
  session: Session,
  node: ModelNode,
  sql: string,
  options: MaterializeOptions,
) => Promise<Written>;

export interface Written {
  /** Rows that the SQL gave; `null` for a view, which holds none. */
  readonly rows: number | null;
  /** Rows of the published table that were added, removed or changed for it. */
  readonly changed: number | null;
}

export interface MaterializeOptions {
  /** An incremental model goes into the table that is there; false the first time and for a full refresh. */
  readonly incremental: boolean;
  readonly plannedView: (view: Relation) => PlannedView | undefined;
}

export const MATERIALIZATIONS: Readonly<Record<ModelNode['materialized'], Materialization>> = {
  view,
  table,
  incremental,
};

async function view(session: Session, node: ModelNode, sql: string, options: MaterializeOptions): Promise<Written> {
  const kind = await kindOf(session, node.relation);
  if (kind !== undefined && !(kind === 'view' && (await keepsColumns(session, node, sql)))) {
    const aside = asideOf(node.relation);
    await session.query(`create view ${quoted(aside)} as\n${sql}`, ONE_STATEMENT);
    await publishReplacement(session, node.relation, aside, options.plannedView);
  } else await session.query(`create or replace view ${quoted(node.relation)} as\n${sql}`, ONE_STATEMENT);
  return NO_ROWS;
}

/** Whether the view's SQL gives the columns it has now; only then PostgreSQL replaces it in place. */
async function keepsColumns(session: Session, node: ModelNode, sql: string): Promise<boolean> {
  const aside = asideOf(node.relation);
  await session.query(`create view ${quoted(aside)} as\n${sql}`, ONE_STATEMENT);
  const same = sameColumns(await columnsOf(session, node.relation), await columnsOf(session, aside));
  await session.query(`drop view ${quoted(aside)}`);
  return same;
}

/** Parameters, be they none, let the server refuse a second statement: it could end the transaction that audits. */
const ONE_STATEMENT: readonly unknown[] = [];

const NO_ROWS: Written = { rows: null, changed: null };

async function table(session: Session, node: ModelNode, sql: string, options: MaterializeOptions): Promise<Written> {
  const aside = asideOf(node.relation);
  const built = await session.query(`create table ${quoted(aside)} as\n${sql}`, ONE_STATEMENT);
  return publishTable(session, node, aside, built.rowCount, options);
}

/**
 * The first time, and with `--full-refresh`, like a table; afterwards the select's rows go into the published table:
 * `append` adds them, `delete+insert` replaces all rows of the keys it has, `merge` updates or inserts by key.
 * @throws RunnerError `KEY_INVALID` when a key of the select is NULL or double, `SCHEMA_CHANGED` when columns differ
 */
async function incremental(
  session: Session,
  node: ModelNode,
  sql: string,
  options: MaterializeOptions,
): Promise<Written> {
  if (!options.incremental) return table(session, node, sql, options);
  const aside = asideOf(node.relation);
  const built = await session.query(`create table ${quoted(aside)} as\n${sql}`, ONE_STATEMENT);
  await requireSameColumns(session, node, aside);
  const strategy = node.config.incremental_strategy ?? 'delete+insert';
  const key = node.config.unique_key ?? [];
  if (strategy === 'merge') await requireUniqueKey(session, node, aside, key);
  const changed = await INCREMENTAL[strategy]?.(session, node.relation, aside, key);
  return { rows: built.rowCount, changed: changed ?? 0 };
}

type Strategy = (session: Session, published: Relation, aside: Relation, key: readonly string[]) => Promise<number>;

const INCREMENTAL: Readonly<Record<string, Strategy>> = {
  append: async (session, published, aside) =>
    (await session.query(`insert into ${quoted(published)} select * from ${quoted(aside)}`)).rowCount,
  'delete+insert': async (session, published, aside, key) => {
    const gone = await session.query(
      `delete from ${quoted(published)} as p using ${quoted(aside)} as a where ${onKey(key)}`,
    );
    const added = await session.query(`insert into ${quoted(published)} select * from ${quoted(aside)}`);
    return gone.rowCount + added.rowCount;
  },
  merge: async (session, published, aside, key) => {
    const columns = (await columnsOf(session, published)).map(({ name }) => identifier(name));
    const merged = await session.query(
      `merge into ${quoted(published)} as p using ${quoted(aside)} as a on ${onKey(key)}
       when matched and p::text <> a::text then update set ${columns.map((column) => `${column} = a.${column}`).join(', ')}
       when not matched then insert (${columns.join(', ')}) values (${columns.map((column) => `a.${column}`).join(', ')})`,
    );
    return merged.rowCount;
  },
};

/**
 * A seed is a table whose rows come from its file; its contract's types are the columns' types, `text` without one.
 * @returns also the table that holds the rows in the order of the file, for the audit; {@link dropAside} removes it
 */
export async function seed(
  session: Session,
  node: SeedNode,
  options: MaterializeOptions,
): Promise<Written & { readonly inFileOrder: Relation }> {
  const aside = asideOf(node.relation);
  const types = new Map(node.contract?.columns.map((column) => [column.name, column.dataType]));
  requireIsoDays(node, types);
  const columns = node.seed.header.map((name) => `${identifier(name)} ${types.get(name) ?? 'text'}`);
  await session.query(`create table ${quoted(aside)} (${columns.join(', ')})`);
  const rows = await session.copyIn(`copy ${quoted(aside)} from stdin`, lines(node));
  const written = await publishTable(session, node, aside, rows, options);
  return { ...written, inFileOrder: (await kindOf(session, aside)) === undefined ? node.relation : aside };
}

/** PostgreSQL would read `05/12/26` and `today` too, each as some day. */
function requireIsoDays(node: SeedNode, types: ReadonlyMap<string, string | null>): void {
  const days = node.seed.header.map((name) => types.get(name)?.toLowerCase() === 'date');
  const faults = node.seed.rows.flatMap(({ line, cells }) =>
    cells.flatMap((cell, column) =>
      cell === null || !days[column] || /^\d{4}-\d{2}-\d{2}$/.test(cell)
        ? []
        : [
            {
              code: 'SEED_INVALID',
              message: `${node.name}: ${node.seed.header[column]} is no day`,
              file: node.file,
              line,
              expected: 'YYYY-MM-DD',
              found: cell,
            },
          ],
    ),
  );
  if (faults.length > 0) throw new RunnerError(faults, EXIT.failed);
}

async function* lines(node: SeedNode): AsyncGenerator<string> {
  for (const { cells } of node.seed.rows) yield copyLine(cells);
}

async function publishTable(
  session: Session,
  node: ModelNode | SeedNode,
  aside: Relation,
  rows: number,
  options: MaterializeOptions,
): Promise<Written> {
  const published = await columnsOf(session, node.relation);
  if (sameColumns(published, await columnsOf(session, aside)) && (await kindOf(session, node.relation)) === 'table') {
    const changed = await publishDifference(session, node.relation, aside);
    await makeIndexes(session, node);
    return { rows, changed };
  }
  await publishReplacement(session, node.relation, aside, options.plannedView);
  await makeIndexes(session, node);
  return { rows, changed: rows };
}

async function requireSameColumns(session: Session, node: ModelNode, aside: Relation): Promise<void> {
  const [published, built] = [await columnsOf(session, node.relation), await columnsOf(session, aside)];
  if (sameColumns(published, built)) return;
  const text = (columns: typeof built): string => columns.map(({ name, type }) => `${name} ${type}`).join(', ');
  throw new RunnerError(
    {
      code: 'SCHEMA_CHANGED',
      message: `the columns of incremental model ${node.name} are not those of its table`,
      file: node.file,
      expected: text(published),
      found: text(built),
      hint:
        node.config.full_refresh === false
          ? 'The table is protected (full_refresh=false): alter it by hand to the new columns.'
          : `Rebuild it: runner build --select ${node.name} --full-refresh`,
    },
    EXIT.failed,
  );
}

async function requireUniqueKey(
  session: Session,
  node: ModelNode,
  aside: Relation,
  key: readonly string[],
): Promise<void> {
  const columns = key.map(identifier).join(', ');
  const nulls = key.map((column) => `${identifier(column)} is null`).join(' or ');
  const result = await session.query(
    `select (select count(*) from ${quoted(aside)} where ${nulls}), (select count(*) from (select from ${quoted(aside)} group by ${columns} having count(*) > 1) as doubles)`,
  );
  const [nullKeys, doubles] = result.rows[0] ?? [];
  if (nullKeys === '0' && doubles === '0') return;
  throw new RunnerError(
    {
      code: 'KEY_INVALID',
      message: `unique_key of ${node.name} is not unique`,
      file: node.file,
      expected: `one row for each ${key.join(', ')}, none NULL`,
      found: `${nullKeys} NULL, ${doubles} double`,
    },
    EXIT.failed,
  );
}

function onKey(key: readonly string[]): string {
  return key.map((column) => `p.${identifier(column)} is not distinct from a.${identifier(column)}`).join(' and ');
}

/** Removes what a materialization built aside, once nothing needs it any more. */
export async function dropAside(session: Session, relation: Relation): Promise<void> {
  await session.query(`drop table if exists ${quoted(asideOf(relation))}`);
}

/** Where a relation is built before it is published; it lives only within the transaction. */
function asideOf(relation: Relation): Relation {
  return { schema: relation.schema, name: `${relation.name.slice(0, 55)}__aside` };
}
