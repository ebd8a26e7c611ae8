import type { Session, TextResult } from '../../adapters/types.ts';
import { DatabaseError } from '../../errors.ts';
import { literal, quoted, type Relation } from '../../util/sql.ts';
import { undone } from './undone.ts';

/** A column as the catalog has it. */
export interface Column {
  readonly name: string;
  /** With its length or precision, and its collation when that is not the type's own. */
  readonly type: string;
}

export type Kind = 'table' | 'view' | 'materialized view';

/** What stands under a name. */
export interface Look {
  /** `undefined` when there is none of that name. */
  readonly kind: Kind | undefined;
  /** Of a table or view, in their order; empty when there is none. */
  readonly columns: readonly Column[];
}

/** Looks at two relations in one round trip. */
export async function looksOf(session: Session, one: Relation, other: Relation): Promise<readonly [Look, Look]> {
  const result = await session.query(
    `select ${kindSql(one)}, ${columnsSql(one)}, ${kindSql(other)}, ${columnsSql(other)}`,
  );
  const [row = []] = result.rows;
  return [
    { kind: toKind(row[0]), columns: toColumns(row[1]) },
    { kind: toKind(row[2]), columns: toColumns(row[3]) },
  ];
}

export async function columnsOf(session: Session, relation: Relation): Promise<Look['columns']> {
  return toColumns((await session.query(`select ${columnsSql(relation)}`)).rows[0]?.[0]);
}

export async function kindOf(session: Pick<Session, 'query'>, relation: Relation): Promise<Look['kind']> {
  return toKind((await session.query(`select ${kindSql(relation)}`)).rows[0]?.[0]);
}

/** SQL of what {@link toKind} reads. */
export function kindSql(relation: Relation): string {
  return `(select relkind from pg_catalog.pg_class where oid = ${oidOf(relation)})`;
}

export function toKind(relkind: string | null | undefined): Kind | undefined {
  const kinds: Readonly<Record<string, Kind>> = { r: 'table', p: 'table', v: 'view', m: 'materialized view' };
  return kinds[relkind ?? ''];
}

function columnsSql(relation: Relation): string {
  return `(select json_agg(json_build_object('name', a.attname, 'type', format_type(a.atttypid, a.atttypmod) ||
       case when a.attcollation <> t.typcollation then ' collate ' || a.attcollation::regcollation else '' end) order by a.attnum)
     from pg_catalog.pg_attribute a join pg_catalog.pg_type t on t.oid = a.atttypid
     where a.attrelid = ${oidOf(relation)} and a.attnum > 0 and not a.attisdropped)`;
}

function toColumns(json: string | null | undefined): readonly Column[] {
  return (JSON.parse(json ?? 'null') as readonly Column[] | null) ?? [];
}

export function sameColumns(a: readonly Column[], b: readonly Column[]): boolean {
  return a.length === b.length && startsWith(a, b);
}

/** Whether the first columns are those of `start`: what `create or replace view` accepts. */
export function startsWith(columns: readonly Column[], start: readonly Column[]): boolean {
  return start.every(({ name, type }, index) => columns[index]?.name === name && columns[index]?.type === type);
}

/** The SQL of a view, every name in it with its schema. */
export async function definitionOf(session: Session, view: Relation): Promise<string> {
  const [row] = await queryDefinitions(session, `select pg_catalog.pg_get_viewdef(${oidOf(view)})`);
  return withoutEnd(row?.[0] ?? '');
}

/** Runs a query that calls `pg_get_viewdef`, which then writes every name with its schema. */
export async function queryDefinitions(session: Session, sql: string): Promise<TextResult['rows']> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await undone(session, async () => {
        // A name that the search path finds would stand without its schema.
        await session.query("set local search_path = ''");
        return (await session.query(sql)).rows;
      });
    } catch (error) {
      // Another has just swapped what a view reads: the function looks for the table that was.
      if (attempt === 5 || !(error instanceof DatabaseError && error.sqlstate === 'XX000')) throw error;
    }
  }
}

export function withoutEnd(definition: string): string {
  return definition.replace(/;\s*$/, '');
}

/** SQL for the OID of a relation, NULL when there is none. */
export function oidOf(relation: Relation): string {
  return `pg_catalog.to_regclass(${literal(quoted(relation))})`;
}

/** SQL for an array of options, `name=value` each, as they stand in `with (…)`; NULL without any. */
export function optionsSql(column: string): string {
  return `(select string_agg(format('%I=%L', split_part(o, '=', 1), substr(o, strpos(o, '=') + 1)), ', ') from unnest(${column}) as o)`;
}
