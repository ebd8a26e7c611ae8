import type { Database, Session, TextResult } from '../adapters/types.ts';
import type { FigureRead, FiguresRead, RowsRead } from '../docs/figure-types.ts';
import { DatabaseError } from '../errors.ts';
import type { Graph } from '../graph/types.ts';
import type { ChartConfig, FigureConfig } from '../project/docs-types.ts';
import type { ProjectConfig, SummaryConfig } from '../project/types.ts';
import { identifier, quoted } from '../util/sql.ts';

/** Points of a history that are drawn, the newest. */
const POINTS = 200;
const ROWS = 100;

/**
 * The figures of the overview, read in one read-only transaction that is rolled back, as `docs.reader` where there is one:
 * what that role may not see is refused by the server. A figure that can't be read says why.
 */
export async function readFigures(db: Database, graph: Graph, config: ProjectConfig): Promise<FiguresRead> {
  const { reader, figures, charts } = config.docs;
  let read: FiguresRead | undefined;
  const undo = new Error('undo');
  await db
    .transaction(async (tx) => {
      const readable = reader === undefined ? null : await readableBy(tx, graph, reader);
      const refused = reader === undefined ? undefined : await becomeReader(tx, reader);
      await tx.query('set transaction read only');
      const ask = async (sql: string): Promise<TextResult | string> => refused ?? (await attempt(tx, sql));
      const relationOf = (name: string): string => {
        const node = graph.nodes.get(graph.idOf(name));
        return node ? quoted(node.relation) : identifier(name);
      };
      read = {
        figures: await each(figures, (figure) => readFigure(figure, relationOf, ask)),
        charts: await each(charts, (chart) => readRows(chartSql(chart, relationOf), chart.title, ask)),
        tables: await each(config.summary, (table) => readRows(tableSql(table, relationOf), table.title, ask)),
        readable,
      };
      throw undo;
    })
    .catch((error: unknown) => {
      if (error !== undo) throw error;
    });
  return read ?? { figures: [], charts: [], tables: [], readable: null };
}

type Ask = (sql: string) => Promise<TextResult | string>;
type RelationOf = (name: string) => string;

/**
 * Who made a role may hand it on but not act as it (PostgreSQL 16): the right to is given in this transaction alone.
 * @returns why it can't be done
 */
async function becomeReader(tx: Session, reader: string): Promise<string | undefined> {
  const role = identifier(reader);
  const become = `set local role ${role}`;
  if (typeof (await attempt(tx, become)) !== 'string') return undefined;
  await attempt(tx, `grant ${role} to current_user with set true`);
  const result = await attempt(tx, become);
  return typeof result === 'string' ? `as ${reader}: ${result}` : undefined;
}

const NO_RIGHT = '42501';

/** @returns what the server said where it refused, with nothing of it left */
async function attempt(tx: Session, sql: string): Promise<TextResult | string> {
  await tx.query('savepoint figure');
  try {
    const result = await tx.query(sql);
    await tx.query('release savepoint figure');
    return result;
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    await tx.query('rollback to savepoint figure');
    return error.sqlstate === NO_RIGHT ? 'who the figures are read as may not read it' : error.message;
  }
}

async function readableBy(tx: Session, graph: Graph, reader: string): Promise<ReadonlySet<string>> {
  const names = [...graph.nodes.values()].map(({ relation }) => quoted(relation));
  const { rows } = await tx.query(
    `select n.nspname || '.' || c.relname
     from unnest($1::text[]) as t (name) join pg_catalog.pg_class as c on c.oid = to_regclass(t.name)
     join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
     join pg_catalog.pg_roles as r on r.rolname = $2
     where has_schema_privilege(r.oid, n.oid, 'usage') and has_table_privilege(r.oid, c.oid, 'select')`,
    [names, reader],
  );
  return new Set(rows.map(([name]) => name ?? ''));
}

async function readFigure(
  { title, model, column, history }: FigureConfig,
  relationOf: RelationOf,
  ask: Ask,
): Promise<FigureRead> {
  const now = await ask(`select ${identifier(column)}::text from ${relationOf(model)} limit 2`);
  const past = history
    ? await ask(
        `select moment, figure from (
           select ${identifier(history.at)}::text as moment, ${identifier(column)}::text as figure, row_number() over (order by ${identifier(history.at)} desc) as age
           from ${relationOf(history.model)}) as points
         where age <= ${POINTS} order by age desc`,
      )
    : undefined;
  const refused = [now, past].flatMap((result) => (typeof result === 'string' ? `${title}: ${result}` : []));
  const isOne = typeof now === 'object' && now.rows.length === 1;
  return {
    value: isOne ? now.rows[0]?.[0] : undefined,
    history: typeof past === 'object' ? past.rows.map(([at, value]) => ({ at: at ?? '', value: value ?? null })) : [],
    refused: isOne || typeof now === 'string' ? refused : [...refused, `${title}: ${model} has not exactly one row`],
  };
}

async function readRows(sql: string, title: string, ask: Ask): Promise<RowsRead> {
  const result = await ask(sql);
  return typeof result === 'string'
    ? { columns: [], rows: [], refused: [`${title}: ${result}`] }
    : { columns: result.columns.map(({ name }) => name), rows: result.rows, refused: [] };
}

function chartSql({ model, by, columns, orderBy }: ChartConfig, relationOf: RelationOf): string {
  const list = [by, ...columns.map(({ name }) => name)].map(identifier).join(', ');
  return `select ${list} from ${relationOf(model)} order by ${orderBy ?? identifier(by)} limit ${ROWS}`;
}

function tableSql({ model, columns, order_by }: SummaryConfig, relationOf: RelationOf): string {
  const order = order_by === undefined ? '' : ` order by ${order_by}`;
  return `select ${columns?.map(identifier).join(', ') ?? '*'} from ${relationOf(model)}${order} limit ${ROWS}`;
}

async function each<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<readonly R[]> {
  const results: R[] = [];
  for (const item of items) results.push(await work(item));
  return results;
}
