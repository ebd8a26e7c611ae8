import type { Session } from '../adapters/types.ts';
import { MASK } from '../contracts/personal.ts';
import type { Node } from '../graph/types.ts';
import { identifier, literal, quoted } from '../util/sql.ts';

/** Two relations of one node, and how their columns are compared. */
export interface Sides {
  /** Rows. */
  readonly before: number;
  readonly after: number;
  /** Of both, in the order of the head. */
  readonly common: readonly CommonColumn[];
  /** Names, in the order of their relation. */
  readonly baseColumns: readonly string[];
  readonly headColumns: readonly string[];
  /** By name. */
  readonly baseTypes: ReadonlyMap<string, string>;
  readonly headTypes: ReadonlyMap<string, string>;
}

export interface CommonColumn {
  readonly name: string;
  readonly baseType: string;
  readonly headType: string;
  /** Both are numbers. */
  readonly isNumber: boolean;
  /** What the column is compared as on both sides; `null` for its own type. Equality and hash of the result are exact, that of a float as the shortest decimal that names it. */
  readonly cast: string | null;
}

/** One statement. @throws DatabaseError where a relation is not there */
export async function readSides(db: Pick<Session, 'query'>, base: Node, head: Node): Promise<Sides> {
  const [from, to] = [quoted(base.relation), quoted(head.relation)];
  const { rows } = await db.query(`select (select count(*) from ${from}), (select count(*) from ${to}), c.*
from (values (1)) as one
left join lateral (
  select sides.side, a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod), ${KIND}
  from (values ('base', to_regclass(${literal(from)})), ('head', to_regclass(${literal(to)}))) as sides (side, relation)
  join pg_catalog.pg_attribute a on a.attrelid = sides.relation and a.attnum > 0 and not a.attisdropped
  join pg_catalog.pg_type t on t.oid = a.atttypid
  order by sides.side, a.attnum
) as c on true`);
  const columnsOf = (side: string): ReadonlyMap<string, Column> =>
    new Map(
      rows.flatMap(([, , of, name, type, kind]) =>
        of === side ? [[name ?? '', { type: type ?? '', kind: kind ?? '' }]] : [],
      ),
    );
  const [baseColumns, headColumns] = [columnsOf('base'), columnsOf('head')];
  const common = [...headColumns].flatMap(([name, column]) => {
    const before = baseColumns.get(name);
    return before ? [together(name, before, column)] : [];
  });
  const [before, after] = [Number(rows[0]?.[0]), Number(rows[0]?.[1])];
  const typesOf = (columns: ReadonlyMap<string, Column>): ReadonlyMap<string, string> =>
    new Map([...columns].map(([name, { type }]) => [name, type]));
  return {
    before,
    after,
    common,
    baseColumns: [...baseColumns.keys()],
    headColumns: [...headColumns.keys()],
    baseTypes: typesOf(baseColumns),
    headTypes: typesOf(headColumns),
  };
}

/** A column of a relation's alias as it is compared. */
export function compared(alias: string, { name, cast }: CommonColumn): string {
  const column = `${alias}.${identifier(name)}`;
  return cast === null ? column : `${column}::${cast}`;
}

/** A column's text as it may be shown. */
export function shown(column: string, isMasked: boolean): string {
  return isMasked ? literal(MASK) : `${column}::text`;
}

/** One JSON array: a row constructor may have a hundred arguments only. */
export function listed(texts: readonly string[]): string {
  return `to_json(array[${texts.join(', ')}]::text[])`;
}

interface Column {
  readonly type: string;
  readonly kind: string;
}

/**
 * `number`, `json`, `text`, or the OID of a type that PostgreSQL itself can compare, sort and hash. Texts are compared by their
 * bytes whatever their collation: some take a for A.
 */
const KIND = `case
    when a.atttypid in ('int2'::regtype, 'int4'::regtype, 'int8'::regtype, 'numeric'::regtype, 'float4'::regtype, 'float8'::regtype) then 'number'
    when a.atttypid in ('json'::regtype, 'jsonb'::regtype) then 'json'
    when t.typcollation = 0 and t.typnamespace = 'pg_catalog'::regnamespace and (
      select count(distinct m.amname) from pg_catalog.pg_opclass o join pg_catalog.pg_am m on m.oid = o.opcmethod
      where o.opcdefault and o.opcintype = t.oid and m.amname in ('btree', 'hash')
    ) = 2 then t.oid::text
    else 'text'
  end`;

const AS_TEXT = 'text collate "C"';
const FLOATS = ['real', 'double precision'];
/** By its text, which tells a float from any other; a cast keeps 15 digits, and takes 0.1 + 0.2 for 0.3. */
export const FLOAT_AS_NUMERIC = 'text::numeric';

function together(name: string, base: Column, head: Column): CommonColumn {
  const isNumber = base.kind === 'number' && head.kind === 'number';
  return { name, baseType: base.type, headType: head.type, isNumber, cast: castOf(base, head) };
}

function castOf(base: Column, head: Column): string | null {
  if (base.kind !== head.kind || base.kind === 'text') return AS_TEXT;
  if (base.kind === 'json') return 'jsonb';
  if (base.kind !== 'number' || base.type === head.type) return null;
  return [base, head].some(({ type }) => FLOATS.includes(type)) ? FLOAT_AS_NUMERIC : 'numeric';
}
